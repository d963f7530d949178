import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { after, test } from "node:test";
import { caller } from "../../support/api.ts";
import { sendRaw } from "../../support/raw-request.ts";
import { assertRefused } from "../../support/refusal.ts";
import type { Place } from "../../support/refusal.ts";
import { startServer } from "../../support/start-server.ts";

const server = await startServer({ after });
const call = caller(server);
const origin = { Origin: server.url };

async function logIn(api_key = server.key) {
  const answer = await call("POST", "/api/login", { key: null, body: { api_key } });
  const [cookie = ""] = answer.headers.getSetCookie();
  return { answer, cookie, headers: { Cookie: cookie.split(";")[0] ?? "", ...origin } };
}

test("a key becomes a session cookie that no script can read", async () => {
  const { answer, cookie } = await logIn();
  assert.deepEqual([answer.status, answer.body], [200, { success: true, message: "Logged in." }]);
  assert.equal(answer.headers.getSetCookie().length, 1);
  const [value, ...attributes] = cookie.split("; ");
  assert.match(value ?? "", /^openhands_session=[\w-]{43}$/);
  assert.deepEqual(attributes.toSorted(), ["HttpOnly", "Max-Age=2592000", "Path=/", "SameSite=Lax"]);
});

for (const [host, secure] of [
  ["localhost", false],
  ["localhost:8080", false],
  ["127.0.0.1:3000", false],
  ["[::1]:3000", false],
  ["api.example", true],
  ["192.168.1.2:3000", true],
  ["localhost.evil.example", true],
  ["127.0.0.1.evil.example", true],
  ["", true],
] as const) {
  test(`for a server that is called ${host || "nothing"} the cookie is ${secure ? "" : "not "}Secure`, async () => {
    const body = JSON.stringify({ api_key: server.key });
    const headers = [["Content-Type", "application/json"]] as const;
    const answer = await sendRaw(server, { method: "POST", path: "/api/login", host, headers, body });
    assert.equal(answer.status, 200);
    assert.equal(/; Secure(;|$)/.test(answer.headers.getSetCookie()[0] ?? ""), secure);
  });
}

test("a login ends the sessions whose cookies come with it, and a failed one does not", async () => {
  const [one, two, other] = [await logIn(), await logIn(), await logIn()];
  const logInWith = (api_key: string) =>
    call("POST", "/api/login", {
      key: null,
      headers: { Cookie: `${one.headers.Cookie}; ${two.headers.Cookie}` },
      body: { api_key },
    });
  const statuses = () =>
    Promise.all(
      [one, two, other].map(async ({ headers }) => (await call("GET", "/api/keys", { key: null, headers })).status),
    );
  assertRefused(await logInWith(randomBytes(24).toString("base64url")), 401, "invalid_credentials");
  assert.deepEqual(await statuses(), [200, 200, 200]);
  assert.equal((await logInWith(server.key)).status, 200);
  assert.deepEqual(await statuses(), [401, 401, 200]);
});

test("a session ends with the key that it was begun with", async () => {
  const { body: created } = await call("POST", "/api/keys", { body: {} });
  const { headers } = await logIn(created.key);
  assert.equal((await call("GET", "/api/keys", { key: null, headers })).status, 200);
  assert.equal((await call("DELETE", `/api/keys/${created.id}`)).status, 200);
  assertRefused(await call("GET", "/api/keys", { key: null, headers }), 401, "invalid_credentials");
});

test("a session lasts no longer than its key", async () => {
  const expires_at = new Date(Date.now() + 3_600_000).toISOString();
  const { body: created } = await call("POST", "/api/keys", { body: { expires_at } });
  const { cookie } = await logIn(created.key);
  const age = Number(/Max-Age=(\d+)/.exec(cookie)?.[1]);
  assert.ok(age > 0 && age <= 3600, cookie);
});

test("a session of a key that may read may read, and log out", async () => {
  const { body: created } = await call("POST", "/api/keys", { body: { scope: "read" } });
  const { headers } = await logIn(created.key);
  assert.equal((await call("GET", "/api/keys", { key: null, headers })).status, 200);
  assertRefused(await call("POST", "/api/keys", { key: null, headers, body: {} }), 403, "scope_insufficient");
  assert.equal((await call("POST", "/api/logout", { key: null, headers })).status, 200);
  assertRefused(await call("GET", "/api/keys", { key: null, headers }), 401, "invalid_credentials");
});

