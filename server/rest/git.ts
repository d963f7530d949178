import type { ConversationService } from "../conversations/conversation-service.ts";
import type { ServerHandlers } from "../http/router.ts";

export function gitHandlers(conversations: ConversationService): ServerHandlers["git"] {
  return {
    async changes({ params }, { principal }) {
      const workspace = await conversations.workspace(principal, params.conversation_id);
      return { status: 200, body: (await workspace.changes()) ?? [] };
    },
    async diff({ params, query }, { principal }) {
      const workspace = await conversations.workspace(principal, params.conversation_id);
      return { status: 200, body: await workspace.diff(query.path) };
    },
  };
}
