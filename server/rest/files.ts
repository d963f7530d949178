import type { ConversationService } from "../conversations/conversation-service.ts";
import type { ServerHandlers } from "../http/router.ts";

export function filesHandlers(conversations: ConversationService): ServerHandlers["files"] {
  return {
    async list({ params, query }, { principal }) {
      const workspace = await conversations.workspace(principal, params.conversation_id);
      return { status: 200, body: await workspace.list(query.path) };
    },
  };
}
