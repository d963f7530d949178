import assert from "node:assert/strict";
import { after, test } from "node:test";
import { caller, until } from "../../support/api.ts";
import type { Answer } from "../../support/api.ts";
import { clientId, redirectUrl, startProvider } from "../../support/oidc-provider.ts";
import { assertRefused } from "../../support/refusal.ts";
import { startServer } from "../../support/start-server.ts";

const provider = await startProvider({ after });
const server = await startServer({ after }, { env: { ...provider.env, LOG_LEVEL: "trace" } });
const call = caller(server);
const me = "/api/v1/users/me";

/** An answer of the login as a browser gets it, which follows no redirect by itself here. */
async function visit(
  path: string,
  cookie?: string,
  at = server,
): Promise<Answer & { location: string; cookies: string[] }> {
  const answer = await fetch(at.url + path, { redirect: "manual", headers: cookie ? { Cookie: cookie } : {} });
  const text = await answer.text();
  return {
    status: answer.status,
    headers: answer.headers,
    body: text === "" ? undefined : JSON.parse(text),
    location: answer.headers.get("location") ?? "",
    cookies: answer.headers.getSetCookie(),
  };
}

/** A login that waits for the person: where the browser is, and the cookie that it has. */
async function begin(at = server): Promise<{ location: string; cookie: string }> {
  const { location, cookies } = await visit("/api/login/oidc", undefined, at);
  return { location, cookie: pair(cookies[0]) };
}

/** `name=value` of a `Set-Cookie`. */
function pair(cookie: string | undefined): string {
  return cookie?.split(";")[0] ?? "";
}

/** The path at which a browser comes back, behind the proxy. */
function pathOf({ pathname, search }: URL): string {
  return pathname + search;
}

/** A whole login. @returns the session's cookie */
async function logIn(person: string, at = server, from = provider): Promise<string> {
  const { location, cookie } = await begin(at);
  const { status, cookies, body } = await visit(pathOf(await from.logIn(location, person)), cookie, at);
  assert.equal(status, 302, JSON.stringify(body));
  return pair(cookies[0]);
}

const idOf = async (Cookie: string) => (await call("GET", me, { key: null, headers: { Cookie } })).body.id;

function assertFailed(answer: Awaited<ReturnType<typeof visit>>, says: RegExp): void {
  assertRefused(answer, 400, "login_failed");
  assert.match(answer.body.error, says);
  assert.equal(answer.cookies.length, 1);
  assert.match(
    answer.cookies[0] ?? "",
    /^openhands_login=; Max-Age=0; Path=\/api\/login\/oidc;/,
    "it is of no more use",
  );
}

test("a login goes to the provider with state, nonce and PKCE, and keeps what belongs to it from scripts", async () => {
  const { status, location, cookies, body } = await visit("/api/login/oidc");
  assert.deepEqual([status, body], [302, undefined]);
  const { origin, pathname, searchParams } = new URL(location);
  assert.equal(origin + pathname, `${provider.issuer}/auth`);
  const { state = "", nonce = "", code_challenge = "", ...rest } = Object.fromEntries(searchParams);
  assert.deepEqual(rest, {
    client_id: clientId,
    redirect_uri: redirectUrl,
    response_type: "code",
    scope: "openid",
    code_challenge_method: "S256",
  });
  for (const value of [state, nonce, code_challenge]) assert.match(value, /^[\w-]{43}$/);
  assert.equal(cookies.length, 1);
  const [value = "", ...attributes] = cookies[0]?.split("; ") ?? [];
  assert.match(value, /^openhands_login=./);
  assert.deepEqual(attributes.toSorted(), [
    "HttpOnly",
    "Max-Age=600",
    "Path=/api/login/oidc",
    "SameSite=Lax",
    "Secure",
  ]);
  assert.ok(![state, nonce].some((secret) => Buffer.from(value.slice(16), "base64").includes(secret)), "encrypted");
  const again = new URL((await visit("/api/login/oidc")).location).searchParams;
  for (const name of ["state", "nonce", "code_challenge"]) assert.notEqual(again.get(name), searchParams.get(name));
});

