import { setTimeout as sleep } from "node:timers/promises";
import { Kysely } from "kysely";
import type { PostgresPool as KyselyPool } from "kysely";
import pg from "pg";
import { compiled } from "../connection.ts";
import type { Connection, Outcome, Statement, Steps } from "../connection.ts";
import type { Database } from "../database.ts";
import { StoreUnavailableError } from "../store.ts";
import { SharedSchemaDialect } from "./dialect.ts";
import type { PostgresClient, PostgresPool } from "./pool.ts";

/** So often is a transaction begun anew for which others have left no room. Each waits longer than the one before. */
const attempts = 20;
const pauseMs = 10;

/** The way to a PostgreSQL database, which other servers use at the same time. */
export function postgresConnection(pool: PostgresPool): Connection {
  const serializable = <Result>(work: () => Steps<Result>) =>
    inTransaction(pool, "begin isolation level serializable", work);
  return {
    db: new Kysely<Database>({ dialect: new SharedSchemaDialect({ pool: pool as KyselyPool }) }), // but for cursors, which nobody has
    transaction: (work) => untilAlone(() => serializable(work)),
    lockingTransaction: (work) => inTransaction(pool, "begin isolation level read committed", work),
    close: () => pool.end(), // kysely would not end one that it has not used
  };
}

async function untilAlone<Result>(work: () => Promise<Result>): Promise<Result> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await work();
    } catch (error) {
      if (attempt === attempts || !isCollision(error)) throw error;
      await sleep(Math.random() * pauseMs * attempt);
    }
  }
}

/** https://www.postgresql.org/docs/current/mvcc-serialization-failure-handling.html */
function isCollision(error: unknown): boolean {
  return error instanceof pg.DatabaseError && (error.code === "40001" || error.code === "40P01");
}

async function inTransaction<Result>(pool: PostgresPool, begin: string, work: () => Steps<Result>): Promise<Result> {
  const client = await pool.connect();
  try {
    await client.query(begin);
    const result = await allSteps(work(), client);
    await client.query("commit");
    return result;
  } catch (error) {
    // A connection that has failed is given up, which rolls back too.
    if (!(error instanceof StoreUnavailableError)) await client.query("rollback").catch(() => {});
    throw error;
  } finally {
    client.release();
  }
}

async function allSteps<Result>(steps: Steps<Result>, client: PostgresClient): Promise<Result> {
  let step = steps.next();
  while (!step.done) step = steps.next(await execute(client, step.value));
  return step.value;
}

async function execute(client: PostgresClient, statement: Statement): Promise<Outcome> {
  const { sql, parameters } = compiled(statement);
  const { rows, rowCount } = await client.query(sql, parameters);
  return { rows, changes: rowCount };
}
