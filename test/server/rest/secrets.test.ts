import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { readFile, readdir } from "node:fs/promises";
import { join } from "node:path";
import { after, test } from "node:test";
import { createCipher, loadSecretKey } from "../../../server/secrets/cipher.ts";
import { createCustomSecrets } from "../../../server/secrets/custom-secrets.ts";
import { openSqliteStore } from "../../../server/store/sqlite/open.ts";
import { allEvents, caller, createConversation } from "../../support/api.ts";
import { addUser } from "../../support/cli.ts";
import { assertRefused } from "../../support/refusal.ts";
import type { Place } from "../../support/refusal.ts";
import { startServer } from "../../support/start-server.ts";
import type { ServerProcess } from "../../support/start-server.ts";

const server = await startServer({ after }, { env: { LOG_LEVEL: "trace" } });
const call = caller(server);
const second = await addUser(server, "second");
const create = (body: unknown, key = server.key) => call("POST", "/api/secrets", { body, key });
const rename = (name: string, body: unknown, key = server.key) =>
  call("PUT", `/api/secrets/${encodeURIComponent(name)}`, { body, key });
const remove = (name: string, key = server.key) => call("DELETE", `/api/secrets/${encodeURIComponent(name)}`, { key });
const list = async (key = server.key) => (await call("GET", "/api/secrets", { key })).body.custom_secrets;
const namesOf = async (key = server.key) => (await list(key)).map(({ name }: { name: string }) => name);

/** Every test begins with a list of its own. */
async function reset(...names: string[]): Promise<void> {
  for (const name of await namesOf()) await remove(name);
  for (const name of names) await create({ name, value: `value of ${name}`, description: `about ${name}` });
}

test("at first there are none", async () => {
  const { status, body } = await call("GET", "/api/secrets");
  assert.deepEqual([status, body], [200, { custom_secrets: [] }]);
});

test("a secret is created, listed without its value, changed and deleted", async () => {
  const created = await create({ name: "NPM_TOKEN", value: "very secret", description: "Publishes." });
  assert.deepEqual([created.status, created.body], [201, { success: true, message: "The secret has been created." }]);
  assert.deepEqual(await list(), [{ name: "NPM_TOKEN", description: "Publishes." }]);
  const changed = await rename("NPM_TOKEN", { name: "NPM", description: "Reads." });
  assert.deepEqual([changed.status, changed.body], [200, { success: true, message: "The secret has been changed." }]);
  assert.deepEqual(await list(), [{ name: "NPM", description: "Reads." }]);
  const deleted = await remove("NPM");
  assert.deepEqual([deleted.status, deleted.body], [200, { success: true, message: "The secret has been deleted." }]);
  assert.deepEqual(await list(), []);
});

test("secrets are listed in the order of their creation, which no change changes", async () => {
  await reset("b", "a", "c");
  assert.deepEqual(await namesOf(), ["b", "a", "c"]);
  await rename("b", { name: "z" });
  await rename("a", { name: "a", description: "new" });
  assert.deepEqual(await namesOf(), ["z", "a", "c"]);
  await remove("a");
  await create({ name: "a", value: "v" });
  assert.deepEqual(await namesOf(), ["z", "c", "a"]);
});

test("a description that is left out or null is empty", async () => {
  await reset();
  await create({ name: "left-out", value: "v" });
  await create({ name: "null", value: "v", description: null });
  await create({ name: "given", value: "v", description: "日本語 🎉" });
  assert.deepEqual(
    (await list()).map(({ description }: { description: string }) => description),
    ["", "", "日本語 🎉"],
  );
  await rename("given", { name: "given" });
  assert.equal((await list())[2].description, "");
});

test("a name that is taken is refused, and changes nothing", async () => {
  await reset("one", "two");
  const before = await list();
  const again = await create({ name: "one", value: "other", description: "other" });
  assertRefused(again, 409, "secret_exists");
  assert.match(again.body.error, /already exists/);
  assertRefused(await rename("two", { name: "one", description: "other" }), 409, "secret_exists");
  assert.deepEqual(await list(), before);
});

test("upper and lower case are different names", async () => {
  await reset("token", "TOKEN");
  await remove("token");
  assert.deepEqual(await namesOf(), ["TOKEN"]);
});

