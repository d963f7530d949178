import { sql } from "kysely";
import type { Kysely, RawBuilder } from "kysely";
import type { Database } from "./database.ts";
import type { LeaseStore } from "./store.ts";

/**
 * Each a single statement: of two nodes that want the same conversation the second waits for the first, and then finds it held.
 * @param now the database's clock, in milliseconds since 1970
 */
export function leaseQueries(db: Kysely<Database>, now: RawBuilder<number>): LeaseStore {
  const lives = sql<boolean>`exists (select 1 from nodes where nodes.id = conversations.holder and nodes.expires_at > ${now})`;

  async function hold(id: string, node: string, condition: RawBuilder<boolean>): Promise<number | null> {
    const row = await db
      .updateTable("conversations")
      .set({ holder: node, epoch: sql`epoch + 1` })
      .where("id", "=", id)
      .where(condition)
      .returning("epoch")
      .executeTakeFirst();
    return row?.epoch ?? null;
  }

  return {
    async renew(node, forMs) {
      const expires_at = sql<number>`${now} + ${sql.lit(forMs)}`;
      await db
        .insertInto("nodes")
        .values({ id: node, expires_at })
        .onConflict((conflict) => conflict.column("id").doUpdateSet({ expires_at }))
        .execute();
    },
    async leave(node) {
      await db.updateTable("nodes").set({ expires_at: 0 }).where("id", "=", node).execute();
    },
    async expireOthers(node) {
      await db.updateTable("nodes").set({ expires_at: 0 }).where("id", "!=", node).execute();
    },
    claim: (id, node) => hold(id, node, sql`(holder is null or holder = ${node} or not ${lives})`),
    take: (id, node) => hold(id, node, sql`1 = 1`),
    async release(id, epoch, lastEventId) {
      let query = db.updateTable("conversations").set({ holder: null }).where("id", "=", id).where("epoch", "=", epoch);
      if (lastEventId !== undefined) query = query.where("last_event_id", "=", lastEventId);
      return (await query.executeTakeFirst()).numUpdatedRows > 0n;
    },
    async orphans(limit) {
      const left = await db
        .selectFrom("nodes")
        .innerJoin("conversations", "conversations.holder", "nodes.id")
        .select("conversations.id")
        .where(sql<boolean>`nodes.expires_at <= ${now}`)
        .limit(limit)
        .execute();
      const unbegun = await db
        .selectFrom("conversations")
        .select("id")
        .where("status", "=", "STARTING")
        .where("holder", "is", null)
        .limit(limit)
        .execute();
      return [...left, ...unbegun].map(({ id }) => id);
    },
    async unheld() {
      const rows = await db
        .selectFrom("conversations")
        .select("id")
        .where("status", "in", ["STARTING", "RUNNING"])
        .where(sql<boolean>`not ${lives}`)
        .execute();
      return rows.map(({ id }) => id);
    },
    async forgetEnded() {
      await db
        .deleteFrom("nodes")
        .where(sql<boolean>`expires_at <= ${now}`)
        .where(sql<boolean>`not exists (select 1 from conversations where conversations.holder = nodes.id)`)
        .execute();
    },
    async heads(ids) {
      if (ids.length === 0) return [];
      const rows = await db
        .selectFrom("conversations")
        .select(["id", "title", "last_event_id", "epoch"])
        .where("id", "in", ids)
        .execute();
      return rows.map(({ last_event_id, ...row }) => ({ ...row, lastEventId: last_event_id }));
    },
  };
}
