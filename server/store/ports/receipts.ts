/**
 * What a request with an `Idempotency-Key` has been answered. It is written in the transaction of the request's effect, so
 * that the one is never there without the other.
 */
export interface Receipt {
  readonly userId: string;
  /** The client's `Idempotency-Key`: unique among a user's receipts. */
  readonly key: string;
  /** Tells the request from others with the same key. */
  readonly fingerprint: string;
  readonly status: number;
  /** Encrypted. */
  readonly body: string;
  readonly createdAt: string;
}

/** The user has a receipt of that key: another request with it has been carried out meanwhile. Nothing was written. */
export class ReceiptExistsError extends Error {
  override name = "ReceiptExistsError";
}

export interface ReceiptStore {
  find(userId: string, key: string): Promise<Receipt | null>;
  /** Deletes the receipts of all users that are older than this moment. */
  deleteBefore(moment: string): Promise<void>;
}
