import pg from "pg";
import { StoreUnavailableError } from "../store.ts";
import { decoded, encoded } from "./texts.ts";

/** How long a new connection, or one that is in use, is waited for. */
const connectTimeoutMs = 5000;

/** How long a statement may take, and how long a lock is waited for, so that a hanging node holds nobody up for ever. */
const statementTimeoutMs = 20_000;
const lockTimeoutMs = 10_000;

/** Connections that give and take values as the queries of SQL databases mean them, and errors as the store's port has them. */
export interface PostgresPool {
  connect(): Promise<PostgresClient>;
  end(): Promise<void>;
  readonly options: object;
}

export interface PostgresClient {
  /** @throws {StoreUnavailableError} */
  query<Row>(sql: string, parameters?: readonly unknown[]): Promise<PostgresResult<Row>>;
  /** Gives the connection back, or up where it has failed. */
  release(destroy?: boolean): void;
}

export interface PostgresResult<Row> {
  command: "UPDATE" | "DELETE" | "INSERT" | "SELECT" | "MERGE" | "COMMIT" | "ROLLBACK";
  rowCount: number;
  rows: Row[];
}

export interface PoolOptions {
  readonly size: number;
  /** For the migrations: they take as long as they take, and wait for those of other nodes. */
  readonly patient?: true;
}

/** @param url as in DATABASE_URL */
export function openPool(url: string, { size, patient }: PoolOptions): PostgresPool {
  const pool = new pg.Pool({
    connectionString: url,
    application_name: "openhands-api",
    max: size,
    connectionTimeoutMillis: connectTimeoutMs,
    keepAlive: true,
    types: { getTypeParser: parserOf },
    ...(!patient && {
      statement_timeout: statementTimeoutMs,
      idle_in_transaction_session_timeout: statementTimeoutMs,
      lock_timeout: lockTimeoutMs,
      query_timeout: statementTimeoutMs + connectTimeoutMs, // where the network is silent
    }),
  });
  pool.on("error", () => {}); // an idle connection is lost: the pool makes a new one when somebody needs it
  return {
    connect: async () => clientOf(await answered(pool.connect())),
    end: () => pool.end(),
    options: {},
  };
}

function clientOf(client: pg.PoolClient): PostgresClient {
  let failed = false;
  const note = () => (failed = true);
  client.on("error", note); // while it is in use nobody else listens, and the query under way is told
  return {
    async query<Row>(sql: string, parameters: readonly unknown[] = []) {
      try {
        return (await answered(client.query(sql, parameters.map(encoded)))) as unknown as PostgresResult<Row>;
      } catch (error) {
        failed ||= error instanceof StoreUnavailableError;
        throw error;
      }
    },
    release(destroy = false) {
      client.off("error", note);
      client.release(destroy || failed);
    },
  };
}

/** Counts and ids are numbers, below 2^53 all of them; texts are what they were. */
function parserOf(oid: number): (value: string) => unknown {
  if (oid === pg.types.builtins.INT8) return Number;
  if (oid === pg.types.builtins.TEXT) return decoded;
  return pg.types.getTypeParser(oid);
}

/**
 * https://www.postgresql.org/docs/current/errcodes-appendix.html: the connection, the login, the database's name, resources, an
 * operator's intervention, the system; a read-only node, a lock that was waited for too long, an idle transaction.
 */
const passing = /^(08|28|3D|53|57|58|25006|55P03|25P03)/;

/** @throws {StoreUnavailableError} for what may pass: the network, a restart, too many connections, something that takes too long */
async function answered<Result>(asked: Promise<Result>): Promise<Result> {
  try {
    return await asked;
  } catch (error) {
    if (error instanceof pg.DatabaseError && !passing.test(error.code ?? "")) throw error;
    throw new StoreUnavailableError(`PostgreSQL does not answer: ${reasonOf(error)}.`);
  }
}

/** What the driver says without what it hangs on its errors, such as the client with its settings. */
function reasonOf(error: unknown): string {
  if (error instanceof AggregateError) return error.errors.map(reasonOf).join(", "); // of each address of a name
  return error instanceof Error ? error.message : String(error);
}