test("a person who logs in at the provider has a session, as one with a key has", async () => {
  const { location, cookie } = await begin();
  const done = await visit(pathOf(await provider.logIn(location, "alice")), cookie);
  assert.deepEqual([done.status, done.location, done.body], [302, "/", undefined]);
  const [session = "", cleared = ""] = done.cookies;
  assert.match(session, /^openhands_session=[\w-]{43}; Max-Age=\d+; Path=\/; HttpOnly; Secure; SameSite=Lax$/);
  assert.match(cleared, /^openhands_login=; Max-Age=0;/);
  const headers = { Cookie: pair(session) };
  assert.equal((await call("GET", me, { key: null, headers })).status, 200);
  assertRefused(await call("POST", "/api/keys", { key: null, headers, body: {} }), 403, "origin_forbidden");
  const Origin = server.url;
  assert.equal((await call("POST", "/api/keys", { key: null, headers: { ...headers, Origin }, body: {} })).status, 200);
  assert.equal((await call("POST", "/api/logout", { key: null, headers: { ...headers, Origin } })).status, 200);
  assertRefused(await call("GET", me, { key: null, headers }), 401, "invalid_credentials");
});

test("a person is one user, however often and by whichever way they come", async () => {
  const alice = await idOf(await logIn("alice"));
  assert.equal(await idOf(await logIn("alice")), alice);
  assert.notEqual(await idOf(await logIn("bob")), alice);
  assert.equal((await call("GET", me, { key: await provider.sign({ sub: "alice" }) })).body.id, alice);
});

test("a login replaces the session that the browser had", async () => {
  const before = await logIn("alice");
  const { location, cookie } = await begin();
  const path = pathOf(await provider.logIn(location, "bob"));
  const { cookies } = await visit(path, `${cookie}; ${before}`);
  const get = (Cookie: string) => call("GET", me, { key: null, headers: { Cookie } });
  assert.equal((await get(pair(cookies[0]))).status, 200);
  assertRefused(await get(before), 401, "invalid_credentials");
});

test("a callback is good once", async () => {
  const { location, cookie } = await begin();
  const path = pathOf(await provider.logIn(location, "alice"));
  assert.equal((await visit(path, cookie)).status, 302);
  assertFailed(await visit(path), /No login has begun in this browser/);
  assertFailed(await visit(path, cookie), /does not accept the code/);
});

test("a callback belongs to the browser that began the login: nobody can log another person in as themselves", async () => {
  const [mine, theirs] = [await begin(), await begin()];
  const path = pathOf(await provider.logIn(mine.location, "mallory"));
  assertFailed(await visit(path, theirs.cookie), /another login/);
  assertFailed(await visit(path), /No login has begun/);
  assert.equal((await visit(path, mine.cookie)).status, 302);
});

test("a code that was given for another login is refused by the provider, which knows its PKCE challenge", async () => {
  const [mine, theirs] = [await begin(), await begin()];
  const stolen = (await provider.logIn(theirs.location, "alice")).searchParams.get("code") ?? "";
  const url = await provider.logIn(mine.location, "mallory");
  url.searchParams.set("code", stolen);
  assertFailed(await visit(pathOf(url), mine.cookie), /does not accept the code/);
});

test("a login that the person cancels says what the provider said", async () => {
  const { location, cookie } = await begin();
  assertFailed(await visit(pathOf(await provider.cancel(location)), cookie), /access_denied/);
});

const spoiled: readonly { name: string; spoil: (query: URLSearchParams) => void; says: RegExp }[] = [
  { name: "another state", spoil: (query) => query.set("state", "x".repeat(43)), says: /another login/ },
  { name: "a made-up code", spoil: (query) => query.set("code", "made-up"), says: /does not accept the code/ },
  { name: "no code", spoil: (query) => query.delete("code"), says: /no code/ },
  { name: "another issuer", spoil: (query) => query.set("iss", "https://id.other.example"), says: /does not fit/ },
  { name: "no issuer", spoil: (query) => query.delete("iss"), says: /does not fit/ },
  {
    name: "an error of strange letters",
    spoil: (query) => query.set("error", "<script>"),
    says: /refused the login with an error\./,
  },
];

for (const { name, spoil, says } of spoiled) {
  test(`a callback is refused: ${name}`, async () => {
    const { location, cookie } = await begin();
    const url = await provider.logIn(location, "alice");
    spoil(url.searchParams);
    assertFailed(await visit(pathOf(url), cookie), says);
  });
}

test("a callback is refused: a cookie that this server has not made", async () => {
  const { location, cookie } = await begin();
  const path = pathOf(await provider.logIn(location, "alice"));
  const changed = `${cookie.slice(0, 30)}${cookie[30] === "A" ? "B" : "A"}${cookie.slice(31)}`;
  for (const made of ["openhands_login=", "openhands_login=AAAA", "openhands_login=%E0%A4%A", changed])
    assertFailed(await visit(path, made), /not what the login began with/);
});

