import type { Experiments } from "./conversations.ts";
import type { Receipt } from "./receipts.ts";

export interface FeedbackRecord {
  readonly id: string;
  readonly userId: string;
  readonly conversationId: string;
  /** An opinion of the conversation as a whole, or a rating of it or of one event. */
  readonly kind: "opinion" | "rating";
  readonly createdAt: string;
  /** The event that it is about; null for the conversation. */
  readonly eventId: number | null;
  /** The last event of the log when it was given: the conversation up to there is what it is about. */
  readonly lastEventId: number;
  /** What was said, as it is exported. */
  readonly content: Readonly<Record<string, unknown>>;
}

export interface ExportedFeedback extends FeedbackRecord {
  /** Where it stands in the list; 1 and more. */
  readonly position: number;
  readonly userName: string;
  readonly experiments: Experiments | null;
}

export interface FeedbackStore {
  /**
   * @returns false when there is no such conversation: then nothing is stored
   * @throws {ReceiptExistsError}
   */
  insert(feedback: FeedbackRecord, receipt?: Receipt): Promise<boolean>;
  /** Oldest first. */
  listByConversation(conversationId: string, kind: FeedbackRecord["kind"]): Promise<FeedbackRecord[]>;
  /** The feedback of all users, oldest first. @param page.after the position of the last that is known; 0 for none */
  list(page: { readonly after: number; readonly limit: number }): Promise<ExportedFeedback[]>;
}