test("a secret that is not there is neither changed nor deleted", async () => {
  await reset("one");
  assertRefused(await rename("nothing", { name: "one" }), 404, "secret_not_found");
  assertRefused(await rename("nothing", { name: "new" }), 404, "secret_not_found");
  assertRefused(await remove("nothing"), 404, "secret_not_found");
  await rename("one", { name: "uno" });
  assertRefused(await remove("one"), 404, "secret_not_found");
  assert.deepEqual(await namesOf(), ["uno"]);
});

for (const name of [
  "a",
  "x".repeat(128),
  "%2F",
  "50%",
  "a.b-c_d",
  "'; DROP TABLE secrets; --".replaceAll(" ", ""),
  '~!@#$^&*()[]{}<>?\\|"`+=,:;',
]) {
  test(`a name may be ${JSON.stringify(name.slice(0, 30))} (${name.length})`, async () => {
    await reset();
    assert.equal((await create({ name, value: "v" })).status, 201);
    assert.equal((await rename(name, { name, description: "d" })).status, 200);
    assert.deepEqual(await list(), [{ name, description: "d" }]);
    assert.equal((await remove(name)).status, 200);
  });
}

const value = "v";
const badSecrets: readonly { what: string; body: unknown; places: Place[] }[] = [
  { what: "no name", body: { value }, places: ["body.name"] },
  { what: "an empty name", body: { name: "", value }, places: ["body.name"] },
  { what: "a name that is too long", body: { name: "x".repeat(129), value }, places: ["body.name"] },
  { what: "a name with a space", body: { name: "my secret", value }, places: ["body.name"] },
  { what: "a name with a line break at its end", body: { name: "name\n", value }, places: ["body.name"] },
  { what: "a name with a slash", body: { name: "a/b", value }, places: ["body.name"] },
  { what: "a name that a URL would swallow", body: { name: "..", value }, places: ["body.name"] },
  { what: "a name beyond ASCII", body: { name: "schlüssel", value }, places: ["body.name"] },
  { what: "a name that is a number", body: { name: 1, value }, places: ["body.name"] },
  { what: "no value", body: { name: "n" }, places: ["body.value"] },
  { what: "an empty value", body: { name: "n", value: "" }, places: ["body.value"] },
  { what: "a value that is null", body: { name: "n", value: null }, places: ["body.value"] },
  {
    what: "a value of more than 64 KiB",
    body: { name: "n", value: "é".repeat(32 * 1024 + 1) },
    places: ["body.value"],
  },
  { what: "half a surrogate pair", body: { name: "n", value: "\ud83d" }, places: ["body.value"] },
  {
    what: "a description that is too long",
    body: { name: "n", value, description: "x".repeat(1001) },
    places: ["body.description"],
  },
  { what: "a description that is a number", body: { name: "n", value, description: 1 }, places: ["body.description"] },
  { what: "a list", body: [], places: ["body"] },
];

for (const { what, body, places } of badSecrets) {
  test(`a secret is not created: ${what}`, async () => {
    await reset("one");
    assertRefused(await create(body), 400, "validation_failed", places);
    assert.deepEqual(await namesOf(), ["one"]);
  });
}

test("a change is refused as a whole, and a path that can be no name too", async () => {
  await reset("one");
  assertRefused(await rename("one", { name: "a b", description: "d" }), 400, "validation_failed", ["body.name"]);
  assertRefused(await rename("one", { description: "d" }), 400, "validation_failed", ["body.name"]);
  assertRefused(await rename("a b", { name: "one" }), 400, "validation_failed", ["path.secret_id"]);
  assertRefused(await remove("x".repeat(129)), 400, "validation_failed", ["path.secret_id"]);
  assert.deepEqual(await list(), [{ name: "one", description: "about one" }]);
});

test("of several that are created at once under one name, one wins", async () => {
  await reset();
  const answers = await Promise.all(
    Array.from({ length: 12 }, (_, index) => create({ name: "one", value: `${index}` })),
  );
  const statuses = answers.map(({ status }) => status).toSorted((a, b) => a - b);
  assert.deepEqual(statuses, [201, ...Array.from({ length: 11 }, () => 409)]);
  assert.deepEqual(await namesOf(), ["one"]);
});

