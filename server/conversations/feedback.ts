import { ApiError } from "../api-error.ts";
import type { Clock } from "../clock.ts";
import { timestamp } from "../clock.ts";
import { newId } from "../identity/tokens.ts";
import type { ConversationRecord, FeedbackRecord, FeedbackStore } from "../store/store.ts";

/** How a user rates an event. */
export interface Rating {
  readonly rating: number;
  readonly reason: string | null;
  readonly metadata: Readonly<Record<string, unknown>> | null;
}

/** What a user thinks of a conversation. */
export interface Opinion {
  readonly polarity: "positive" | "negative";
  readonly permissions: "public" | "private";
  readonly version: string;
  readonly email: string;
}

/** What users think of their conversations, kept for the operator. It goes when the conversation does. */
export interface Feedback {
  /** @returns the feedback's id @throws {ApiError} `conversation_not_found` when it was deleted meanwhile */
  submit(conversation: ConversationRecord, opinion: Opinion): Promise<string>;
  /** @param eventId null for the conversation as a whole @throws {ApiError} as `submit` */
  rate(conversation: ConversationRecord, eventId: number | null, rating: Rating): Promise<void>;
  /** The last rating of each event that has one. */
  ratings(conversation: ConversationRecord): Promise<ReadonlyMap<number, Rating>>;
}

export function createFeedback({ store, clock }: { store: FeedbackStore; clock: Clock }): Feedback {
  async function insert(
    { id: conversationId, userId, lastEventId }: ConversationRecord,
    said: Pick<FeedbackRecord, "kind" | "eventId" | "content">,
  ): Promise<string> {
    const id = newId();
    if (!(await store.insert({ id, userId, conversationId, lastEventId, createdAt: timestamp(clock), ...said })))
      throw new ApiError("conversation_not_found");
    return id;
  }

  return {
    submit: (conversation, opinion) =>
      insert(conversation, { kind: "opinion", eventId: null, content: { ...opinion } }),
    async rate(conversation, eventId, rating) {
      await insert(conversation, { kind: "rating", eventId, content: { ...rating } });
    },
    async ratings({ id }) {
      const records = await store.listByConversation(id, "rating");
      return new Map(
        records.flatMap(
          ({ eventId, content }) => (eventId === null ? [] : [[eventId, content as unknown as Rating] as const]), // as `rate` has stored it
        ),
      );
    },
  };
}