test("each login is a session of its own", async () => {
  const [one, two] = [await logIn(), await logIn()];
  assert.notEqual(one.headers.Cookie, two.headers.Cookie);
  assert.equal((await call("POST", "/api/logout", { key: null, headers: one.headers })).status, 200);
  assertRefused(await call("GET", "/api/keys", { key: null, headers: one.headers }), 401, "invalid_credentials");
  assert.equal((await call("GET", "/api/keys", { key: null, headers: two.headers })).status, 200);
});

test("after the logout the cookie is cleared, and worthless to whoever has kept it", async () => {
  const { headers } = await logIn();
  const { status, body, headers: answered } = await call("POST", "/api/logout", { key: null, headers });
  assert.deepEqual([status, body], [200, { success: true, message: "Logged out." }]);
  assert.match(answered.getSetCookie()[0] ?? "", /^openhands_session=; Max-Age=0;/);
  assertRefused(await call("GET", "/api/keys", { key: null, headers }), 401, "invalid_credentials");
  assertRefused(await call("POST", "/api/logout", { key: null, headers }), 401, "invalid_credentials");
});

test("credentials are told to be good while they are, a key's as a session's", async () => {
  const { headers } = await logIn();
  for (const options of [{}, { key: null, headers }]) {
    const { status, body } = await call("POST", "/api/authenticate", options);
    assert.deepEqual([status, body], [200, { success: true, message: "You are logged in." }]);
  }
  assertRefused(await call("POST", "/api/authenticate", { key: null }), 401, "unauthenticated");
  assertRefused(await call("POST", "/api/authenticate", { key: "oh_nobody" }), 401, "invalid_credentials");
  const foreign = { ...headers, Origin: "https://evil.example" };
  assertRefused(await call("POST", "/api/authenticate", { key: null, headers: foreign }), 403, "origin_forbidden");
  await call("POST", "/api/logout", { key: null, headers });
  assertRefused(await call("POST", "/api/authenticate", { key: null, headers }), 401, "invalid_credentials");
});

test("a foreign page cannot log the user out", async () => {
  const { headers } = await logIn();
  const foreign = { ...headers, Origin: "https://evil.example" };
  assertRefused(await call("POST", "/api/logout", { key: null, headers: foreign }), 403, "origin_forbidden");
  assert.equal((await call("GET", "/api/keys", { key: null, headers })).status, 200);
});

test("the key stays valid when its session ends, and a logout by key ends nothing else", async () => {
  const { headers } = await logIn();
  assert.equal((await call("POST", "/api/logout")).status, 200);
  assert.equal((await call("GET", "/api/keys")).status, 200);
  assert.equal((await call("GET", "/api/keys", { key: null, headers })).status, 200);
});

test("an unknown key begins no session", async () => {
  const answer = await call("POST", "/api/login", {
    key: null,
    body: { api_key: randomBytes(24).toString("base64url") },
  });
  assertRefused(answer, 401, "invalid_credentials");
  assert.deepEqual(answer.headers.getSetCookie(), []);
});

const badLogins: readonly { name: string; body?: unknown; places: Place[] }[] = [
  { name: "no body", places: ["body"] },
  { name: "no key", body: {}, places: ["body.api_key"] },
  { name: "an empty key", body: { api_key: "" }, places: ["body.api_key"] },
  { name: "a number", body: { api_key: 1 }, places: ["body.api_key"] },
  { name: "null", body: { api_key: null }, places: ["body.api_key"] },
  { name: "a key that is too long", body: { api_key: "x".repeat(257) }, places: ["body.api_key"] },
];

for (const { name, body, places } of badLogins) {
  test(`a login is refused: ${name}`, async () => {
    assertRefused(await call("POST", "/api/login", { key: null, body }), 400, "validation_failed", places);
  });
}

test("a refusal does not repeat the key that was sent", async () => {
  const api_key = `${randomBytes(200).toString("base64url")}`;
  const { body } = await call("POST", "/api/login", { key: null, body: { api_key } });
  assert.ok(!JSON.stringify(body).includes(api_key));
});
