import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { after, test } from "node:test";
import { operations } from "../../../generated/server/operations.ts";
import { caller, until } from "../../support/api.ts";
import { addUser } from "../../support/cli.ts";
import { sendRaw } from "../../support/raw-request.ts";
import { assertRefused } from "../../support/refusal.ts";
import { startServer } from "../../support/start-server.ts";

const server = await startServer({ after }, { env: { PERMITTED_CORS_ORIGINS: "https://app.example" } });
const call = caller(server);
const unknownKey = `oh_${randomBytes(32).toString("base64url")}`;
const path = "/api/keys";

const protectedOperations = operations.filter(({ security }) => security === "user");
const anyId = "0".repeat(32);

for (const { id, method, path: template } of protectedOperations) {
  test(`rest/${id} wants credentials before anything else`, async () => {
    const address = template.replaceAll(/:[a-z_]+/g, anyId);
    assertRefused(await call(method, address, { key: null }), 401, "unauthenticated");
    assertRefused(await call(method, address, { key: unknownKey }), 401, "invalid_credentials");
    const nonsense = { key: null, ...(method !== "GET" && { raw: "{" }) };
    assertRefused(await call(method, template.replaceAll(/:[a-z_]+/g, "no-id"), nonsense), 401, "unauthenticated");
  });
}

for (const { id, method, path: address } of operations.filter(
  (row) => row.security === "none" && row.method === "GET" && row.gate === null,
)) {
  test(`rest/${id} needs no credentials, and does not look at them`, async () => {
    for (const headers of [
      {},
      { Authorization: "nonsense" },
      { "X-Session-API-Key": unknownKey },
      { Cookie: "openhands_session=unknown" },
    ]) {
      assert.equal((await call(method, address, { key: null, headers })).status, 200);
    }
  });
}

const bearerForms = [
  { name: "no scheme", value: server.key },
  { name: "another scheme", value: `Basic ${server.key}` },
  { name: "the scheme alone", value: "Bearer" },
  { name: "the scheme and a space", value: "Bearer " },
  { name: "no space", value: `Bearer${server.key}` },
  { name: "a tab for the space", value: `Bearer\t${server.key}` },
  { name: "two keys", value: `Bearer ${server.key} ${server.key}` },
  { name: "two keys with a comma", value: `Bearer ${server.key}, Bearer ${server.key}` },
  { name: "a parameter behind it", value: `Bearer ${server.key};a=b` },
  { name: "quotes around it", value: `Bearer "${server.key}"` },
  { name: "nothing", value: "" },
  { name: "a letter beyond ASCII", value: `Bearer ${server.key}\xe4` },
  { name: "an unknown key", value: `Bearer ${unknownKey}` },
  { name: "the beginning of the key", value: `Bearer ${server.key.slice(0, -1)}` },
  { name: "the key in other letters", value: `Bearer ${server.key.toUpperCase()}` },
];

for (const { name, value } of bearerForms) {
  test(`an Authorization header is refused: ${name}`, async () => {
    const answer = await sendRaw(server, { method: "GET", path, headers: [["Authorization", value]] });
    assertRefused(answer, 401, "invalid_credentials");
  });
}

const goodForms = [
  { name: "a bearer token", headers: [["Authorization", `Bearer ${server.key}`]] },
  { name: "a scheme in small letters (RFC 9110 §11.1)", headers: [["authorization", `bearer ${server.key}`]] },
  { name: "X-Session-API-Key", headers: [["X-Session-API-Key", server.key]] },
] as const;

for (const { name, headers } of goodForms) {
  test(`a key is accepted as ${name}`, async () => {
    assert.equal((await sendRaw(server, { method: "GET", path, headers })).status, 200);
  });
}

const badHeaderKeys = ["", unknownKey, `Bearer ${server.key}`, `${server.key}\xe4`];
for (const value of badHeaderKeys) {
  test(`X-Session-API-Key is refused: ${badHeaderKeys.indexOf(value)}`, async () => {
    const answer = await sendRaw(server, { method: "GET", path, headers: [["X-Session-API-Key", value]] });
    assertRefused(answer, 401, "invalid_credentials");
  });
}

