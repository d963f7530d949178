import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { after, test } from "node:test";
import { caller } from "../../support/api.ts";
import { assertRefused } from "../../support/refusal.ts";
import type { Place } from "../../support/refusal.ts";
import { startServer } from "../../support/start-server.ts";

const server = await startServer({ after });
const call = caller(server);
const origin = { Origin: server.url };

async function logIn() {
  const answer = await call("POST", "/api/login", { key: null, body: { api_key: server.key } });
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
