import { sql } from "kysely";
import type { Kysely, Selectable } from "kysely";
import type { Database } from "./database.ts";
import type { SandboxRecord, SandboxStore } from "./store.ts";

// The queries of sandboxes that are the same in every SQL database; see queries.ts.

/** @param db any dialect */
export function sandboxQueries(db: Kysely<Database>): Omit<SandboxStore, "insert"> {
  const all = db.selectFrom("sandboxes").selectAll();
  return {
    async get(id) {
      const row = await all.where("id", "=", id).executeTakeFirst();
      return row ? sandboxRecord(row) : null;
    },
    async many(userId, ids) {
      if (ids.length === 0) return [];
      const rows = await all.where("user_id", "=", userId).where("id", "in", ids).execute();
      return rows.map(sandboxRecord);
    },
    async list(userId, { after, limit }) {
      let query = all.where("user_id", "=", userId);
      if (after) query = query.where(sql<boolean>`(created_at, id) < (${after.time}, ${after.id})`);
      const rows = await query.orderBy("created_at", "desc").orderBy("id", "desc").limit(limit).execute();
      return rows.map(sandboxRecord);
    },
    async setPaused(id, paused) {
      await db
        .updateTable("sandboxes")
        .set({ paused: Number(paused) })
        .where("id", "=", id)
        .execute();
    },
    async delete(id) {
      await db.deleteFrom("sandboxes").where("id", "=", id).execute();
    },
    async deleteEmpty(id) {
      const { numDeletedRows } = await db
        .deleteFrom("sandboxes")
        .where("id", "=", id)
        .where(({ not, exists, selectFrom }) =>
          not(exists(selectFrom("conversations").select("id").where("sandbox_id", "=", id))),
        )
        .executeTakeFirst();
      return numDeletedRows > 0n;
    },
    async usable(ids) {
      if (ids.length === 0) return new Set();
      const rows = await db
        .selectFrom("sandboxes")
        .innerJoin("users", "users.id", "sandboxes.user_id")
        .select("sandboxes.id")
        .where("users.disabled_at", "is", null)
        .where("sandboxes.id", "in", ids)
        .execute();
      return new Set(rows.map(({ id }) => id));
    },
  };
}

export function insertSandbox(db: Kysely<Database>, sandbox: SandboxRecord) {
  const { id, userId, specId, paused, keySalt, createdAt } = sandbox;
  const row = {
    id,
    user_id: userId,
    spec_id: specId,
    paused: Number(paused),
    key_salt: keySalt,
    created_at: createdAt,
  };
  return db.insertInto("sandboxes").values(row);
}

function sandboxRecord(row: Selectable<Database["sandboxes"]>): SandboxRecord {
  return {
    id: row.id,
    userId: row.user_id,
    specId: row.spec_id,
    paused: row.paused !== 0,
    keySalt: row.key_salt,
    createdAt: row.created_at,
  };
}
