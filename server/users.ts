import { systemClock } from "./clock.ts";
import { readConfig } from "./config.ts";
import type { Identity } from "./identity/identity.ts";
import { createIdentity } from "./identity/identity.ts";
import { OperatorError } from "./operator-error.ts";
import { withStore } from "./operator-store.ts";
import type { UserRecord } from "./store/store.ts";

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
    for (const { name, createdAt, disabledAt } of await identity.listUsers())
      console.log(`${name}\tsince ${createdAt}${disabledAt === null ? "" : `\tdisabled since ${disabledAt}`}`);
  });
}

/** `openhands-api users disable`: the user's keys, sessions and sockets stop, also while the server runs. */
export function disableUser(environment: NodeJS.ProcessEnv, name: string, options: { last: boolean }): Promise<void> {
  return withIdentity(environment, async (identity) => {
    const { id } = await userNamed(identity, name);
    if (!(await identity.disableUser(id, { evenTheLast: options.last })))
      throw new OperatorError(
        `${name} is the last user who is not disabled. Fix: add another user first, or say --last to leave none.`,
      );
    console.log(`User ${name} is disabled`);
  });
}

/** `openhands-api users enable`: the user's keys work again; sessions have ended for good. */
export function enableUser(environment: NodeJS.ProcessEnv, name: string): Promise<void> {
  return withIdentity(environment, async (identity) => {
    const { id } = await userNamed(identity, name);
    await identity.enableUser(id);
    console.log(`User ${name} is enabled`);
  });
}

async function userNamed(identity: Identity, name: string): Promise<UserRecord> {
  const user = await identity.findUser(name);
  if (!user) throw new OperatorError(`There is no user ${name}. Fix: choose one of those that \`users list\` shows.`);
  return user;
}

function withIdentity(environment: NodeJS.ProcessEnv, work: (identity: Identity) => Promise<void>): Promise<void> {
  const config = readConfig(environment);
  return withStore(environment, (store) => work(createIdentity({ store, clock: systemClock, config })));
}
