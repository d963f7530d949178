import type { AppConversationStartTaskStatus, StartTaskSortOrder } from "../../../contract/index.ts";
import type { Receipt } from "./receipts.ts";
import type { Position } from "./sandboxes.ts";

/** How far the start of a conversation has come. */
export interface StartTaskRecord {
  readonly id: string;
  readonly userId: string;
  readonly status: AppConversationStartTaskStatus;
  readonly detail: string | null;
  /** The id that the conversation has, or will have. */
  readonly conversationId: string;
  readonly sandboxId: string | null;
  /** What was asked for, as JSON, encrypted. */
  readonly request: string;
  readonly createdAt: string;
  readonly updatedAt: string;
}

export interface StartTaskFilter {
  readonly userId: string;
  /** Only those that have started this conversation. */
  readonly started?: string | undefined;
  readonly createdFrom?: string | undefined;
}

export type StartTaskChange = Pick<StartTaskRecord, "status" | "updatedAt"> &
  Partial<Pick<StartTaskRecord, "detail" | "sandboxId">>;

export interface StartTaskStore {
  /** @throws {ReceiptExistsError} */
  insert(task: StartTaskRecord, receipt?: Receipt): Promise<void>;
  update(id: string, change: StartTaskChange): Promise<void>;
  /** Those of a user that have one of these ids, in no order. */
  many(userId: string, ids: readonly string[]): Promise<StartTaskRecord[]>;
  /** In this order; equal times by id, in the same direction. */
  list(
    filter: StartTaskFilter,
    page: { readonly order: StartTaskSortOrder; readonly after?: Position | undefined; readonly limit: number },
  ): Promise<StartTaskRecord[]>;
  count(filter: StartTaskFilter): Promise<number>;
  /** Those of all users that are neither ready nor failed. */
  unfinished(): Promise<StartTaskRecord[]>;
  deleteByConversation(conversationId: string): Promise<void>;
}
