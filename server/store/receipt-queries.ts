import type { Kysely } from "kysely";
import type { Database } from "./database.ts";
import type { Receipt, ReceiptStore } from "./store.ts";

// The queries of receipts that are the same in every SQL database; see queries.ts.

/** @param db any dialect */
export function receiptQueries(db: Kysely<Database>): ReceiptStore {
  return {
    async find(userId, key) {
      const row = await db
        .selectFrom("receipts")
        .selectAll()
        .where("user_id", "=", userId)
        .where("key", "=", key)
        .executeTakeFirst();
      if (!row) return null;
      const { fingerprint, status, body } = row;
      return { userId, key, fingerprint, status, body, createdAt: row.created_at };
    },
    async deleteBefore(moment) {
      await db.deleteFrom("receipts").where("created_at", "<", moment).execute();
    },
  };
}

/** Writes a receipt within the caller's transaction. It changes no row when the user has one of that key. */
export function insertReceipt(db: Kysely<Database>, receipt: Receipt) {
  const { userId, key, fingerprint, status, body, createdAt } = receipt;
  return db
    .insertInto("receipts")
    .values({ user_id: userId, key, fingerprint, status, body, created_at: createdAt })
    .onConflict((conflict) => conflict.columns(["user_id", "key"]).doNothing());
}
