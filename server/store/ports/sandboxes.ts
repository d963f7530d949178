import type { Receipt } from "./receipts.ts";

/** A workspace with its processes, of which the store knows no more than that it is there. */
export interface SandboxRecord {
  readonly id: string;
  readonly userId: string;
  readonly specId: string;
  /** Whether it was paused, which counts while there is no conversation in it: else their statuses tell. */
  readonly paused: boolean;
  /** What its key is made from, besides its id. */
  readonly keySalt: string;
  readonly createdAt: string;
}

/** Where a page of a list begins: after the thing of this time and id. */
export interface Position {
  readonly time: string;
  readonly id: string;
}

export interface SandboxStore {
  /** @throws {ReceiptExistsError} */
  insert(sandbox: SandboxRecord, receipt?: Receipt): Promise<void>;
  get(id: string): Promise<SandboxRecord | null>;
  /** Those of a user that have one of these ids, in no order. */
  many(userId: string, ids: readonly string[]): Promise<SandboxRecord[]>;
  /** A user's sandboxes, newest first; equal times by id, descending. */
  list(
    userId: string,
    page: { readonly after?: Position | undefined; readonly limit: number },
  ): Promise<SandboxRecord[]>;
  setPaused(id: string, paused: boolean): Promise<void>;
  /** Conversations in it are not touched. */
  delete(id: string): Promise<void>;
  /** Deletes the sandbox unless a conversation is in it. @returns whether it is gone */
  deleteEmpty(id: string): Promise<boolean>;
  /** Which of these ids are of sandboxes, whose users are not disabled. */
  usable(ids: readonly string[]): Promise<ReadonlySet<string>>;
}