test("a key in the query is for sockets only", async () => {
  assertRefused(await call("GET", `${path}?session_api_key=${server.key}`, { key: null }), 401, "unauthenticated");
});

test("a wrong key is not made good by a cookie", async () => {
  const headers = { Cookie: await logIn() };
  assertRefused(await call("GET", path, { key: unknownKey, headers }), 401, "invalid_credentials");
  const own = { ...headers, "X-Session-API-Key": unknownKey };
  assertRefused(await call("GET", path, { key: null, headers: own }), 401, "invalid_credentials");
});

const bearer = ["Authorization", `Bearer ${server.key}`] as const;
const otherBearer = ["Authorization", `Bearer ${unknownKey}`] as const;
const own = ["X-Session-API-Key", server.key] as const;
const otherOwn = ["X-Session-API-Key", unknownKey] as const;

for (const { name, headers } of [
  { name: "as bearer and in X-Session-API-Key", headers: [bearer, own] },
  { name: "in two Authorization headers", headers: [bearer, bearer] },
  { name: "in two X-Session-API-Key headers", headers: [own, own] },
  { name: "twice in one X-Session-API-Key header", headers: [["X-Session-API-Key", `${server.key}, ${server.key}`]] },
] as const) {
  test(`the same key may be sent twice: ${name}`, async () => {
    assert.equal((await sendRaw(server, { method: "GET", path, headers })).status, 200);
  });
}

for (const { name, headers } of [
  { name: "as bearer and in X-Session-API-Key", headers: [bearer, otherOwn] },
  { name: "the other way round", headers: [otherBearer, own] },
  { name: "in two Authorization headers", headers: [bearer, otherBearer] },
  { name: "in two Authorization headers, the wrong one first", headers: [otherBearer, bearer] },
  { name: "in two X-Session-API-Key headers", headers: [own, otherOwn] },
  { name: "an empty one among them", headers: [bearer, ["X-Session-API-Key", ""]] },
] as const) {
  test(`different keys are refused, whichever is valid: ${name}`, async () => {
    const answer = await sendRaw(server, { method: "GET", path, headers });
    assertRefused(answer, 400, "credentials_conflict");
    assert.match(answer.body.error, /different API keys.*Send one API key/);
    assert.doesNotMatch(JSON.stringify(answer.body), /oh_/);
  });
}

test("a key and a malformed Authorization header are refused as such", async () => {
  const headers = [["Authorization", "Basic eDp5"] as const, own];
  assertRefused(await sendRaw(server, { method: "GET", path, headers }), 401, "invalid_credentials");
});

test("a key may come with its user's cookie, or one that is over, and with no other user's", async () => {
  const stranger = await addUser(server, "stranger");
  const Cookie = await logIn();
  const ended = await logIn();
  await call("POST", "/api/logout", { key: null, headers: { Cookie: ended, Origin: server.url } });
  assert.equal((await call("POST", path, { headers: { Cookie }, body: {} })).status, 200, "no Origin is needed");
  assert.equal((await call("GET", path, { headers: { Cookie: ended } })).status, 200);
  const answer = await call("GET", path, { key: stranger, headers: { Cookie } });
  assertRefused(answer, 400, "credentials_conflict");
  assert.match(answer.body.error, /cookie is of another user than the API key/);
});

test("two different session cookies are refused, and the same one twice is not", async () => {
  const [one, two] = [await logIn(), await logIn()];
  const ask = (Cookie: string) => call("GET", path, { key: null, headers: { Cookie } });
  assertRefused(await ask(`${one}; ${two}`), 400, "credentials_conflict");
  assert.equal((await ask(`${one}; a=b; ${one}`)).status, 200);
});

