import type { RawBuilder } from "kysely";
import type { Connection } from "./connection.ts";
import { createConversationStore } from "./conversation-store.ts";
import { createEventStore } from "./event-store.ts";
import { createEventWriter } from "./event-writer.ts";
import type { LogStatements } from "./event-writer.ts";
import { createFeedbackStore } from "./feedback-store.ts";
import { createApiKeyStore, createSubjectStore, createUserStore } from "./identity-stores.ts";
import { sessionQueries } from "./identity-queries.ts";
import { leaseQueries } from "./lease-queries.ts";
import { receiptQueries } from "./receipt-queries.ts";
import { createSandboxStore, createStartTaskStore } from "./sandbox-stores.ts";
import { createProviderTokenStore, createSecretStore } from "./secret-stores.ts";
import { createSettingsStore } from "./settings-store.ts";
import type { Store } from "./store.ts";

/**
 * The store in an SQL database whose schema is up to date.
 * @param now the clock, RFC 3339
 * @param databaseNow the database's clock, in milliseconds since 1970
 */
export function createSqlStore(
  connection: Connection,
  log: LogStatements,
  now: () => string,
  databaseNow: RawBuilder<number>,
): Store {
  const { db } = connection;
  const write = createEventWriter(db, log, now);
  return {
    users: createUserStore(connection),
    subjects: createSubjectStore(connection),
    apiKeys: createApiKeyStore(connection),
    sessions: sessionQueries(db),
    settings: createSettingsStore(connection),
    secrets: createSecretStore(connection),
    providerTokens: createProviderTokenStore(connection),
    conversations: createConversationStore(connection, write),
    sandboxes: createSandboxStore(connection),
    startTasks: createStartTaskStore(connection),
    events: createEventStore(connection, write),
    leases: leaseQueries(db, databaseNow),
    receipts: receiptQueries(db),
    feedback: createFeedbackStore(connection),
    async check() {
      await db.selectFrom("users").select("id").limit(1).execute();
    },
    close: () => connection.close(),
  };
}
