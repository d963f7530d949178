import { readMicroagents } from "../conversations/microagents.ts";
import type { ServerHandlers } from "../http/router.ts";
import { conversationPage } from "./conversation-page.ts";
import type { ConversationPageDeps } from "./conversation-page.ts";

export function microagentsHandlers(deps: ConversationPageDeps): ServerHandlers["microagents"] {
  return {
    async list({ params }, { principal }) {
      const workspace = await deps.conversations.workspace(principal, params.conversation_id);
      return { status: 200, body: { microagents: await readMicroagents(workspace) } };
    },
    async conversations({ query }, context) {
      const trigger = "microagent_management" as const;
      const which = { userId: context.principal.userId, repository: query.selected_repository, trigger };
      const page = await conversationPage(deps, { ...which, limit: query.limit, pageId: query.page_id }, context);
      return { status: 200, body: page };
    },
  };
}
