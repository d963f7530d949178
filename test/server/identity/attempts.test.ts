// Wrong keys are counted by the address that they come from and by how they begin; right ones are not.
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { test } from "node:test";
import type { TestContext } from "node:test";
import { caller, createConversation } from "../../support/api.ts";
import type { Answer } from "../../support/api.ts";
import { assertRefused } from "../../support/refusal.ts";
import { openSocket } from "../../support/socket.ts";
import { startServer } from "../../support/start-server.ts";

/** The windows begin with the first wrong key, so a limit a day never ends within a test. */
async function limited(t: TestContext, env: Record<string, string>) {
  const server = await startServer(t, { env });
  return { server, call: caller(server) };
}

function wrongKey(start = randomBytes(3).toString("hex")): string {
  return `oh_${start}${randomBytes(24).toString("base64url")}`;
}

function assertLimited(answer: Answer, limit: number): void {
  assertRefused(answer, 429, "rate_limited");
  assert.match(answer.body.error, new RegExp(`More than ${limit} wrong keys`));
  assert.ok(Number(answer.headers.get("retry-after")) >= 1);
  assert.equal(answer.headers.get("x-ratelimit-limit"), String(limit));
  assert.equal(answer.headers.get("x-ratelimit-remaining"), "0");
  assert.ok(Number(answer.headers.get("x-ratelimit-reset")) * 1000 > Date.now() - 5000);
}

test("an address may send so many wrong keys, by whatever way", async (t) => {
  const { server, call } = await limited(t, { RATE_LIMIT_BAD_KEY_ADDRESS: "4/day" });
  const path = "/api/keys";
  const id = await createConversation(call);
  for (let use = 0; use < 6; use += 1) assert.equal((await call("GET", path)).status, 200, "right keys do not count");
  const { headers } = await call("POST", "/api/login", { key: null, body: { api_key: server.key } });
  const Cookie = headers.getSetCookie()[0]?.split(";")[0] ?? "";

  assertRefused(await call("GET", path, { key: wrongKey() }), 401, "invalid_credentials");
  const own = { key: null, headers: { "X-Session-API-Key": wrongKey() } };
  assertRefused(await call("POST", path, { ...own, body: {} }), 401, "invalid_credentials");
  const login = (api_key: string) => call("POST", "/api/login", { key: null, body: { api_key } });
  assertRefused(await login(wrongKey()), 401, "invalid_credentials");
  const socket = openSocket(server, id, { session_api_key: wrongKey() }, { key: null });
  assert.equal((await socket.closed).code, 4401);

  assertLimited(await call("GET", path, { key: wrongKey() }), 4);
  assertLimited(await call("GET", path), 4);
  assertLimited(await login(server.key), 4);
  const { code, reason } = await openSocket(server, id).closed;
  assert.equal(code, 4429);
  assert.match(reason, /wrong keys/);
  assert.equal((await call("GET", path, { key: null, headers: { Cookie } })).status, 200, "a session is no key");
  assertRefused(await call("GET", path, { key: null }), 401, "unauthenticated");
});

test("keys that begin alike may be wrong so often, and others are not affected", async (t) => {
  const { call } = await limited(t, { RATE_LIMIT_BAD_KEY_PREFIX: "2/day" });
  const path = "/api/keys";
  const { body: created } = await call("POST", path, { body: {} });
  const start = created.key.slice(3, 7);
  for (let attempt = 0; attempt < 2; attempt += 1)
    assertRefused(await call("GET", path, { key: wrongKey(start) }), 401, "invalid_credentials");
  assertLimited(await call("GET", path, { key: wrongKey(start) }), 2);
  assertLimited(await call("GET", path, { key: created.key }), 2);
  assert.equal((await call("GET", path)).status, 200);
});

test("behind a trusted proxy the client counts that the proxy names, and not one that the client has made up", async (t) => {
  const env = { RATE_LIMIT_BAD_KEY_ADDRESS: "1/day", TRUSTED_PROXIES: "127.0.0.0/8" };
  const { call } = await limited(t, env);
  const from = (address: string, key?: string) =>
    call("GET", "/api/keys", { headers: { "X-Forwarded-For": address }, ...(key !== undefined && { key }) });
  assertRefused(await from("192.0.2.1", wrongKey()), 401, "invalid_credentials");
  assertLimited(await from("192.0.2.1"), 1);
  assertLimited(await from("198.51.100.7, 192.0.2.1"), 1);
  assert.equal((await from("192.0.2.2")).status, 200);
  assert.equal((await from("192.0.2.1, 192.0.2.2")).status, 200);
});

test("whoever waits may try again", async (t) => {
  const { call } = await limited(t, { RATE_LIMIT_BAD_KEY_ADDRESS: "1/second" });
  const statuses = new Set<number>();
  while (!statuses.has(429)) statuses.add((await call("GET", "/api/keys", { key: wrongKey() })).status);
  while ((await call("GET", "/api/keys")).status !== 200) await new Promise(setImmediate);
});
