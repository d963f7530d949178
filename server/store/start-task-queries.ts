import { sql } from "kysely";
import type { Kysely, Selectable } from "kysely";
import type { Database } from "./database.ts";
import type { StartTaskFilter, StartTaskRecord, StartTaskStore } from "./store.ts";

// The queries of start tasks that are the same in every SQL database; see queries.ts.

/** @param db any dialect */
export function startTaskQueries(db: Kysely<Database>): Omit<StartTaskStore, "insert"> {
  const all = db.selectFrom("start_tasks").selectAll();
  return {
    async update(id, { status, updatedAt, detail, sandboxId }) {
      await db
        .updateTable("start_tasks")
        .set({
          status,
          updated_at: updatedAt,
          ...(detail !== undefined && { detail }),
          ...(sandboxId !== undefined && { sandbox_id: sandboxId }),
        })
        .where("id", "=", id)
        .execute();
    },
    async many(userId, ids) {
      if (ids.length === 0) return [];
      const rows = await all.where("user_id", "=", userId).where("id", "in", ids).execute();
      return rows.map(startTaskRecord);
    },
    async list(filter, { order, after, limit }) {
      const time = sql.ref(order.startsWith("CREATED_AT") ? "created_at" : "updated_at");
      const descends = order.endsWith("_DESC");
      let query = matching(db, filter).selectAll();
      if (after) {
        const [here, there] = [sql`(${time}, id)`, sql`(${after.time}, ${after.id})`];
        query = query.where(descends ? sql<boolean>`${here} < ${there}` : sql<boolean>`${here} > ${there}`);
      }
      const direction = descends ? "desc" : "asc";
      const rows = await query.orderBy(time, direction).orderBy("id", direction).limit(limit).execute();
      return rows.map(startTaskRecord);
    },
    async count(filter) {
      const query = matching(db, filter).select((select) => select.fn.countAll().as("count"));
      return Number((await query.executeTakeFirstOrThrow()).count);
    },
    async unfinished() {
      return (await all.where("status", "not in", ["READY", "ERROR"]).execute()).map(startTaskRecord);
    },
    async deleteByConversation(conversationId) {
      await db.deleteFrom("start_tasks").where("conversation_id", "=", conversationId).execute();
    },
  };
}

function matching(db: Kysely<Database>, { userId, started, createdFrom }: StartTaskFilter) {
  let query = db.selectFrom("start_tasks").where("user_id", "=", userId);
  if (started !== undefined) query = query.where("conversation_id", "=", started).where("status", "=", "READY");
  if (createdFrom !== undefined) query = query.where("created_at", ">=", createdFrom);
  return query;
}

export function insertStartTask(db: Kysely<Database>, task: StartTaskRecord) {
  return db.insertInto("start_tasks").values({
    id: task.id,
    user_id: task.userId,
    status: task.status,
    detail: task.detail,
    conversation_id: task.conversationId,
    sandbox_id: task.sandboxId,
    request: task.request,
    created_at: task.createdAt,
    updated_at: task.updatedAt,
  });
}

function startTaskRecord(row: Selectable<Database["start_tasks"]>): StartTaskRecord {
  return {
    id: row.id,
    userId: row.user_id,
    status: row.status,
    detail: row.detail,
    conversationId: row.conversation_id,
    sandboxId: row.sandbox_id,
    request: row.request,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  };
}
