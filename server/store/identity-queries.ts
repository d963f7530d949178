import type { CompiledQuery, Kysely, Selectable } from "kysely";
import type { Database } from "./database.ts";
import { first } from "./queries.ts";
import type { ApiKeyRecord, ApiKeyStore, SessionRecord, SessionStore, UserRecord, UserStore } from "./store.ts";

// The queries of users, API keys and sessions that are the same in every SQL database; see queries.ts.

/** So many are looked up at once: a query of one length is compiled once, a shorter list repeats its last entry. */
const batchSize = 100;
const placeholders = Array.from({ length: batchSize }, () => "");

/** @param db any dialect */
export function userQueries(db: Kysely<Database>): Omit<UserStore, "disable"> {
  const enabled = db
    .selectFrom("users")
    .select("id as found")
    .where("id", "in", placeholders)
    .where("disabled_at", "is", null)
    .compile();
  return {
    async insert(user) {
      await insertUser(db, user).execute();
    },
    async findByName(name) {
      const row = await db.selectFrom("users").selectAll().where("name", "=", name).executeTakeFirst();
      return row ? userRecord(row) : null;
    },
    async list() {
      const rows = await db.selectFrom("users").selectAll().orderBy("created_at").orderBy("name").execute();
      return rows.map(userRecord);
    },
    async enable(id) {
      await db.updateTable("users").set({ disabled_at: null }).where("id", "=", id).execute();
    },
    enabled: (ids) => foundIn(db, enabled, ids),
  };
}

export function insertUser(db: Kysely<Database>, { id, name, createdAt }: Omit<UserRecord, "disabledAt">) {
  return db.insertInto("users").values({ id, name, created_at: createdAt, disabled_at: null });
}

/** Disables a user as long as another one is left, or in any case. It changes no row when it may not. */
export function disableUser(db: Kysely<Database>, id: string, at: string, evenTheLast: boolean) {
  const update = db.updateTable("users").set({ disabled_at: at }).where("id", "=", id);
  if (evenTheLast) return update;
  return update.where(({ exists, selectFrom }) =>
    exists(
      selectFrom("users as other")
        .select("other.id")
        .where("other.id", "<>", id)
        .where("other.disabled_at", "is", null),
    ),
  );
}

/** @param db any dialect */
export function apiKeyQueries(db: Kysely<Database>): Omit<ApiKeyStore, "insert"> {
  const usable = db
    .selectFrom("api_keys")
    .innerJoin("users", "users.id", "api_keys.user_id")
    .where("users.disabled_at", "is", null);
  const byHash = usable.selectAll("api_keys").where("hash", "=", "").compile();
  const among = usable.select("api_keys.id as found").where("api_keys.id", "in", placeholders).compile();
  return {
    async findByHash(hash) {
      const row = await first(db, byHash, hash);
      return row ? apiKeyRecord(row) : null;
    },
    usable: (ids) => foundIn(db, among, ids),
    async listByUser(userId) {
      const rows = await db
        .selectFrom("api_keys")
        .selectAll()
        .where("user_id", "=", userId)
        .orderBy("position", "desc")
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
    scope: key.scope,
    created_at: key.createdAt,
    last_used_at: key.lastUsedAt,
    expires_at: key.expiresAt,
  });
}

/** @param db any dialect */
export function sessionQueries(db: Kysely<Database>): SessionStore {
  const byHash = db
    .selectFrom("sessions")
    .innerJoin("users", "users.id", "sessions.user_id")
    .leftJoin("api_keys", "api_keys.id", "sessions.api_key_id")
    .selectAll("sessions")
    .select(["api_keys.scope as key_scope", "api_keys.expires_at as key_expires_at"])
    .where("users.disabled_at", "is", null)
    .where("sessions.hash", "=", "")
    .compile();
  const among = db
    .selectFrom("sessions")
    .innerJoin("users", "users.id", "sessions.user_id")
    .select("sessions.hash as found")
    .where("sessions.hash", "in", placeholders)
    .where("users.disabled_at", "is", null)
    .where("sessions.expires_at", ">", "")
    .compile();
  return {
    async insert(session) {
      await db.insertInto("sessions").values(sessionRow(session)).execute();
    },
    async findByHash(hash) {
      const row = await first(db, byHash, hash);
      if (!row) return null;
      return { ...sessionRecord(row), keyScope: row.key_scope, keyExpiresAt: row.key_expires_at };
    },
    usable: (hashes, now) => foundIn(db, among, hashes, now),
    async extend(hash, expiresAt) {
      await db.updateTable("sessions").set({ expires_at: expiresAt }).where("hash", "=", hash).execute();
    },
    async delete(hash) {
      await db.deleteFrom("sessions").where("hash", "=", hash).execute();
    },
    async deleteExpired(now) {
      await db.deleteFrom("sessions").where("expires_at", "<=", now).execute();
    },
  };
}

/**
 * @param query takes `batchSize` values to look for, then `others`
 * @returns those of the values that it finds
 */
async function foundIn(
  db: Kysely<Database>,
  query: CompiledQuery<{ found: string }>,
  values: readonly string[],
  ...others: readonly string[]
): Promise<Set<string>> {
  const found = new Set<string>();
  for (let start = 0; start < values.length; start += batchSize) {
    const batch = values.slice(start, start + batchSize);
    const parameters = [...placeholders.map((_, index) => batch[index] ?? batch.at(-1)), ...others];
    const { rows } = await db.executeQuery<{ found: string }>({ ...query, parameters });
    for (const row of rows) found.add(row.found);
  }
  return found;
}

function userRecord(row: Selectable<Database["users"]>): UserRecord {
  return { id: row.id, name: row.name, createdAt: row.created_at, disabledAt: row.disabled_at };
}

function apiKeyRecord(row: Selectable<Database["api_keys"]>): ApiKeyRecord {
  return {
    id: row.id,
    userId: row.user_id,
    name: row.name,
    prefix: row.prefix,
    hash: row.hash,
    scope: row.scope,
    createdAt: row.created_at,
    lastUsedAt: row.last_used_at,
    expiresAt: row.expires_at,
  };
}

function sessionRow(session: SessionRecord): Selectable<Database["sessions"]> {
  return {
    hash: session.hash,
    user_id: session.userId,
    api_key_id: session.apiKeyId,
    created_at: session.createdAt,
    expires_at: session.expiresAt,
    ends_at: session.endsAt,
  };
}

function sessionRecord(row: Selectable<Database["sessions"]>): SessionRecord {
  return {
    hash: row.hash,
    userId: row.user_id,
    apiKeyId: row.api_key_id,
    createdAt: row.created_at,
    expiresAt: row.expires_at,
    endsAt: row.ends_at,
  };
}
