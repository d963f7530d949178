import { sql } from "kysely";
import type { CompiledQuery, Kysely, Selectable } from "kysely";
import type { Database } from "./database.ts";
import type {
  ConversationChange,
  ConversationFilter,
  ConversationRecord,
  ConversationStore,
  EventQuery,
  StoredEvent,
} from "./store.ts";

// The queries that are the same in every SQL database, each a single statement and so atomic without a transaction.

/**
 * Runs a query that has been compiled once, with other parameters: for the few that every request makes, since to build
 * and compile one takes longer than to run it.
 */
export async function first<Row>(
  db: Kysely<Database>,
  query: CompiledQuery<Row>,
  ...parameters: readonly string[]
): Promise<Row | undefined> {
  return (await db.executeQuery<Row>({ ...query, parameters })).rows[0];
}

/** @param db any dialect */
export function conversationQueries(db: Kysely<Database>): Omit<ConversationStore, "insert"> {
  const byId = db.selectFrom("conversations").selectAll().where("id", "=", "").compile();
  return {
    async get(id) {
      const row = await first(db, byId, id);
      return row ? conversationRecord(row) : null;
    },
    async list(filter) {
      return (await listQuery(db, filter).execute()).map(conversationRecord);
    },
    async listByStatus(statuses) {
      const rows = await db.selectFrom("conversations").selectAll().where("status", "in", statuses).execute();
      return rows.map(conversationRecord);
    },
    async update(id, change) {
      const { numUpdatedRows } = await db
        .updateTable("conversations")
        .set(changedColumns(change))
        .where("id", "=", id)
        .executeTakeFirst();
      return numUpdatedRows > 0n;
    },
    async delete(id) {
      await db.deleteFrom("conversations").where("id", "=", id).execute(); // its events go with it
    },
  };
}

export function insertConversation(db: Kysely<Database>, conversation: ConversationRecord) {
  return db.insertInto("conversations").values({
    id: conversation.id,
    user_id: conversation.userId,
    title: conversation.title,
    status: conversation.status,
    repository: conversation.repository,
    branch: conversation.branch,
    trigger: conversation.trigger,
    created_at: conversation.createdAt,
    updated_at: conversation.updatedAt,
    last_event_id: conversation.lastEventId,
    agent_state: conversation.agentState,
  });
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
    trigger: row.trigger,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
    lastEventId: row.last_event_id,
    agentState: row.agent_state,
  };
}

/** The events of one conversation that a query asks for, in its order. */
export async function findEvents(
  db: Kysely<Database>,
  conversationId: string,
  query: EventQuery,
): Promise<StoredEvent[]> {
  let select = db
    .selectFrom("events")
    .select(["id", "timestamp", "kind", "type", "source", "hidden", "text"])
    .where("conversation_id", "=", conversationId)
    .where("id", ">=", query.from);
  if (query.to !== undefined) select = select.where("id", "<=", query.to);
  if (query.types) select = select.where("type", "in", query.types);
  if (query.source !== undefined) select = select.where("source", "=", query.source as StoredEvent["source"]); // any other finds nothing
  if (query.contains !== undefined) select = select.where(containsText(query.contains));
  if (query.excludeHidden) select = select.where("hidden", "=", 0);
  if (query.since !== undefined) select = select.where("timestamp", ">=", query.since);
  if (query.until !== undefined) select = select.where("timestamp", "<=", query.until);
  const rows = await select
    .orderBy("id", query.descending ? "desc" : "asc")
    .limit(query.limit)
    .execute();
  // Written out: the rest of a row, spread, takes longer than reading it from the database.
  return rows.map(({ id, timestamp, kind, type, source, hidden, text }) => ({
    id,
    timestamp,
    kind,
    type,
    source,
    hidden: hidden !== 0,
    text,
  }));
}

/**
 * `%` and `_` in the text mean themselves. Upper case, since lower case depends on what stands around a letter: the end of
 * "ΑΣ" is another one than the middle of "ΑΣΑ".
 */
function containsText(text: string) {
  if (text.includes("\0")) return sql<boolean>`1 = 0`; // no JSON text holds one, and a pattern would end there
  const pattern = `%${text.toUpperCase().replaceAll(/[\\%_]/g, "\\$&")}%`;
  return sql<boolean>`upper(text) like ${pattern} escape '\\'`;
}
