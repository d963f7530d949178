import { join } from "node:path";
import { Migrator } from "kysely/migration";
import { OperatorError } from "../../operator-error.ts";
import type { Database } from "../database.ts";
import { migrations } from "../migrations.ts";
import { feedbackQueries, insertFeedback } from "../feedback-queries.ts";
import { apiKeyQueries, disableUser, insertApiKey, sessionQueries, userQueries } from "../identity-queries.ts";
import { receiptQueries } from "../receipt-queries.ts";
import { insertSandbox, sandboxQueries } from "../sandbox-queries.ts";
import { insertSecret, providerTokenQueries, secretQueries } from "../secret-queries.ts";
import { insertStartTask, startTaskQueries } from "../start-task-queries.ts";
import type {
  ApiKeyStore,
  FeedbackStore,
  ProviderTokenStore,
  SandboxStore,
  SecretStore,
  SettingsRecord,
  SettingsStore,
  StartTaskStore,
  Store,
  Subject,
  SubjectStore,
  UserStore,
} from "../store.ts";
import { openConnection } from "./connection.ts";
import type { Connection } from "./connection.ts";
import { createSqliteConversationStore } from "./conversation-store.ts";
import { createEventWriter, createSqliteEventStore } from "./event-store.ts";
import { leaveReceipt } from "./receipts.ts";
import type { Kysely } from "kysely";

/** The database has been written by a newer version of the server. */
export class NewerSchemaError extends OperatorError {
  override name = "NewerSchemaError";
}

/**
 * Opens the embedded store in a folder that exists, and brings its schema up to date.
 * @param options.now the clock, RFC 3339
 * @throws {NewerSchemaError} when a newer server has changed the schema
 * @throws {OperatorError} when there is a file that is no database
 */
export async function openSqliteStore(folder: string, { now }: { now: () => string }): Promise<Store> {
  const connection = open(join(folder, "openhands.sqlite"));
  await migrate(connection.db);
  const { db } = connection;
  const writer = createEventWriter(connection, now);
  return {
    users: sqliteUsers(connection),
    subjects: sqliteSubjects(connection),
    apiKeys: sqliteApiKeys(connection),
    sessions: sessionQueries(db),
    settings: sqliteSettings(connection),
    secrets: sqliteSecrets(connection),
    providerTokens: sqliteProviderTokens(connection),
    conversations: createSqliteConversationStore(connection, writer),
    events: createSqliteEventStore(connection, writer),
    sandboxes: sqliteSandboxes(connection),
    startTasks: sqliteStartTasks(connection),
    feedback: sqliteFeedback(connection),
    receipts: receiptQueries(db),
    async check() {
      await db.selectFrom("users").select("id").limit(1).execute();
    },
    close: () => db.destroy(),
  };
}

function open(file: string): Connection {
  try {
    return openConnection(file);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new OperatorError(
      `The database ${file} cannot be opened (${reason}). Fix: restore it from a backup, or set DATA_DIR to another folder.`,
      { cause: error },
    );
  }
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

function sqliteUsers({ db, change, transaction }: Connection): UserStore {
  return {
    ...userQueries(db),
    disable: async (id, at, { evenTheLast }) =>
      transaction(() => {
        if (change(disableUser(db, id, at, evenTheLast)) === 0) return false;
        change(db.deleteFrom("sessions").where("user_id", "=", id));
        return true;
      }),
  };
}

function sqliteSubjects({ sqlite, transaction }: Connection): SubjectStore {
  const select = sqlite.prepare("SELECT user_id FROM oidc_subjects WHERE issuer = ? AND subject = ?");
  const insertUser = sqlite.prepare("INSERT INTO users (id, name, created_at) VALUES (?, ?, ?)");
  const insert = sqlite.prepare("INSERT INTO oidc_subjects (issuer, subject, user_id) VALUES (?, ?, ?)");
  const find = ({ issuer, subject }: Subject) => {
    const row = select.get(issuer, subject);
    return row ? String(row["user_id"]) : null;
  };
  return {
    find: async (subject) => find(subject),
    insert: async (subject, { id, name, createdAt }) =>
      transaction(() => {
        const known = find(subject); // made by another request meanwhile
        if (known !== null) return known;
        insertUser.run(id, name, createdAt);
        insert.run(subject.issuer, subject.subject, id);
        return id;
      }),
  };
}

function sqliteApiKeys(connection: Connection): ApiKeyStore {
  const { db, change, transaction } = connection;
  return {
    ...apiKeyQueries(db),
    insert: async (key, receipt) =>
      transaction(() => {
        change(insertApiKey(db, key));
        leaveReceipt(connection, receipt);
      }),
  };
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

function sqliteSecrets(connection: Connection): SecretStore {
  const { sqlite, db, change, transaction } = connection;
  const find = sqlite.prepare("SELECT position FROM secrets WHERE user_id = ? AND name = ?");
  const rename = sqlite.prepare("UPDATE secrets SET name = ?, description = ? WHERE position = ?");
  return {
    ...secretQueries(db),
    insert: async (secret, receipt) =>
      transaction(() => {
        if (change(insertSecret(db, secret)) === 0) return false;
        leaveReceipt(connection, receipt);
        return true;
      }),
    update: async (userId, name, to) =>
      transaction(() => {
        const own = find.get(userId, name)?.["position"];
        if (own === undefined) return "not_found";
        const holder = find.get(userId, to.name)?.["position"];
        if (holder !== undefined && holder !== own) return "name_taken";
        rename.run(to.name, to.description, own);
        return "updated";
      }),
  };
}

function sqliteSandboxes(connection: Connection): SandboxStore {
  const { db, change, transaction } = connection;
  return {
    ...sandboxQueries(db),
    insert: async (sandbox, receipt) =>
      transaction(() => {
        change(insertSandbox(db, sandbox));
        leaveReceipt(connection, receipt);
      }),
  };
}

function sqliteStartTasks(connection: Connection): StartTaskStore {
  const { db, change, transaction } = connection;
  return {
    ...startTaskQueries(db),
    insert: async (task, receipt) =>
      transaction(() => {
        change(insertStartTask(db, task));
        leaveReceipt(connection, receipt);
      }),
  };
}

function sqliteFeedback(connection: Connection): FeedbackStore {
  const { db, change, transaction } = connection;
  return {
    ...feedbackQueries(db),
    insert: async (feedback, receipt) =>
      transaction(() => {
        if (change(insertFeedback(db, feedback)) === 0) return false;
        leaveReceipt(connection, receipt);
        return true;
      }),
  };
}

function sqliteProviderTokens({ sqlite, db, transaction }: Connection): ProviderTokenStore {
  const set = sqlite.prepare(
    "INSERT INTO provider_tokens (user_id, provider, token, host) VALUES (?, ?, ?, ?) ON CONFLICT (user_id, provider) DO UPDATE SET token = excluded.token, host = excluded.host",
  );
  const move = sqlite.prepare("UPDATE provider_tokens SET host = ? WHERE user_id = ? AND provider = ?");
  const remove = sqlite.prepare("DELETE FROM provider_tokens WHERE user_id = ? AND provider = ?");
  return {
    ...providerTokenQueries(db),
    async update(userId, changes) {
      transaction(() => {
        for (const change of changes) {
          if (change.kind === "set") set.run(userId, change.provider, change.token, change.host);
          else if (change.kind === "move") move.run(change.host, userId, change.provider);
          else remove.run(userId, change.provider);
        }
      });
    },
  };
}
