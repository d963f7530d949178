import type { Kysely } from "kysely";
import { change } from "./connection.ts";
import type { Steps } from "./connection.ts";
import type { Database } from "./database.ts";
import { insertReceipt } from "./receipt-queries.ts";
import { ReceiptExistsError } from "./store.ts";
import type { Receipt } from "./store.ts";

/**
 * Writes a request's receipt, if it has one, within the transaction of its effect.
 * @throws {ReceiptExistsError} which rolls the effect back
 */
export function* leaveReceipt(db: Kysely<Database>, receipt: Receipt | undefined): Steps<void> {
  if (receipt && (yield* change(insertReceipt(db, receipt))) === 0) throw new ReceiptExistsError();
}
