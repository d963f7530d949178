import { sql } from "kysely";
import { OperatorError } from "../../operator-error.ts";
import { migrate } from "../migrate.ts";
import { createSqlStore } from "../sql-store.ts";
import { StoreUnavailableError } from "../store.ts";
import type { Store } from "../store.ts";
import { postgresConnection } from "./connection.ts";
import { postgresLogStatements } from "./log-statements.ts";
import { openPool } from "./pool.ts";
import { withoutSecrets } from "./url.ts";

export interface PostgresOptions {
  /** The clock, RFC 3339. */
  readonly now: () => string;
  /** How many connections there may be at a time. */
  readonly poolSize: number;
}

/**
 * Opens the store in a PostgreSQL database, which several servers may use, and brings its schema up to date.
 * @param url as in DATABASE_URL
 * @throws {NewerSchemaError} when a newer server has changed the schema
 * @throws {OperatorError} when it cannot be reached, or cannot hold every text
 */
export async function openPostgresStore(url: string, { now, poolSize }: PostgresOptions): Promise<Store> {
  await prepare(url);
  const connection = postgresConnection(openPool(url, { size: poolSize }));
  return createSqlStore(connection, postgresLogStatements(connection.db), now, milliseconds);
}

const milliseconds = sql<number>`(extract(epoch from clock_timestamp()) * 1000)::bigint`;

async function prepare(url: string): Promise<void> {
  const { db, close } = postgresConnection(openPool(url, { size: 2, patient: true }));
  try {
    const { rows } = await sql<{ encoding: string }>`select current_setting('server_encoding') as encoding`.execute(db);
    const encoding = rows[0]?.encoding;
    if (encoding !== "UTF8")
      throw new OperatorError(
        `The database ${withoutSecrets(url)} has the encoding ${encoding}. Fix: set DATABASE_URL to one that was made with the encoding UTF8.`,
      );
    await migrate(db, "DATABASE_URL");
  } catch (error) {
    if (!(error instanceof StoreUnavailableError)) throw error;
    throw new OperatorError(
      `The database ${withoutSecrets(url)} cannot be used. ${error.message} Fix: see to it that it runs and lets this server in, or correct DATABASE_URL.`,
      { cause: error },
    );
  } finally {
    await close();
  }
}
