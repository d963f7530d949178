import type { ConversationService } from "../conversations/conversation-service.ts";
import type { Feedback } from "../conversations/feedback.ts";
import { validationFailed } from "../http/errors.ts";
import type { ServerHandlers } from "../http/router.ts";

export function feedbackHandlers({
  conversations,
  feedback,
}: {
  conversations: ConversationService;
  feedback: Feedback;
}): ServerHandlers["feedback"] {
  return {
    async submit({ params, body: opinion }, { principal }) {
      const conversation = await conversations.get(principal, params.conversation_id);
      const feedback_id = await feedback.submit(conversation, opinion);
      const body = { message: "Thank you for your feedback.", feedback_id, password: "" };
      return { status: 200, body: { success: true, statusCode: 200, body } };
    },
    async rate({ body }, { principal }) {
      const conversation = await conversations.get(principal, body.conversation_id);
      const { event_id = null, rating, reason = null, metadata = null } = body;
      if (event_id !== null && event_id > conversation.lastEventId) {
        const message = `must not be above ${conversation.lastEventId}, the last event's id`;
        throw validationFailed([{ in: "body", path: "event_id", message }]);
      }
      await feedback.rate(conversation, event_id, { rating, reason, metadata });
      return { status: 201, body: { success: true, status: "success", message: "The rating has been stored." } };
    },
    async ratings({ params }, { principal }) {
      const conversation = await conversations.get(principal, params.conversation_id);
      const ratings = await feedback.ratings(conversation);
      const entries = Array.from({ length: conversation.lastEventId + 1 }, (_, id) => {
        const rating = ratings.get(id);
        return [String(id), rating ? { exists: true as const, ...rating } : { exists: false as const }] as const;
      });
      return { status: 200, body: Object.fromEntries(entries) };
    },
  };
}
