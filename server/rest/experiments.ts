import { ApiError } from "../api-error.ts";
import type { ConversationService } from "../conversations/conversation-service.ts";
import type { ServerHandlers } from "../http/router.ts";
import type { ConversationStore } from "../store/store.ts";

export function experimentsHandlers(
  conversations: ConversationService,
  store: ConversationStore,
): ServerHandlers["experiments"] {
  return {
    async fix({ params, body }, { principal }) {
      const { id } = await conversations.get(principal, params.conversation_id);
      const outcome = await store.fixExperiments(id, body.config ?? {});
      if (outcome === "not_found") throw new ApiError("conversation_not_found");
      return { status: 200, body: { success: true, stored: outcome === "stored" } };
    },
  };
}