test("a callback without a state, or with a part that is too long, does not fit the contract", async () => {
  const path = "/api/login/oidc/callback";
  assertRefused(await visit(path), 400, "validation_failed", ["query.state"]);
  assertRefused(await visit(`${path}?code=a`), 400, "validation_failed", ["query.state"]);
  assertRefused(await visit(`${path}?state=${"s".repeat(4097)}`), 400, "validation_failed", ["query.state"]);
});

test("a code, a secret and what is in a token are in no log", async () => {
  const { location, cookie } = await begin();
  const url = await provider.logIn(location, "somebody-of-note");
  const { cookies } = await visit(pathOf(url), cookie);
  await visit(pathOf(url), cookie);
  await call("GET", "/alive", { headers: { "X-Request-ID": "the-last-request" } });
  await until(() => server.output().includes("the-last-request"));
  const secrets = [
    url.searchParams.get("code") ?? "",
    url.searchParams.get("state") ?? "",
    provider.env["OIDC_CLIENT_SECRET"] ?? "",
    cookie.slice(16, 60),
    pair(cookies[0]).slice(18),
    "somebody-of-note",
  ];
  for (const secret of secrets) {
    assert.ok(secret.length > 10);
    assert.ok(!server.output().includes(secret));
  }
});

test("a public client has no secret, and PKCE instead; tokens may be signed as the provider likes best", async (t) => {
  const other = await startProvider(t, {
    token_endpoint_auth_method: "none",
    id_token_signed_response_alg: "ES256",
  });
  const at = await startServer(t, { env: { ...other.env, OIDC_CLIENT_SECRET: "" } });
  const headers = { Cookie: await logIn("alice", at, other) };
  assert.equal((await caller(at)("GET", me, { key: null, headers })).status, 200);
});

test("an ID token that is signed as the operator does not want it logs nobody in", async (t) => {
  const at = await startServer(t, { env: { ...provider.env, OIDC_ALGORITHMS: "ES256" } });
  const { location, cookie } = await begin(at);
  assertFailed(await visit(pathOf(await provider.logIn(location, "alice")), cookie, at), /algorithm that is accepted/);
});

test("a server that the provider does not know tells the operator, and the person to wait", async (t) => {
  const at = await startServer(t, { env: { ...provider.env, OIDC_CLIENT_SECRET: "another" } });
  const { location, cookie } = await begin(at);
  const answer = await visit(pathOf(await provider.logIn(location, "alice")), cookie, at);
  assertRefused(answer, 503, "not_ready");
  assert.deepEqual(answer.cookies, [], "the browser may come again");
  await until(() => /invalid_client|WWW-Authenticate/.test(at.output()));
  assert.ok(!at.output().includes("another"));
});

test("behind a proxy that serves the API under a path, cookies and redirects keep to it", async (t) => {
  const OIDC_REDIRECT_URL = "https://openhands.example/team/api/login/oidc/callback";
  const at = await startServer(t, { env: { ...provider.env, OIDC_REDIRECT_URL } });
  const { location, cookies } = await visit("/api/login/oidc", undefined, at);
  assert.equal(new URL(location).searchParams.get("redirect_uri"), OIDC_REDIRECT_URL);
  assert.match(cookies[0] ?? "", /; Path=\/team\/api\/login\/oidc;/);
  assert.match(at.output(), /Log in with a browser +https:\/\/openhands\.example\/team\/login\n/);
});

test("clients are told how to log in, where there is a provider", async (t) => {
  const config = async (at = server) => (await caller(at)("GET", "/api/options/config", { key: null })).body;
  const { OIDC_LOGIN } = await config();
  assert.deepEqual(OIDC_LOGIN, { url: "/api/login/oidc", provider: new URL(provider.issuer).host });
  const without = await startServer(t);
  assert.equal("OIDC_LOGIN" in (await config(without)), false);
  for (const path of ["/api/login/oidc", "/api/login/oidc/callback?state=a"]) {
    assertRefused(await visit(path, undefined, without), 404, "route_not_found");
    assertRefused(await caller(without)("OPTIONS", path), 404, "route_not_found");
  }
});

test("an API key logs in as ever", async () => {
  assert.equal((await call("POST", "/api/login", { key: null, body: { api_key: server.key } })).status, 200);
});
