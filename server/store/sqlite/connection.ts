import { DatabaseSync } from "node:sqlite";
import type { StatementSync } from "node:sqlite";
import { Kysely, SqliteDialect } from "kysely";
import { compiled } from "../connection.ts";
import type { Connection, Outcome, Statement, Steps } from "../connection.ts";
import type { Database } from "../database.ts";
import { StoreUnavailableError } from "../store.ts";

/**
 * Opens the database file. `synchronous=FULL` in WAL mode: a commit has reached the disk when it returns, so a killed
 * process or machine loses nothing that was acknowledged.
 * @throws when the file cannot be opened or is no database
 */
export function openConnection(path: string): Connection {
  const sqlite = new DatabaseSync(path, { timeout: 5000 });
  sqlite.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON;");
  const database = asKyselyDatabase(sqlite);
  const db = new Kysely<Database>({ dialect: new SqliteDialect({ database }) });
  const execute = (query: Statement): Outcome => {
    const { sql, parameters } = compiled(query);
    const statement = database.prepare(sql);
    if (statement.reader) return { rows: statement.all(parameters), changes: 0 };
    return { rows: [], changes: Number(statement.run(parameters).changes) };
  };
  // One writer has the whole database, so every transaction is alone.
  const transaction: Connection["transaction"] = async (work) => inTransaction(sqlite, () => allSteps(work(), execute));
  return { db, transaction, lockingTransaction: transaction, close: () => db.destroy() };
}

function allSteps<Result>(steps: Steps<Result>, execute: (query: Statement) => Outcome): Result {
  let step = steps.next();
  while (!step.done) step = steps.next(execute(step.value));
  return step.value;
}

/** There is no await in it, so nothing else on the connection can come between. */
function inTransaction<Result>(sqlite: DatabaseSync, work: () => Result): Result {
  answered(() => sqlite.exec("BEGIN IMMEDIATE"));
  try {
    const result = work();
    answered(() => sqlite.exec("COMMIT"));
    return result;
  } catch (error) {
    if (sqlite.isTransaction) sqlite.exec("ROLLBACK");
    throw error;
  }
}

/** More statements than the server has: filters combine to a few dozen. */
const keptStatements = 200;

/**
 * kysely's dialect speaks to better-sqlite3, whose statements know whether they return rows. Statements are kept by their
 * text: to prepare one takes as long as to run it, and values are never part of the text.
 */
function asKyselyDatabase(sqlite: DatabaseSync) {
  const kept = new Map<string, ReturnType<typeof asKyselyStatement>>();
  return {
    close: () => sqlite.close(),
    prepare(text: string) {
      const known = kept.get(text);
      if (known) return known;
      const statement = asKyselyStatement(sqlite.prepare(text));
      if (kept.size < keptStatements) kept.set(text, statement);
      return statement;
    },
  };
}

function asKyselyStatement(statement: StatementSync) {
  type Parameters = Parameters_<StatementSync["all"]>;
  return {
    reader: statement.columns().length > 0,
    all: (parameters: readonly unknown[]) => answered(() => statement.all(...(parameters as Parameters))),
    run: (parameters: readonly unknown[]) => answered(() => statement.run(...(parameters as Parameters))),
    iterate: (parameters: readonly unknown[]) => statement.iterate(...(parameters as Parameters)),
  };
}

/** The values that a statement takes; kysely types them as unknown. */
type Parameters_<F> = F extends (...args: infer P) => unknown ? P : never;

/** https://www.sqlite.org/rescode.html: SQLITE_BUSY, _LOCKED, _NOMEM, _READONLY, _IOERR, _FULL, _CANTOPEN */
const passing: ReadonlySet<number> = new Set([5, 6, 7, 8, 10, 13, 14]);

/** @throws {StoreUnavailableError} for what may pass: another process holds the database, or the disk is full */
function answered<Result>(ask: () => Result): Result {
  try {
    return ask();
  } catch (error) {
    if (!(error instanceof Error && "errcode" in error && passing.has(Number(error.errcode) & 0xff))) throw error;
    throw new StoreUnavailableError(`The database cannot be used: ${error.message}.`, { cause: error });
  }
}
