import { sql } from "kysely";
import type { Kysely } from "kysely";
import type { Migration } from "kysely/migration";
import { newId } from "../identity/tokens.ts";
import type { Database } from "./database.ts";

/** The schema's history, forward only: a migration that has been released is never changed. */
export const migrations: Record<string, Migration> = {
  "001-first-light": { up: firstLight },
  "002-secrets": { up: secrets },
  "003-receipts": { up: receipts },
  "004-conversations": { up: conversations },
  "005-event-indexes": { up: eventIndexes },
  "006-identity": { up: identity },
  "007-oidc": { up: oidcSubjects },
  "008-event-signatures": { up: eventSignatures },
  "009-versions": { up: versions },
  "010-sandboxes": { up: sandboxes },
  "011-leases": { up: leases },
};

async function firstLight(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable("users")
    .addColumn("id", "text", (column) => column.primaryKey())
    .addColumn("name", "text", (column) => column.notNull().unique())
    .addColumn("created_at", "text", (column) => column.notNull())
    .execute();
  await db.schema
    .createTable("api_keys")
    .addColumn("id", "text", (column) => column.primaryKey())
    .addColumn("user_id", "text", (column) => column.notNull().references("users.id").onDelete("cascade"))
    .addColumn("name", "text")
    .addColumn("prefix", "text", (column) => column.notNull())
    .addColumn("hash", "text", (column) => column.notNull().unique())
    .addColumn("created_at", "text", (column) => column.notNull())
    .addColumn("last_used_at", "text")
    .addColumn("expires_at", "text")
    .execute();
  await db.schema.createIndex("api_keys_by_user").on("api_keys").columns(["user_id", "created_at"]).execute();
  await db.schema
    .createTable("sessions")
    .addColumn("hash", "text", (column) => column.primaryKey())
    .addColumn("user_id", "text", (column) => column.notNull().references("users.id").onDelete("cascade"))
    .addColumn("created_at", "text", (column) => column.notNull())
    .addColumn("expires_at", "text", (column) => column.notNull())
    .execute();
  await db.schema.createIndex("sessions_by_expiry").on("sessions").column("expires_at").execute();
  await db.schema
    .createTable("settings")
    .addColumn("user_id", "text", (column) => column.primaryKey().references("users.id").onDelete("cascade"))
    .addColumn("plain", "text", (column) => column.notNull())
    .addColumn("secrets", "text", (column) => column.notNull())
    .execute();
  await conversationTables(db);
}

async function conversationTables(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable("conversations")
    .addColumn("id", "text", (column) => column.primaryKey())
    .addColumn("user_id", "text", (column) => column.notNull().references("users.id").onDelete("cascade"))
    .addColumn("title", "text", (column) => column.notNull())
    .addColumn("status", "text", (column) => column.notNull())
    .addColumn("repository", "text")
    .addColumn("branch", "text")
    .addColumn("trigger", "text")
    .addColumn("created_at", "text", (column) => column.notNull())
    .addColumn("updated_at", "text")
    .addColumn("last_event_id", "integer", (column) => column.notNull().defaultTo(-1))
    .addColumn("agent_state", "text")
    .execute();
  await db.schema
    .createIndex("conversations_by_user")
    .on("conversations")
    .columns(["user_id", "created_at", "id"])
    .execute();
  await db.schema.createIndex("conversations_by_status").on("conversations").column("status").execute();
  await db.schema
    .createTable("events")
    .addColumn("conversation_id", "text", (column) =>
      column.notNull().references("conversations.id").onDelete("cascade"),
    )
    .addColumn("id", "integer", (column) => column.notNull())
    .addColumn("timestamp", "text", (column) => column.notNull())
    .addColumn("kind", "text", (column) => column.notNull())
    .addColumn("type", "text", (column) => column.notNull())
    .addColumn("source", "text", (column) => column.notNull())
    .addColumn("hidden", "integer", (column) => column.notNull())
    .addColumn("text", "text", (column) => column.notNull())
    .addPrimaryKeyConstraint("events_key", ["conversation_id", "id"])
    .execute();
}

async function secrets(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable("secrets")
    .addColumn("position", "integer", (column) => column.primaryKey().autoIncrement())
    .addColumn("id", "text", (column) => column.notNull().unique())
    .addColumn("user_id", "text", (column) => column.notNull().references("users.id").onDelete("cascade"))
    .addColumn("name", "text", (column) => column.notNull())
    .addColumn("description", "text", (column) => column.notNull())
    .addColumn("value", "text", (column) => column.notNull())
    .addUniqueConstraint("secrets_by_name", ["user_id", "name"])
    .execute();
  await db.schema
    .createTable("provider_tokens")
    .addColumn("user_id", "text", (column) => column.notNull().references("users.id").onDelete("cascade"))
    .addColumn("provider", "text", (column) => column.notNull())
    .addColumn("token", "text", (column) => column.notNull())
    .addColumn("host", "text")
    .addPrimaryKeyConstraint("provider_tokens_key", ["user_id", "provider"])
    .execute();
}

