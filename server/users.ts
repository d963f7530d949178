import { systemClock } from "./clock.ts";
import type { Identity } from "./identity/identity.ts";
import { createIdentity } from "./identity/identity.ts";
import { OperatorError } from "./operator-error.ts";
import { withStore } from "./operator-store.ts";

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

function withIdentity(environment: NodeJS.ProcessEnv, work: (identity: Identity) => Promise<void>): Promise<void> {
  return withStore(environment, (store) => work(createIdentity({ store, clock: systemClock })));
}