test("of several that are renamed at once to one name, one wins", async () => {
  const names = ["a", "b", "c", "d", "e", "f"];
  await reset(...names);
  const answers = await Promise.all(names.map((name) => rename(name, { name: "one" })));
  const statuses = answers.map(({ status }) => status).toSorted((a, b) => a - b);
  assert.deepEqual(statuses, [200, 409, 409, 409, 409, 409]);
  assert.equal((await namesOf()).filter((name: string) => name === "one").length, 1);
  assert.equal((await namesOf()).length, names.length);
});

test("another user's secrets are neither seen nor touched, and take no names away", async () => {
  await reset("mine", "both");
  const before = await list();
  assert.deepEqual(await list(second), []);
  assert.equal((await create({ name: "both", value: "second's" }, second)).status, 201);
  const [foreign, absent] = [await remove("mine", second), await remove("nothing", second)];
  assertRefused(foreign, 404, "secret_not_found");
  assert.deepEqual({ ...foreign.body, request_id: "" }, { ...absent.body, request_id: "" });
  assertRefused(await rename("mine", { name: "stolen" }, second), 404, "secret_not_found");
  assert.equal((await rename("both", { name: "mine" }, second)).status, 200);
  assert.deepEqual(await list(), before);
  assert.deepEqual(await namesOf(second), ["mine"]);
  assert.equal((await remove("mine", second)).status, 200);
  assert.deepEqual(await list(), before);
});

test("no value is in the database, the log, an answer or an event", async () => {
  await reset();
  const secret = randomBytes(24).toString("base64url");
  const conversation = await createConversation(call);
  const answers = [
    await create({ name: "found-at-rest", value: secret }),
    await create({ name: "found-at-rest", value: secret }),
    await create({ name: "not a name", value: secret }),
    await rename("found-at-rest", { name: "found-at-rest", description: "d", value: secret }),
    await call("GET", "/api/secrets"),
    await call("GET", "/api/settings"),
    await call("GET", "/api/v1/users/me"),
  ];
  for (const { body } of answers) assert.ok(!JSON.stringify(body).includes(secret));
  assert.ok(!JSON.stringify(await allEvents(call, conversation)).includes(secret));
  const stored = await databaseOf(server);
  assert.ok(stored.includes("found-at-rest"), "the test looks where secrets are");
  assert.ok(!stored.includes(secret));
  assert.ok(!stored.includes(Buffer.from(secret).toString("base64")));
  assert.ok(server.output().includes("/api/secrets"), "the test looks where requests are logged");
  assert.ok(!server.output().includes(secret));
});

test("values outlive a change and the process, each its own, whatever they hold", async (t) => {
  const other = await startServer(t);
  const own = caller(other);
  const large = "é".repeat(32 * 1024); // exactly 64 KiB
  const values = { one: "first\nsecond\u0000 line", two: "🔑", large };
  for (const [name, text] of Object.entries(values))
    assert.equal((await own("POST", "/api/secrets", { body: { name, value: text } })).status, 201);
  await own("PUT", "/api/secrets/one", { body: { name: "uno", description: "changed", value: "ignored" } });
  const { body: me } = await own("GET", "/api/v1/users/me");
  await other.stop();
  const revealed = await revealIn(other, me.id);
  assert.deepEqual(
    [...revealed],
    [
      ["uno", values.one],
      ["two", values.two],
      ["large", large],
    ],
  );
});

/** The bytes of the database with its journal, as latin1. */
async function databaseOf({ dataDir }: ServerProcess): Promise<string> {
  const names = (await readdir(dataDir)).filter((name) => name.startsWith("openhands.sqlite"));
  const contents = await Promise.all(names.map((name) => readFile(join(dataDir, name), "latin1")));
  return contents.join("");
}

/** What a server that has ended has stored. */
async function revealIn({ dataDir }: ServerProcess, userId: string): Promise<ReadonlyMap<string, string>> {
  const store = await openSqliteStore(dataDir, { now: () => new Date().toISOString() });
  try {
    const cipher = createCipher(await loadSecretKey(undefined, dataDir));
    return await createCustomSecrets({ store: store.secrets, cipher, changed: () => {} }).reveal(userId);
  } finally {
    await store.close();
  }
}