async function receipts(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable("receipts")
    .addColumn("user_id", "text", (column) => column.notNull().references("users.id").onDelete("cascade"))
    .addColumn("key", "text", (column) => column.notNull())
    .addColumn("fingerprint", "text", (column) => column.notNull())
    .addColumn("status", "integer", (column) => column.notNull())
    .addColumn("body", "text", (column) => column.notNull())
    .addColumn("created_at", "text", (column) => column.notNull())
    .addPrimaryKeyConstraint("receipts_key", ["user_id", "key"])
    .execute();
  await db.schema.createIndex("receipts_by_age").on("receipts").column("created_at").execute();
}

async function conversations(db: Kysely<unknown>): Promise<void> {
  await db.schema.alterTable("conversations").addColumn("git_provider", "text").execute();
  await db.schema
    .alterTable("conversations")
    .addColumn("replayed_until", "integer", (column) => column.notNull().defaultTo(-1))
    .execute();
  await db.schema
    .createTable("conversation_setups")
    .addColumn("conversation_id", "text", (column) =>
      column.primaryKey().references("conversations.id").onDelete("cascade"),
    )
    .addColumn("instructions", "text")
    .addColumn("mcp_config", "text")
    .addColumn("clone_url", "text")
    .addColumn("experiments", "text")
    .execute();
  await db.schema
    .createTable("feedback")
    .addColumn("position", "integer", (column) => column.primaryKey().autoIncrement())
    .addColumn("id", "text", (column) => column.notNull().unique())
    .addColumn("user_id", "text", (column) => column.notNull().references("users.id").onDelete("cascade"))
    .addColumn("conversation_id", "text", (column) =>
      column.notNull().references("conversations.id").onDelete("cascade"),
    )
    .addColumn("kind", "text", (column) => column.notNull())
    .addColumn("created_at", "text", (column) => column.notNull())
    .addColumn("event_id", "integer")
    .addColumn("last_event_id", "integer", (column) => column.notNull())
    .addColumn("content", "text", (column) => column.notNull())
    .execute();
  await db.schema.createIndex("feedback_by_conversation").on("feedback").columns(["conversation_id", "kind"]).execute();
}

/** What a filter asks for is found by an index that has it in the order of the answer, so that a page reads what it shows. */
async function eventIndexes(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createIndex("events_by_facet")
    .on("events")
    .columns(["conversation_id", "type", "source", "hidden", "id"])
    .execute();
  for (const column of ["repository", "trigger"])
    await db.schema
      .createIndex(`conversations_by_${column}`)
      .on("conversations")
      .columns(["user_id", column, "created_at", "id"])
      .execute();
}

async function identity(db: Kysely<unknown>): Promise<void> {
  await db.schema.alterTable("users").addColumn("disabled_at", "text").execute();
  await orderedApiKeys(db);
  await db.schema
    .alterTable("sessions")
    .addColumn("api_key_id", "text", (column) => column.references("api_keys.id").onDelete("cascade"))
    .execute();
  await db.schema
    .alterTable("sessions")
    .addColumn("ends_at", "text", (column) => column.notNull().defaultTo(""))
    .execute();
  await sql`UPDATE sessions SET ends_at = expires_at`.execute(db);
  await db.schema.createIndex("sessions_by_api_key").on("sessions").column("api_key_id").execute();
  await db.schema.createIndex("sessions_by_user").on("sessions").column("user_id").execute();
}

/** A new table: SQLite cannot add a column that counts. Two keys of one millisecond have an order from now on. */
async function orderedApiKeys(db: Kysely<unknown>): Promise<void> {
  await db.schema.dropIndex("api_keys_by_user").execute();
  await db.schema.alterTable("api_keys").renameTo("api_keys_before").execute();
  await db.schema
    .createTable("api_keys")
    .addColumn("position", "integer", (column) => column.primaryKey().autoIncrement())
    .addColumn("id", "text", (column) => column.notNull().unique())
    .addColumn("user_id", "text", (column) => column.notNull().references("users.id").onDelete("cascade"))
    .addColumn("name", "text")
    .addColumn("prefix", "text", (column) => column.notNull())
    .addColumn("hash", "text", (column) => column.notNull().unique())
    .addColumn("scope", "text", (column) => column.notNull())
    .addColumn("created_at", "text", (column) => column.notNull())
    .addColumn("last_used_at", "text")
    .addColumn("expires_at", "text")
    .execute();
  await sql`
    INSERT INTO api_keys (id, user_id, name, prefix, hash, scope, created_at, last_used_at, expires_at)
    SELECT id, user_id, name, prefix, hash, 'write', created_at, last_used_at, expires_at
    FROM api_keys_before ORDER BY created_at, id
  `.execute(db);
  await db.schema.dropTable("api_keys_before").execute();
  await db.schema.createIndex("api_keys_by_user").on("api_keys").columns(["user_id", "position"]).execute();
}

async function oidcSubjects(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable("oidc_subjects")
    .addColumn("issuer", "text", (column) => column.notNull())
    .addColumn("subject", "text", (column) => column.notNull())
    .addColumn("user_id", "text", (column) => column.notNull().references("users.id").onDelete("cascade"))
    .addPrimaryKeyConstraint("oidc_subjects_key", ["issuer", "subject"])
    .execute();
}

