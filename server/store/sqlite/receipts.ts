import { insertReceipt } from "../receipt-queries.ts";
import { ReceiptExistsError } from "../store.ts";
import type { Receipt } from "../store.ts";
import type { Connection } from "./connection.ts";

/**
 * Writes a request's receipt, if it has one, within the transaction of its effect.
 * @throws {ReceiptExistsError} which rolls the effect back
 */
export function leaveReceipt({ db, change }: Connection, receipt: Receipt | undefined): void {
  if (receipt && change(insertReceipt(db, receipt)) === 0) throw new ReceiptExistsError();
}
