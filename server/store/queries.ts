import { sql } from "kysely";
import type { CompiledQuery, Kysely, Selectable } from "kysely";
import type { Database } from "./database.ts";
import type { ConversationChange, ConversationFilter, ConversationRecord, ConversationStore } from "./store.ts";

// The queries that are the same in every SQL database, each a single statement and so atomic without a transaction.

/**
 * Runs a query that has been compiled once, with other parameters: for the few that every request makes, since to build
 * and compile one takes longer than to run it.
 */
export async function first<Row>(
  db: Kysely<Database>,
  query: CompiledQuery<Row>,
  ...parameters: readonly (string | number)[]
): Promise<Row | undefined> {
  return (await db.executeQuery<Row>({ ...query, parameters })).rows[0];
}

/** @param db any dialect */
export function conversationQueries(db: Kysely<Database>): Omit<ConversationStore, "insert" | "fixExperiments"> {
  const byId = db.selectFrom("conversations").selectAll().where("id", "=", "").compile();
  return {
    async get(id) {
      const row = await first(db, byId, id);
      return row ? conversationRecord(row) : null;
    },
    async list(filter) {
      return (await listQuery(db, filter).execute()).map(conversationRecord);
    },
    async listQuietest(userId, statuses) {
      const rows = await db
        .selectFrom("conversations")
        .selectAll()
        .where("user_id", "=", userId)
        .where("status", "in", statuses)
        .orderBy((order) => order.fn.coalesce("updated_at", "created_at"))
        .orderBy("id")
        .execute();
      return rows.map(conversationRecord);
    },
    async setup(id) {
      const row = await db
        .selectFrom("conversation_setups")
        .select(["instructions", "mcp_config", "clone_url"])
        .where("conversation_id", "=", id)
        .executeTakeFirst();
      return {
        instructions: row?.instructions ?? null,
        mcpConfig: row?.mcp_config ?? null,
        cloneUrl: row?.clone_url ?? null,
      };
    },
    async update(id, change) {
      const { numUpdatedRows } = await db
        .updateTable("conversations")
        .set(changedColumns(change))
        .where("id", "=", id)
        .executeTakeFirst();
      return numUpdatedRows > 0n;
    },
    async updateHeld(id, epoch, change) {
      const { numUpdatedRows } = await db
        .updateTable("conversations")
        .set(changedColumns(change))
        .where("id", "=", id)
        .where("epoch", "=", epoch)
        .executeTakeFirst();
      return numUpdatedRows > 0n;
    },
    async delete(id) {
      await db.deleteFrom("conversations").where("id", "=", id).execute(); // its events go with it
    },
  };
}

function listQuery(db: Kysely<Database>, { userId, repository, trigger, after, limit }: ConversationFilter) {
  let query = db.selectFrom("conversations").selectAll().where("user_id", "=", userId);
  if (repository !== undefined) query = query.where("repository", "=", repository);
  if (trigger !== undefined) query = query.where("trigger", "=", trigger);
  if (after) query = query.where(sql<boolean>`(created_at, id) < (${after.createdAt}, ${after.id})`);
  return query.orderBy("created_at", "desc").orderBy("id", "desc").limit(limit);
}

function changedColumns({ title, status, branch, updatedAt }: ConversationChange) {
  return {
    ...(title !== undefined && { title }),
    ...(status !== undefined && { status }),
    ...(branch !== undefined && { branch }),
    ...(updatedAt !== undefined && { updated_at: updatedAt }),
  };
}

function conversationRecord(row: Selectable<Database["conversations"]>): ConversationRecord {
  return {
    id: row.id,
    userId: row.user_id,
    title: row.title,
    status: row.status,
    repository: row.repository,
    branch: row.branch,
    gitProvider: row.git_provider,
    trigger: row.trigger,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
    lastEventId: row.last_event_id,
    agentState: row.agent_state,
    replayedUntil: row.replayed_until,
  };
}