async function leases(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable("nodes")
    .addColumn("id", "text", (column) => column.primaryKey())
    .addColumn("expires_at", "integer", (column) => column.notNull())
    .execute();
  await db.schema.alterTable("conversations").addColumn("holder", "text").execute();
  await db.schema
    .alterTable("conversations")
    .addColumn("epoch", "integer", (column) => column.notNull().defaultTo(0))
    .execute();
  await db.schema
    .createTable("sealed_requests")
    .addColumn("conversation_id", "text", (column) =>
      column.notNull().references("conversations.id").onDelete("cascade"),
    )
    .addColumn("event_id", "integer", (column) => column.notNull())
    .addColumn("sealed", "text", (column) => column.notNull())
    .addPrimaryKeyConstraint("sealed_requests_key", ["conversation_id", "event_id"])
    .execute();
  await db.schema.createIndex("conversations_by_holder").on("conversations").column("holder").execute();
}

/** Conversations belong to one version of the API; all that are older than the second belong to the first. */
async function versions(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .alterTable("conversations")
    .addColumn("version", "text", (column) => column.notNull().defaultTo("V0"))
    .execute();
}

/** Each conversation of before gets a sandbox of its own, of the same id: that is what its workspace's folder is called. */
async function sandboxes(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable("sandboxes")
    .addColumn("id", "text", (column) => column.primaryKey())
    .addColumn("user_id", "text", (column) => column.notNull().references("users.id").onDelete("cascade"))
    .addColumn("spec_id", "text", (column) => column.notNull())
    .addColumn("paused", "integer", (column) => column.notNull().defaultTo(0))
    .addColumn("key_salt", "text", (column) => column.notNull())
    .addColumn("created_at", "text", (column) => column.notNull())
    .execute();
  await db.schema.createIndex("sandboxes_by_user").on("sandboxes").columns(["user_id", "created_at", "id"]).execute();
  const conversation = () => db.schema.alterTable("conversations");
  await conversation()
    .addColumn("sandbox_id", "text", (column) => column.notNull().defaultTo(""))
    .execute();
  await conversation().addColumn("parent_id", "text").execute();
  await conversation().addColumn("llm_model", "text").execute();
  await conversation()
    .addColumn("agent_type", "text", (column) => column.notNull().defaultTo("default"))
    .execute();
  await conversation()
    .addColumn("pr_numbers", "text", (column) => column.notNull().defaultTo("[]"))
    .execute();
  await conversation()
    .addColumn("title_folded", "text", (column) => column.notNull().defaultTo(""))
    .execute();
  await sandboxEach(db as Kysely<Database>);
  await db.schema.createIndex("conversations_by_sandbox").on("conversations").column("sandbox_id").execute();
  await db.schema.createIndex("conversations_by_parent").on("conversations").column("parent_id").execute();
  await startTasks(db);
}

async function sandboxEach(db: Kysely<Database>): Promise<void> {
  const rows = await db.selectFrom("conversations").select(["id", "user_id", "title", "created_at"]).execute();
  for (const { id, user_id, title, created_at } of rows) {
    const sandbox = { id, user_id, spec_id: "openhands-api/local", paused: 0, key_salt: newId(), created_at };
    await db.insertInto("sandboxes").values(sandbox).execute();
    await db
      .updateTable("conversations")
      .set({ sandbox_id: id, title_folded: title.toLowerCase() })
      .where("id", "=", id)
      .execute();
  }
}

async function startTasks(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable("start_tasks")
    .addColumn("id", "text", (column) => column.primaryKey())
    .addColumn("user_id", "text", (column) => column.notNull().references("users.id").onDelete("cascade"))
    .addColumn("status", "text", (column) => column.notNull())
    .addColumn("detail", "text")
    .addColumn("conversation_id", "text", (column) => column.notNull())
    .addColumn("sandbox_id", "text")
    .addColumn("request", "text", (column) => column.notNull())
    .addColumn("created_at", "text", (column) => column.notNull())
    .addColumn("updated_at", "text", (column) => column.notNull())
    .execute();
  for (const column of ["created_at", "updated_at"])
    await db.schema
      .createIndex(`start_tasks_by_${column}`)
      .on("start_tasks")
      .columns(["user_id", column, "id"])
      .execute();
  await db.schema.createIndex("start_tasks_by_conversation").on("start_tasks").column("conversation_id").execute();
  await db.schema.createIndex("start_tasks_by_status").on("start_tasks").column("status").execute();
}

/** Filled as events come; those of a log from before are made when a text is first looked for in it. */
async function eventSignatures(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable("event_signatures")
    .addColumn("conversation_id", "text", (column) =>
      column.notNull().references("conversations.id").onDelete("cascade"),
    )
    .addColumn("block", "integer", (column) => column.notNull())
    .addColumn("scheme", "text", (column) => column.notNull())
    .addColumn("signature", "bytea", (column) => column.notNull()) // SQLite takes any name for a type
    .addPrimaryKeyConstraint("event_signatures_key", ["conversation_id", "block"])
    .execute();
}
