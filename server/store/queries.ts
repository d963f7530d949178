import { sql } from "kysely";
import type { CompiledQuery, Kysely, Selectable } from "kysely";
import type { Database } from "./database.ts";
import type {
  ApiKeyRecord,
  ApiKeyStore,
  ConversationChange,
  ConversationFilter,
  ConversationRecord,
  ConversationStore,
  EventQuery,
  SessionStore,
  StoredEvent,
  UserStore,
} from "./store.ts";

// The queries that are the same in every SQL database, each a single statement and so atomic without a transaction.

/**
 * Runs a query that has been compiled once, with other parameters: for the few that every request makes, since to build
 * and compile one takes longer than to run it.
 */
async function first<Row>(
  db: Kysely<Database>,
  query: CompiledQuery<Row>,
  ...parameters: readonly string[]
): Promise<Row | undefined> {
  return (await db.executeQuery<Row>({ ...query, parameters })).rows[0];
}

/** @param db any dialect */
export function userQueries(db: Kysely<Database>): UserStore {
  return {
    async insert({ id, name, createdAt }) {
      await db.insertInto("users").values({ id, name, created_at: createdAt }).execute();
    },
    async findByName(name) {
      const row = await db.selectFrom("users").selectAll().where("name", "=", name).executeTakeFirst();
      return row ? { id: row.id, name: row.name, createdAt: row.created_at } : null;
    },
    async list() {
      const rows = await db.selectFrom("users").selectAll().orderBy("created_at").execute();
      return rows.map((row) => ({ id: row.id, name: row.name, createdAt: row.created_at }));
    },
  };
}

/** @param db any dialect */
export function apiKeyQueries(db: Kysely<Database>): Omit<ApiKeyStore, "insert"> {
  const byHash = db.selectFrom("api_keys").selectAll().where("hash", "=", "").compile();
  return {
    async findByHash(hash) {
      const row = await first(db, byHash, hash);
      return row ? apiKeyRecord(row) : null;
    },
    async listByUser(userId) {
      const rows = await db
        .selectFrom("api_keys")
        .selectAll()
        .where("user_id", "=", userId)
        .orderBy("created_at", "desc")
        .orderBy("id", "desc")
        .execute();
      return rows.map(apiKeyRecord);
    },
    async touch(id, lastUsedAt) {
      await db.updateTable("api_keys").set({ last_used_at: lastUsedAt }).where("id", "=", id).execute();
    },
    async delete(userId, id) {
      const { numDeletedRows } = await db
        .deleteFrom("api_keys")
        .where("id", "=", id)
        .where("user_id", "=", userId)
        .executeTakeFirst();
      return numDeletedRows > 0n;
    },
  };
}

export function insertApiKey(db: Kysely<Database>, key: ApiKeyRecord) {
  return db.insertInto("api_keys").values({
    id: key.id,
    user_id: key.userId,
    name: key.name,
    prefix: key.prefix,
    hash: key.hash,
    created_at: key.createdAt,
    last_used_at: key.lastUsedAt,
    expires_at: key.expiresAt,
  });
}

function apiKeyRecord(row: Selectable<Database["api_keys"]>): ApiKeyRecord {
  return {
    id: row.id,
    userId: row.user_id,
    name: row.name,
    prefix: row.prefix,
    hash: row.hash,
    createdAt: row.created_at,
    lastUsedAt: row.last_used_at,
    expiresAt: row.expires_at,
  };
}

/** @param db any dialect */
export function sessionQueries(db: Kysely<Database>): SessionStore {
  const byHash = db.selectFrom("sessions").selectAll().where("hash", "=", "").compile();
  return {
    async insert({ hash, userId, createdAt, expiresAt }) {
      await db
        .insertInto("sessions")
        .values({ hash, user_id: userId, created_at: createdAt, expires_at: expiresAt })
        .execute();
    },
    async findByHash(hash) {
      const row = await first(db, byHash, hash);
      return row ? { hash: row.hash, userId: row.user_id, createdAt: row.created_at, expiresAt: row.expires_at } : null;
    },
    async delete(hash) {
      await db.deleteFrom("sessions").where("hash", "=", hash).execute();
    },
    async deleteExpired(now) {
      await db.deleteFrom("sessions").where("expires_at", "<=", now).execute();
    },
  };
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
    async listByStatus(statuses) {
      const rows = await db.selectFrom("conversations").selectAll().where("status", "in", statuses).execute();
      return rows.map(conversationRecord);
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
        .select(["instructions", "mcp_config"])
        .where("conversation_id", "=", id)
        .executeTakeFirst();
      return { instructions: row?.instructions ?? null, mcpConfig: row?.mcp_config ?? null };
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
