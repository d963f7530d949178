import type { ConversationService } from "../conversations/conversation-service.ts";
import type { ServerHandlers } from "../http/router.ts";

export function runtimeHandlers(conversations: ConversationService): ServerHandlers["runtime"] {
  return {
    async config({ params }, { principal }) {
      const { id, sandboxId } = await conversations.get(principal, params.conversation_id);
      return { status: 200, body: { runtime_id: sandboxId, session_id: id } };
    },
    async vscodeUrl({ params }, { principal }) {
      await conversations.get(principal, params.conversation_id);
      return { status: 200, body: { vscode_url: null } };
    },
    async webHosts({ params }, { principal }) {
      const workspace = await conversations.workspace(principal, params.conversation_id);
      return { status: 200, body: { hosts: await workspace.hosts() } };
    },
  };
}
