import type { Config } from "../config.ts";
import { openPostgresStore } from "./postgres/open.ts";
import { openSqliteStore } from "./sqlite/open.ts";
import type { Store } from "./store.ts";

/**
 * Opens the store that the configuration names: PostgreSQL with DATABASE_URL, else SQLite in DATA_DIR.
 * @param now the clock, RFC 3339
 * @throws {OperatorError} when it cannot be used
 */
export function openStore({ DATABASE_URL, DATABASE_POOL_SIZE, DATA_DIR }: Config, now: () => string): Promise<Store> {
  if (DATABASE_URL === undefined) return openSqliteStore(DATA_DIR, { now });
  return openPostgresStore(DATABASE_URL, { now, poolSize: DATABASE_POOL_SIZE });
}
