import { existsSync } from "node:fs";
import { systemClock, timestamp } from "./clock.ts";
import { readConfig } from "./config.ts";
import { DataFolderError } from "./store/data-folder.ts";
import { openSqliteStore } from "./store/sqlite/sqlite-store.ts";
import type { Store } from "./store/store.ts";

/**
 * Opens the store in DATA_DIR for a command of the operator's, also while the server runs, and closes it afterwards.
 * @throws {DataFolderError} when there is no such folder
 */
export async function withStore(environment: NodeJS.ProcessEnv, work: (store: Store) => Promise<void>): Promise<void> {
  const { DATA_DIR } = readConfig(environment);
  if (!existsSync(DATA_DIR))
    throw new DataFolderError(`There is no data folder ${DATA_DIR}. Fix: set DATA_DIR, or start the server once.`);
  const store = await openSqliteStore(DATA_DIR, { now: () => timestamp(systemClock) });
  try {
    await work(store);
  } finally {
    await store.close();
  }
}
