import { join } from "node:path";
import { Migrator } from "kysely/migration";
import { OperatorError } from "../../operator-error.ts";
import type { Database } from "../database.ts";
import { migrations } from "../migrations.ts";
import { apiKeyQueries, conversationQueries, sessionQueries, userQueries } from "../queries.ts";
import type { SettingsRecord, SettingsStore, Store } from "../store.ts";
import { openConnection } from "./connection.ts";
import type { Connection } from "./connection.ts";
import { createSqliteEventStore } from "./event-store.ts";
import type { Kysely } from "kysely";

/** The database has been written by a newer version of the server. */
export class NewerSchemaError extends OperatorError {
  override name = "NewerSchemaError";
}

/**
 * Opens the embedded store in a folder that exists, and brings its schema up to date.
 * @param options.now the clock, RFC 3339
 * @throws {NewerSchemaError} when a newer server has changed the schema
 */
export async function openSqliteStore(folder: string, { now }: { now: () => string }): Promise<Store> {
  const connection = openConnection(join(folder, "openhands.sqlite"));
  await migrate(connection.db);
  const { db } = connection;
  return {
    users: userQueries(db),
    apiKeys: apiKeyQueries(db),
    sessions: sessionQueries(db),
    settings: sqliteSettings(connection),
    conversations: conversationQueries(db),
    events: createSqliteEventStore(connection, now),
    async check() {
      await db.selectFrom("users").select("id").limit(1).execute();
    },
    close: () => db.destroy(),
  };
}

async function migrate(db: Kysely<Database>): Promise<void> {
  const migrator = new Migrator({ db, provider: { getMigrations: async () => migrations } });
  const { error } = await migrator.migrateToLatest();
  if (error instanceof Error && error.message.startsWith("corrupted migrations")) {
    throw new NewerSchemaError(
      "The database was last used by a newer version of the server. Fix: run that version, or set DATA_DIR to another folder.",
      { cause: error },
    );
  }
  if (error !== undefined) throw new Error("The database's schema could not be brought up to date.", { cause: error });
}

function sqliteSettings({ sqlite, transaction }: Connection): SettingsStore {
  const select = sqlite.prepare("SELECT plain, secrets FROM settings WHERE user_id = ?");
  const upsert = sqlite.prepare(
    "INSERT INTO settings (user_id, plain, secrets) VALUES (?, ?, ?) ON CONFLICT (user_id) DO UPDATE SET plain = excluded.plain, secrets = excluded.secrets",
  );
  const read = (userId: string): SettingsRecord | null => {
    const row = select.get(userId);
    return row ? { plain: JSON.parse(String(row["plain"])), secrets: JSON.parse(String(row["secrets"])) } : null;
  };
  return {
    get: async (userId) => read(userId),
    async update(userId, change) {
      transaction(() => {
        const { plain, secrets } = change(read(userId));
        upsert.run(userId, JSON.stringify(plain), JSON.stringify(secrets));
      });
    },
  };
}
