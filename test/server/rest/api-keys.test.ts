import assert from "node:assert/strict";
import { after, test } from "node:test";
import { caller } from "../../support/api.ts";
import { addUser } from "../../support/cli.ts";
import { assertRefused } from "../../support/refusal.ts";
import type { Place } from "../../support/refusal.ts";
import { startServer } from "../../support/start-server.ts";

const server = await startServer({ after });
const call = caller(server);
const second = await addUser(server, "second");
const list = async (key = server.key) => (await call("GET", "/api/keys", { key })).body;
const idsOf = (keys: readonly { id: string }[]) => keys.map(({ id }) => id);

test("a key is shown once, with its beginning to tell it apart", async () => {
  const { body: created, status } = await call("POST", "/api/keys", { body: { name: "CI" } });
  assert.equal(status, 200);
  const { key, ...shown } = created;
  assert.match(key, /^oh_[\w-]{43}$/);
  assert.equal(shown.prefix, key.slice(0, 7));
  assert.deepEqual([shown.name, shown.last_used_at, shown.expires_at], ["CI", null, null]);
  const listed = await list();
  assert.deepEqual(
    listed.find(({ id }: { id: string }) => id === created.id),
    shown,
  );
  assert.ok(!JSON.stringify(listed).includes(key));
});

test("keys are listed newest first, those of one millisecond too", async () => {
  const ids: string[] = [];
  for (const name of ["one", "two", "three", "four", "five", "six"]) {
    const { body } = await call("POST", "/api/keys", { body: { name } });
    ids.unshift(body.id);
  }
  assert.deepEqual(idsOf(await list()).slice(0, 6), ids);
});

test("names may repeat, be left out and be of any letters", async () => {
  for (const name of ["CI", "CI", null, "", "名前 🎉"])
    assert.equal((await call("POST", "/api/keys", { body: { name } })).body.name, name);
  assert.equal((await call("POST", "/api/keys", { body: {} })).body.name, null);
});

test("the first use of a key is noted", async () => {
  const { body: created } = await call("POST", "/api/keys", { body: {} });
  const lastUse = async () => (await list()).find(({ id }: { id: string }) => id === created.id).last_used_at;
  assert.equal(await lastUse(), null);
  await call("GET", "/api/options/models", { key: created.key });
  const noted = await lastUse();
  assert.ok(Date.parse(noted) >= Date.parse(created.created_at));
  await call("GET", "/api/options/models", { key: created.key });
  assert.equal(await lastUse(), noted, "to the minute");
});

test("a key may do everything unless it was made to read", async () => {
  for (const [body, scope] of [
    [{}, "write"],
    [{ scope: "write" }, "write"],
    [{ scope: "read" }, "read"],
  ] as const) {
    const { body: created } = await call("POST", "/api/keys", { body });
    assert.equal(created.scope, scope);
    assert.equal((await list()).find(({ id }: { id: string }) => id === created.id).scope, scope);
  }
});

test("a key that may read creates and deletes none, not even of its own scope", async () => {
  const { body: created } = await call("POST", "/api/keys", { body: { scope: "read" } });
  const before = idsOf(await list(created.key));
  for (const scope of ["read", "write"]) {
    const answer = await call("POST", "/api/keys", { key: created.key, body: { scope } });
    assertRefused(answer, 403, "scope_insufficient");
  }
  assertRefused(await call("DELETE", `/api/keys/${created.id}`, { key: created.key }), 403, "scope_insufficient");
  assert.deepEqual(idsOf(await list()), before);
});

