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
    async submit({ params, body: opinion }, { principal, receiptOf }) {
      const conversation = await conversations.get(principal, params.conversation_id);
      const answer = (feedback_id: string) => {
        const body = { message: "Thank you for your feedback.", feedback_id, password: "" };
        return { status: 200, body: { success: true, statusCode: 200, body } } as const;
      };
      return answer(await feedback.submit(conversation, opinion, (id) => receiptOf(answer(id))));
    },
    async rate({ body }, { principal, receiptOf }) {
      const conversation = await conversations.get(principal, body.conversation_id);
      const { event_id = null, rating, reason = null, metadata = null } = body;
      if (event_id !== null && event_id > conversation.lastEventId) {
        const message = `must not be above ${conversation.lastEventId}, the last event's id`;
        throw validationFailed([{ in: "body", path: "event_id", message }]);
      }
      const stored = { success: true, status: "success", message: "The rating has been stored." } as const;
      const answer = { status: 201, body: stored } as const;
      await feedback.rate(conversation, event_id, { rating, reason, metadata }, receiptOf(answer));
      return answer;
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
