import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { sql } from "kysely";
import { OperatorError } from "../../operator-error.ts";
import type { Connection } from "../connection.ts";
import { takeFileLock } from "../file-lock.ts";
import { migrate } from "../migrate.ts";
import { createSqlStore } from "../sql-store.ts";
import type { Store } from "../store.ts";
import { openConnection } from "./connection.ts";
import { sqliteLogStatements } from "./log-statements.ts";

const milliseconds = sql<number>`cast(unixepoch('subsec') * 1000 as integer)`;

const lockPollMs = 20;

/**
 * Opens the embedded store in a folder that exists, and brings its schema up to date.
 * @param options.now the clock, RFC 3339
 * @throws {NewerSchemaError} when a newer server has changed the schema
 * @throws {OperatorError} when there is a file that is no database
 */
export async function openSqliteStore(folder: string, { now }: { now: () => string }): Promise<Store> {
  const connection = open(join(folder, "openhands.sqlite"));
  await alone(join(folder, "schema.lock"), () => migrate(connection.db, "DATA_DIR"));
  return createSqlStore(connection, sqliteLogStatements(connection.db), now, milliseconds);
}

/** An operator's command may open the database at the same moment as the server. */
async function alone(lockFile: string, work: () => Promise<void>): Promise<void> {
  let release = takeFileLock(lockFile);
  for (; !release; release = takeFileLock(lockFile)) await sleep(lockPollMs);
  try {
    await work();
  } finally {
    release();
  }
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
