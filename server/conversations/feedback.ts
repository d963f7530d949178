import { ApiError } from "../api-error.ts";
import type { Clock } from "../clock.ts";
import { timestamp } from "../clock.ts";
import { newId } from "../identity/tokens.ts";
import type { ConversationRecord, FeedbackRecord, FeedbackStore, Receipt } from "../store/store.ts";

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
  /**
   * @param receiptOf makes the receipt of the request that submits it
   * @returns the feedback's id
   * @throws {ApiError} `conversation_not_found` when it was deleted meanwhile
   * @throws {ReceiptExistsError}
   */
  submit(
    conversation: ConversationRecord,
    opinion: Opinion,
    receiptOf: (id: string) => Receipt | undefined,
  ): Promise<string>;
  /**
   * @param eventId null for the conversation as a whole
   * @param receipt of the request that rates it
   * @throws as `submit`
   */
  rate(
    conversation: ConversationRecord,
    eventId: number | null,
    rating: Rating,
    receipt: Receipt | undefined,
  ): Promise<void>;
  /** The last rating of each event that has one. */
  ratings(conversation: ConversationRecord): Promise<ReadonlyMap<number, Rating>>;
}

export function createFeedback({ store, clock }: { store: FeedbackStore; clock: Clock }): Feedback {
  async function insert(
    { id: conversationId, userId, lastEventId }: ConversationRecord,
    said: Pick<FeedbackRecord, "kind" | "eventId" | "content">,
    receiptOf: (id: string) => Receipt | undefined,
  ): Promise<string> {
    const id = newId();
    const record = { id, userId, conversationId, lastEventId, createdAt: timestamp(clock), ...said };
    if (!(await store.insert(record, receiptOf(id)))) throw new ApiError("conversation_not_found");
    return id;
  }

  return {
    submit: (conversation, opinion, receiptOf) =>
      insert(conversation, { kind: "opinion", eventId: null, content: { ...opinion } }, receiptOf),
    async rate(conversation, eventId, rating, receipt) {
      await insert(conversation, { kind: "rating", eventId, content: { ...rating } }, () => receipt);
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
