import { existsSync } from "node:fs";
import { assertRestored } from "./backup/unfinished.ts";
import { systemClock, timestamp } from "./clock.ts";
import { readConfig } from "./config.ts";
import { DataFolderError } from "./store/data-folder.ts";
import { openStore } from "./store/open-store.ts";
import type { Store } from "./store/store.ts";

/**
 * Opens the server's store for a command of the operator's, also while the server runs, and closes it afterwards.
 * @throws {DataFolderError} when the database is to be in a folder that there is not
 */
export async function withStore(environment: NodeJS.ProcessEnv, work: (store: Store) => Promise<void>): Promise<void> {
  const config = readConfig(environment);
  const { DATA_DIR, DATABASE_URL } = config;
  if (DATABASE_URL === undefined && !existsSync(DATA_DIR))
    throw new DataFolderError(`There is no data folder ${DATA_DIR}. Fix: set DATA_DIR, or start the server once.`);
  if (DATABASE_URL === undefined) assertRestored(DATA_DIR);
  const store = await openStore(config, () => timestamp(systemClock));
  try {
    await work(store);
  } finally {
    await store.close();
  }
}
