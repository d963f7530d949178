import assert from "node:assert/strict";
import { test } from "node:test";
import { ApiError } from "../../../server/api-error.ts";
import { createIdentity } from "../../../server/identity/identity.ts";
import { openSqliteStore } from "../../../server/store/sqlite/open.ts";
import type { Store } from "../../../server/store/store.ts";
import { temporaryFolder } from "../../support/start-server.ts";
import type { Cleanup } from "../../support/start-server.ts";

const hour = 60 * 60;

/** Users, keys and sessions over a real store, with a clock that the test moves. */
async function atNoon(t: Cleanup, { idle = hour, lifetime = 10 * hour } = {}) {
  let now = Date.parse("2026-11-22T12:00:00.000Z");
  const clock = { now: () => new Date(now) };
  const store = await openSqliteStore(await temporaryFolder(t), { now: () => clock.now().toISOString() });
  t.after(() => store.close());
  const calls: string[] = [];
  const config = { SESSION_IDLE_SECONDS: idle, SESSION_LIFETIME_SECONDS: lifetime };
  const identity = createIdentity({ store: counted(store, calls), clock, config });
  const user = await identity.createUser("Ada");
  const { key } = await identity.createApiKey(user.id, { name: null });
  return { identity, user, key, calls, pass: (seconds: number) => void (now += seconds * 1000), clock };
}

/** The store, with the names of its parts' methods as they are called. */
function counted(store: Store, calls: string[]): Store {
  const part = <Name extends "apiKeys" | "sessions" | "users">(name: Name): Store[Name] =>
    new Proxy(store[name], {
      get(target, method) {
        const own: unknown = Reflect.get(target, method);
        if (typeof own !== "function") return own;
        return (...args: unknown[]): unknown => {
          calls.push(`${name}.${String(method)}`);
          return own.apply(target, args);
        };
      },
    });
  return { ...store, apiKeys: part("apiKeys"), sessions: part("sessions"), users: part("users") };
}

const refused = (error: unknown) => error instanceof ApiError && error.code === "invalid_credentials";

test("a session that is not used ends", async (t) => {
  const { identity, key, pass } = await atNoon(t);
  const { token } = await identity.login(key, []);
  pass(hour - 1);
  assert.notEqual(await identity.userOfSession(token), null);
  pass(1);
  assert.equal(await identity.userOfSession(token), null);
  await assert.rejects(identity.bySession(token), refused);
});

test("each use puts the end off, up to a fixed age", async (t) => {
  const { identity, key, pass } = await atNoon(t);
  const { token, maxAge } = await identity.login(key, []);
  assert.equal(maxAge, 10 * hour);
  for (let used = 0; used < 19; used += 1) {
    pass(hour / 2);
    await identity.bySession(token);
  }
  pass(hour / 2);
  await assert.rejects(identity.bySession(token), refused);
});

test("looking at a session is no use of it", async (t) => {
  const { identity, key, pass } = await atNoon(t);
  const { token } = await identity.login(key, []);
  const principal = await identity.bySession(token);
  pass(hour - 1);
  assert.deepEqual([...(await identity.stillValid([principal]))], [principal]);
  pass(1);
  assert.deepEqual([...(await identity.stillValid([principal]))], []);
});

test("a use writes to the store once a minute at most", async (t) => {
  const { identity, key, calls, pass } = await atNoon(t);
  const { token } = await identity.login(key, []);
  calls.length = 0;
  for (let used = 0; used < 5; used += 1) {
    pass(11);
    await identity.bySession(token);
  }
  assert.deepEqual(calls, Array(5).fill("sessions.findByHash"));
  pass(5);
  await identity.bySession(token);
  assert.equal(calls.at(-1), "sessions.extend");
});

test("the shortest session that can be set is put off too", async (t) => {
  const { identity, key, pass } = await atNoon(t, { idle: 60 });
  const { token } = await identity.login(key, []);
  for (let used = 0; used < 10; used += 1) {
    pass(50);
    await identity.bySession(token);
  }
});

test("a wrong key costs the same look-up, whatever is wrong with it, and gets the same answer", async (t) => {
  const { identity, user, calls, pass, clock } = await atNoon(t);
  await identity.createUser("Grace");
  const disabled = await identity.createUser("Joan");
  const soon = new Date(clock.now().getTime() + 1000).toISOString();
  const wrong = {
    unknown: "oh_unknown",
    empty: "",
    expired: (await identity.createApiKey(user.id, { name: null, expiresAt: soon })).key,
    disabled: (await identity.createApiKey(disabled.id, { name: null })).key,
    revoked: await revokedKey(),
  };
  await identity.disableUser(disabled.id, { evenTheLast: false });
  pass(1);
  const messages = new Set<string>();
  for (const [name, key] of Object.entries(wrong)) {
    calls.length = 0;
    await assert.rejects(identity.byApiKey(key), (error) => {
      assert.ok(refused(error), name);
      messages.add((error as ApiError).message);
      return true;
    });
    assert.deepEqual(calls, ["apiKeys.findByHash"], name);
  }
  assert.equal(messages.size, 1);

  async function revokedKey(): Promise<string> {
    const { key, record } = await identity.createApiKey(user.id, { name: null });
    await identity.deleteApiKey(user.id, record.id);
    return key;
  }
});

test("who is proven by somebody else is valid until then, and while not disabled", async (t) => {
  const { identity, user, pass, clock } = await atNoon(t);
  const other = await identity.createUser("Grace");
  const until = new Date(clock.now().getTime() + 60_000).toISOString();
  const principals = [await identity.byUser(user.id, until), await identity.byUser(other.id, until)];
  assert.equal((await identity.stillValid(principals)).size, 2);
  await identity.disableUser(other.id, { evenTheLast: false });
  assert.deepEqual([...(await identity.stillValid(principals))], principals.slice(0, 1));
  await assert.rejects(identity.byUser(other.id, until), refused);
  pass(60);
  assert.equal((await identity.stillValid(principals)).size, 0);
});

test("of many principals those are found that are no longer valid", async (t) => {
  const { identity, user } = await atNoon(t);
  const principals = [];
  const revoked = new Set<string>();
  for (let index = 0; index < 250; index += 1) {
    const { key, record } = await identity.createApiKey(user.id, { name: null });
    principals.push(await identity.byApiKey(key));
    if (index % 3 === 0) revoked.add(record.id);
  }
  for (const id of revoked) await identity.deleteApiKey(user.id, id);
  const valid = await identity.stillValid(principals);
  assert.deepEqual(
    principals.filter((principal) => !valid.has(principal)).map(({ proof }) => proof),
    [...revoked],
  );
});