test("a key creates none that works longer than itself, and neither does a session begun with it", async () => {
  const [sooner, end, later] = ["2098-12-31T23:59:59.999Z", "2099-01-01T00:00:00.000Z", "2099-01-01T00:00:00.001Z"];
  const { body: parent } = await call("POST", "/api/keys", { body: { expires_at: end } });
  const login = await call("POST", "/api/login", { key: null, body: { api_key: parent.key } });
  const Cookie = login.headers.getSetCookie()[0]?.split(";")[0] ?? "";
  for (const options of [{ key: parent.key }, { key: null, headers: { Cookie, Origin: server.url } }]) {
    for (const expires_at of [sooner, end])
      assert.equal((await call("POST", "/api/keys", { ...options, body: { expires_at } })).status, 200);
    for (const body of [{ expires_at: later }, { expires_at: null }, {}]) {
      const answer = await call("POST", "/api/keys", { ...options, body });
      assertRefused(answer, 400, "validation_failed", ["body.expires_at"]);
      assert.match(answer.body.error, new RegExp(`must be ${end} at the latest`));
    }
  }
});

test("a deleted key is gone from the list, and cannot be deleted again", async () => {
  const { body: created } = await call("POST", "/api/keys", { body: {} });
  const answer = await call("DELETE", `/api/keys/${created.id}`);
  assert.deepEqual([answer.status, answer.body], [200, { success: true, message: "The API key has been deleted." }]);
  assert.ok(!idsOf(await list()).includes(created.id));
  assertRefused(await call("DELETE", `/api/keys/${created.id}`), 404, "api_key_not_found");
});

test("another user's keys are neither listed nor deleted, as if there were none", async () => {
  const { body: created } = await call("POST", "/api/keys", { body: {} });
  assert.deepEqual(
    (await list(second)).map(({ name }: { name: string }) => name),
    ["First key"],
  );
  const foreign = await call("DELETE", `/api/keys/${created.id}`, { key: second });
  const absent = await call("DELETE", `/api/keys/${"0".repeat(32)}`, { key: second });
  assertRefused(foreign, 404, "api_key_not_found");
  assert.deepEqual({ ...foreign.body, request_id: "" }, { ...absent.body, request_id: "" });
  assert.ok(idsOf(await list()).includes(created.id));
});

const badRequests: readonly { name: string; body: unknown; places: Place[] }[] = [
  { name: "a name that is too long", body: { name: "x".repeat(201) }, places: ["body.name"] },
  { name: "a name that is a number", body: { name: 1 }, places: ["body.name"] },
  { name: "an end in the past", body: { expires_at: "2020-01-01T00:00:00Z" }, places: ["body.expires_at"] },
  { name: "an end this instant", body: { expires_at: new Date().toISOString() }, places: ["body.expires_at"] },
  { name: "an end that is no time", body: { expires_at: "tomorrow" }, places: ["body.expires_at"] },
  { name: "an end that is no day", body: { expires_at: "2099-02-30T00:00:00Z" }, places: ["body.expires_at"] },
  { name: "an end in another zone", body: { expires_at: "2099-01-01T00:00:00+02:00" }, places: ["body.expires_at"] },
  { name: "an end without a zone", body: { expires_at: "2099-01-01T00:00:00" }, places: ["body.expires_at"] },
  { name: "an end that is a number", body: { expires_at: 4_070_908_800 }, places: ["body.expires_at"] },
  { name: "an end without seconds", body: { expires_at: "2099-01-01T00:00Z" }, places: ["body.expires_at"] },
  { name: "a scope that is none", body: { scope: "admin" }, places: ["body.scope"] },
  { name: "no scope at all", body: { scope: null }, places: ["body.scope"] },
  { name: "an empty end", body: { expires_at: "" }, places: ["body.expires_at"] },
];

for (const { name, body, places } of badRequests) {
  test(`a key is not created: ${name}`, async () => {
    const before = idsOf(await list());
    assertRefused(await call("POST", "/api/keys", { body }), 400, "validation_failed", places);
    assert.deepEqual(idsOf(await list()), before);
  });
}

test("an end is shown as every time is, however it was written", async () => {
  for (const [sent, shown] of [
    ["2099-01-01T00:00:00.000Z", "2099-01-01T00:00:00.000Z"],
    ["2099-01-01T00:00:00Z", "2099-01-01T00:00:00.000Z"],
    ["2099-01-01T00:00:00.5Z", "2099-01-01T00:00:00.500Z"],
  ]) {
    assert.equal((await call("POST", "/api/keys", { body: { expires_at: sent } })).body.expires_at, shown);
  }
});
