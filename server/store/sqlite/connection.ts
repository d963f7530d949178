import { DatabaseSync } from "node:sqlite";
import type { StatementSync } from "node:sqlite";
import { Kysely, SqliteDialect } from "kysely";
import type { Compilable } from "kysely";
import type { Database } from "../database.ts";

/** One connection to the embedded database, for kysely's queries and for statements of our own. */
export interface Connection {
  readonly sqlite: DatabaseSync;
  readonly db: Kysely<Database>;
  /**
   * Runs statements in one write transaction. It has no await in it, so nothing else on the connection can come between.
   * @throws what `work` throws, after a rollback
   */
  transaction<Result>(work: () => Result): Result;
  /** Runs a query that changes rows, within the caller's transaction. @returns how many rows it changed */
  change(query: Compilable): number;
}

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
  return {
    sqlite,
    db,
    transaction: (work) => transaction(sqlite, work),
    change(query) {
      const { sql, parameters } = query.compile();
      return Number(database.prepare(sql).run(parameters).changes);
    },
  };
}

function transaction<Result>(sqlite: DatabaseSync, work: () => Result): Result {
  sqlite.exec("BEGIN IMMEDIATE");
  try {
    const result = work();
    sqlite.exec("COMMIT");
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
    all: (parameters: readonly unknown[]) => statement.all(...(parameters as Parameters)),
    run: (parameters: readonly unknown[]) => statement.run(...(parameters as Parameters)),
    iterate: (parameters: readonly unknown[]) => statement.iterate(...(parameters as Parameters)),
  };
}

/** The values that a statement takes; kysely types them as unknown. */
type Parameters_<F> = F extends (...args: infer P) => unknown ? P : never;