test("a revoked key stops working at once, everywhere", async () => {
  const { body: created } = await call("POST", path, { body: {} });
  const headers = { "X-Session-API-Key": created.key };
  assert.equal((await call("GET", path, { key: created.key })).status, 200);
  assert.equal((await call("DELETE", `${path}/${created.id}`)).status, 200);
  assertRefused(await call("GET", path, { key: created.key }), 401, "invalid_credentials");
  assertRefused(await call("GET", path, { key: null, headers }), 401, "invalid_credentials");
  assertRefused(
    await call("POST", "/api/login", { key: null, body: { api_key: created.key } }),
    401,
    "invalid_credentials",
  );
});

test("a key can revoke itself", async () => {
  const { body: created } = await call("POST", path, { body: {} });
  assert.equal((await call("DELETE", `${path}/${created.id}`, { key: created.key })).status, 200);
  assertRefused(await call("DELETE", `${path}/${created.id}`, { key: created.key }), 401, "invalid_credentials");
});

test("a key stops working when it expires, whatever the form of its time", async () => {
  // The second after the next one, so that it is still in the future when it arrives.
  const moment = new Date(Math.ceil(Date.now() / 1000) * 1000 + 2000);
  const forms = [moment.toISOString(), moment.toISOString().replace(".000Z", "Z")];
  const keys = await Promise.all(forms.map((expires_at) => call("POST", path, { body: { expires_at } })));
  for (const { body: created } of keys) {
    assert.equal(Date.parse(created.expires_at), moment.getTime());
    await until(async () => {
      const before = Date.now();
      const answer = await call("GET", path, { key: created.key });
      if (Date.now() < moment.getTime()) assert.equal(answer.status, 200, "not yet over when it was answered");
      if (before >= moment.getTime()) assertRefused(answer, 401, "invalid_credentials");
      return before >= moment.getTime();
    });
  }
});

test("a session lets a browser read without an Origin, and change something from a permitted one only", async () => {
  const headers = { Cookie: await logIn() };
  const create = (origin: Record<string, string>) =>
    call("POST", path, { key: null, headers: { ...headers, ...origin }, body: {} });
  assert.equal((await call("GET", path, { key: null, headers })).status, 200);
  assertRefused(await create({}), 403, "origin_forbidden");
  const foreign = [
    "https://evil.example",
    "null",
    "https://app.example.evil.example",
    "http://app.example",
    "",
    "app.example",
    "http://localhost:5173",
  ];
  for (const Origin of foreign) assertRefused(await create({ Origin }), 403, "origin_forbidden");
  for (const Origin of ["https://app.example", server.url])
    assert.equal((await create({ Origin })).status, 200, Origin);
});

test("what a foreign page may not do is not done", async () => {
  const { body: before } = await call("GET", path);
  const headers = { Cookie: await logIn(), Origin: "https://evil.example" };
  assertRefused(await call("DELETE", `${path}/${before[0].id}`, { key: null, headers }), 403, "origin_forbidden");
  const ids = async () => (await call("GET", path)).body.map(({ id }: { id: string }) => id);
  assert.deepEqual(
    await ids(),
    before.map(({ id }: { id: string }) => id),
  );
});

for (const cookie of [
  "openhands_session=",
  "openhands_session=unknown",
  `openhands_session=${server.key}`,
  "openhands_session=%E0%A4%A",
]) {
  test(`a cookie is refused: ${cookie.replace(server.key, "a key")}`, async () => {
    assertRefused(await call("GET", path, { key: null, headers: { Cookie: cookie } }), 401, "invalid_credentials");
  });
}

test("another cookie is none", async () => {
  assertRefused(
    await call("GET", path, { key: null, headers: { Cookie: "session=a; other=b" } }),
    401,
    "unauthenticated",
  );
});

/** @returns the cookie of a new session, as a browser sends it */
async function logIn(): Promise<string> {
  const { headers } = await call("POST", "/api/login", { key: null, body: { api_key: server.key } });
  return headers.getSetCookie()[0]?.split(";")[0] ?? "";
}
