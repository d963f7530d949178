import type { Compilable, CompiledQuery, Kysely } from "kysely";
import type { Database } from "./database.ts";

/** The way to a database, the same for each kind of them. */
export interface Connection {
  /** For single statements, each atomic for itself. */
  readonly db: Kysely<Database>;
  /**
   * Carries out work in one transaction, as if it were alone with the database. It may be begun anew where another
   * transaction came between, so it has no effect but on the database.
   * @throws what the work throws, after a rollback
   */
  transaction<Result>(work: () => Steps<Result>): Promise<Result>;
  /** The same for work that locks what it reads before it reads it: nothing can come between, and it is begun once. */
  lockingTransaction<Result>(work: () => Steps<Result>): Promise<Result>;
  close(): Promise<void>;
}

/**
 * Work within a transaction: gives out one statement after the other and is given what came of it. It does not know whether
 * that is at once, as in SQLite, or takes a while, so it is written once.
 */
export type Steps<Result> = Generator<Statement, Result, Outcome>;

/** A query, or one that has been compiled already. */
export type Statement = Compilable | CompiledQuery;

export interface Outcome {
  readonly rows: readonly unknown[];
  /** How many rows were changed. */
  readonly changes: number;
}

/** The rows that a query finds. */
export function* rowsOf<Row>(query: Compilable<Row> | CompiledQuery<Row>): Steps<Row[]> {
  return (yield query).rows as Row[];
}

/** The first row that a query finds. */
export function* firstOf<Row>(query: Compilable<Row> | CompiledQuery<Row>): Steps<Row | undefined> {
  return (yield* rowsOf(query))[0];
}

/** Runs a query that changes rows. @returns how many it changed */
export function* change(query: Statement): Steps<number> {
  return (yield query).changes;
}

export function compiled(statement: Statement): CompiledQuery {
  return "compile" in statement ? statement.compile() : statement;
}
