import { systemClock, timestamp } from "./clock.ts";
import { readConfig } from "./config.ts";
import type { Identity } from "./identity/identity.ts";
import { createIdentity } from "./identity/identity.ts";
import { OperatorError } from "./operator-error.ts";
import { DataFolderError } from "./store/data-folder.ts";
import { openSqliteStore } from "./store/sqlite/sqlite-store.ts";
import { existsSync } from "node:fs";

/** `openhands-api users add`: also while the server runs. */
export function addUser(environment: NodeJS.ProcessEnv, name: string): Promise<void> {
  return withIdentity(environment, async (identity) => {
    if (await identity.findUser(name))
      throw new OperatorError(`There is a user ${name} already. Fix: choose another name.`);
    const user = await identity.createUser(name);
    const { key } = await identity.createApiKey(user.id, { name: "First key" });
    console.log(`User ${name}\nAPI key (shown this once): ${key}`);
  });
}

/** `openhands-api users list` */
export function listUsers(environment: NodeJS.ProcessEnv): Promise<void> {
  return withIdentity(environment, async (identity) => {
    for (const { name, createdAt } of await identity.listUsers()) console.log(`${name}\tsince ${createdAt}`);
  });
}

async function withIdentity(
  environment: NodeJS.ProcessEnv,
  work: (identity: Identity) => Promise<void>,
): Promise<void> {
  const { DATA_DIR } = readConfig(environment);
  if (!existsSync(DATA_DIR))
    throw new DataFolderError(`There is no data folder ${DATA_DIR}. Fix: set DATA_DIR, or start the server once.`);
  const store = await openSqliteStore(DATA_DIR, { now: () => timestamp(systemClock) });
  try {
    await work(createIdentity({ store, clock: systemClock }));
  } finally {
    await store.close();
  }
}
