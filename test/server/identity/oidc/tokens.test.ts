import assert from "node:assert/strict";
import { createHash, createPublicKey, randomBytes } from "node:crypto";
import { after, test } from "node:test";
import { SignJWT, exportJWK, generateKeyPair } from "jose";
import type { JWTPayload } from "jose";
import { pino } from "pino";
import { createOidcProvider } from "../../../../server/identity/oidc/provider.ts";
import { createTokenVerifier, isJwt } from "../../../../server/identity/oidc/tokens.ts";
import { oidcSettings } from "../../../../server/identity/oidc/variables.ts";
import { readConfig } from "../../../../server/config.ts";
import { caller, createConversation, until } from "../../../support/api.ts";
import { runCli } from "../../../support/cli.ts";
import { audience, clientId, startProvider } from "../../../support/oidc-provider.ts";
import { assertRefused } from "../../../support/refusal.ts";
import { openSocket } from "../../../support/socket.ts";
import { startServer } from "../../../support/start-server.ts";

const provider = await startProvider({ after });
const server = await startServer({ after }, { env: { ...provider.env, LOG_LEVEL: "trace" } });
const call = caller(server);
const me = "/api/v1/users/me";
const idOf = async (key: string) => (await call("GET", me, { key })).body.id;

for (const algorithm of ["RS256", "PS256", "ES256", "EdDSA"]) {
  test(`a token that the provider signs with ${algorithm} is as good as an API key`, async () => {
    const token = await provider.accessToken(algorithm);
    assert.equal((await call("GET", me, { key: token })).status, 200);
    const headers = { "X-Session-API-Key": token };
    assert.equal((await call("GET", me, { key: null, headers })).status, 200);
    assert.equal((await call("POST", "/api/keys", { key: token, body: {} })).status, 200, "no Origin is needed");
  });
}

test("a token opens a socket, in each place where a key may stand", async () => {
  const key = await provider.sign({ sub: "of-sockets" });
  const id = await createConversation(call, {}, key);
  const places = [
    openSocket(server, id, {}, { key }),
    openSocket(server, id, {}, { key: null, headers: { "X-Session-API-Key": key } }),
    openSocket(server, id, { session_api_key: key }, { key: null }),
  ];
  for (const socket of places) {
    await socket.next(({ status }) => status === "replay_complete");
    socket.close();
  }
});

test("a user of the provider who is disabled is let in no longer, and the user's socket is closed", async () => {
  const key = await provider.sign({ sub: "leaver" });
  const id = await createConversation(call, {}, key);
  const socket = openSocket(server, id, {}, { key });
  await socket.next(({ status }) => status === "replay_complete");
  const name = `${provider.issuer}#leaver`;
  const { code, stderr } = await runCli(["users", "disable", name], { env: { DATA_DIR: server.dataDir } });
  assert.equal(code, 0, stderr);
  await until(() => socket.raw.readyState === socket.raw.CLOSED);
  assert.equal((await socket.closed).code, 4401);
  assertRefused(await call("GET", me, { key }), 401, "invalid_credentials");
});

test("a subject is one user, and another one than whoever has that name here", async () => {
  const token = await provider.sign({ sub: "admin" });
  const id = await idOf(token);
  assert.match(id, /^[0-9a-f]{32}$/);
  assert.equal(await idOf(await provider.sign({ sub: "admin", jti: "another token" })), id);
  assert.notEqual(await idOf(server.key), id);
  assert.notEqual(await idOf(await provider.sign({ sub: "Admin" })), id);
  const { stdout } = await runCli(["users", "list"], { env: { DATA_DIR: server.dataDir } });
  assert.ok(stdout.includes(`${provider.issuer}#admin\t`), stdout);
});

test("a subject that is seen for the first time by many requests at once becomes one user", async () => {
  const token = await provider.sign({ sub: "in-a-hurry" });
  const ids = await Promise.all(Array.from({ length: 10 }, () => idOf(token)));
  assert.equal(new Set(ids).size, 1);
});

test("users of the provider have API keys of their own, and nothing of each other", async () => {
  const [theirs, mine] = await Promise.all(["theirs", "mine"].map((sub) => provider.sign({ sub })));
  const { body: created } = await call("POST", "/api/keys", { key: mine ?? "", body: {} });
  assert.equal(await idOf(created.key), await idOf(mine ?? ""));
  const id = await createConversation(call, {}, created.key);
  assert.equal((await call("GET", `/api/conversations/${id}`, { key: mine ?? "" })).status, 200);
  assertRefused(await call("GET", `/api/conversations/${id}`, { key: theirs ?? "" }), 404, "conversation_not_found");
});

test("without BOOTSTRAP_API_KEY there is nobody until somebody comes, and no key that nobody knows", async (t) => {
  const at = await startServer(t, { env: { ...provider.env, BOOTSTRAP_API_KEY: "" } });
  const users = async () => (await runCli(["users", "list"], { env: { DATA_DIR: at.dataDir } })).stdout;
  assert.equal(await users(), "");
  assert.doesNotMatch(at.output(), /API key/);
  const key = await provider.sign();
  assert.deepEqual((await caller(at)("GET", "/api/keys", { key })).body, []);
  assert.match(await users(), /^\S+#program\tsince \S+\n$/);
});

test("an API key goes on working beside tokens, and an unknown one is refused as ever", async () => {
  assert.equal((await call("GET", me)).status, 200);
  for (const key of [`oh_${randomBytes(32).toString("base64url")}`, "ey.a", "a.b.c"])
    assertRefused(await call("GET", me, { key }), 401, "invalid_credentials");
});

const foreign = await generateKeyPair("RS256", { extractable: true });
const rsa = provider.publicKey("RS256");
const pem = createPublicKey({ key: rsa, format: "jwk" }).export({ type: "spki", format: "pem" });

/** The parts of a good token of this subject, to be put together wrongly. */
async function parts(): Promise<[string, string, string]> {
  return (await provider.sign({ sub: "mallory" })).split(".") as [string, string, string]; // three, as any JWS
}

function base64(value: unknown): string {
  return Buffer.from(typeof value === "string" ? value : JSON.stringify(value)).toString("base64url");
}

/** Signed with a key that is not the provider's. */
function forged(header: object, key: CryptoKey | Uint8Array = foreign.privateKey): Promise<string> {
  const now = Math.floor(Date.now() / 1000);
  return new SignJWT({ iss: provider.issuer, aud: audience, sub: "mallory", exp: now + 600 })
    .setProtectedHeader({ alg: "RS256", ...header })
    .sign(key);
}

const now = Math.floor(Date.now() / 1000);
const signed = (claims: JWTPayload) => () => provider.sign({ sub: "mallory", ...claims });
const untyped = (claims: object) => signed(claims as JWTPayload); // of types that no provider gives them

const refused: readonly { name: string; token: () => Promise<string>; says: RegExp }[] = [
  { name: "one that has expired", token: signed({ exp: now - 60 }), says: /has expired/ },
  { name: "one that never expires", token: signed({ exp: undefined as never }), says: /does not say when it expires/ },
  { name: "one whose expiry is a text", token: untyped({ exp: "later" }), says: /expires/ },
  { name: "one that is not valid yet", token: signed({ nbf: now + 120 }), says: /not valid yet/ },
  { name: "one for another audience", token: signed({ aud: "https://api.other.example" }), says: /another audience/ },
  { name: "one for other audiences", token: signed({ aud: ["a", `${audience}/`] }), says: /another audience/ },
  { name: "an ID token, which is for the client", token: signed({ aud: clientId }), says: /another audience/ },
  { name: "one for nobody", token: signed({ aud: undefined as never }), says: /another audience/ },
  { name: "one of another issuer", token: signed({ iss: "https://id.other.example" }), says: /another issuer/ },
  { name: "one of the issuer with a slash", token: signed({ iss: `${provider.issuer}/` }), says: /another issuer/ },
  { name: "one about nobody", token: signed({ sub: undefined as never }), says: /names no subject/ },
  { name: "one about an empty subject", token: signed({ sub: "" }), says: /its subject/ },
  { name: "one about a number", token: untyped({ sub: 5 }), says: /its subject/ },
  { name: "one about a subject of 256 characters", token: signed({ sub: "m".repeat(256) }), says: /its subject/ },
  {
    name: "one without a signature (RFC 7518 §3.6)",
    token: async () => `${base64({ alg: "none" })}.${(await parts())[1]}.`,
    says: /algorithm/,
  },
  {
    name: "`alg: none` beside a good signature",
    token: async () => [base64({ alg: "none", kid: rsa.kid }), ...(await parts()).slice(1)].join("."),
    says: /algorithm/,
  },
  {
    name: "HS256 with the provider's public key as the secret",
    token: () => forged({ alg: "HS256", kid: rsa.kid }, Buffer.from(pem)),
    says: /algorithm/,
  },
  {
    name: "HS256 with the public key's modulus as the secret",
    token: () => forged({ alg: "HS256", kid: rsa.kid }, Buffer.from(String(rsa.n), "base64url")),
    says: /algorithm/,
  },
  {
    name: "an algorithm that is not accepted here",
    token: async () => forged({ alg: "RS384" }, (await generateKeyPair("RS384")).privateKey),
    says: /algorithm/,
  },
  { name: "a foreign key under the provider's name", token: () => forged({ kid: rsa.kid }), says: /signature/ },
  { name: "a foreign key under its own name", token: () => forged({ kid: "mine" }), says: /key that the provider/ },
  {
    name: "a foreign key that the token brings along",
    token: async () => forged({ jwk: await exportJWK(foreign.publicKey) }),
    says: /signature/,
  },
  {
    name: "a key of another algorithm",
    token: () => forged({ kid: provider.publicKey("ES256").kid }),
    says: /key that the provider/,
  },
  {
    name: "other claims under a good signature",
    token: async () => {
      const [header, payload, signature] = await parts();
      return [header, base64(Buffer.from(payload, "base64url").toString().replace("mallory", "admin")), signature].join(
        ".",
      );
    },
    says: /signature/,
  },
  { name: "half a signature", token: async () => (await provider.sign()).slice(0, -100), says: /signature/ },
  { name: "no signature", token: async () => `${(await parts()).slice(0, 2).join(".")}.`, says: /signature/ },
  { name: "a header that is no JSON", token: async () => `eyJ.${(await parts()).slice(1).join(".")}`, says: /JWT/ },
  {
    name: "a header without an algorithm",
    token: async () => [base64({ typ: "JWT" }), ...(await parts()).slice(1)].join("."),
    says: /is not a signed JWT/,
  },
  {
    name: "an extension that nobody here understands (RFC 7515 §4.1.11)",
    token: async () => [base64({ alg: "RS256", crit: ["x"], x: 1 }), ...(await parts()).slice(1)].join("."),
    says: /is not a signed JWT/,
  },
  {
    name: "a logout token",
    token: () => provider.sign({ sub: "mallory" }, { typ: "logout+jwt" }),
    says: /is not an access token/,
  },
];

for (const { name, token: make, says } of refused) {
  test(`a token is refused, with the check that failed and nothing of the token: ${name}`, async () => {
    const token = await make();
    for (const options of [{ key: token }, { key: null, headers: { "X-Session-API-Key": token } }]) {
      const answer = await call("GET", me, options);
      assertRefused(answer, 401, "invalid_credentials");
      assert.match(answer.body.error, says);
      assert.doesNotMatch(answer.body.error, /mallory|example|http|eyJ/);
    }
    const socket = openSocket(server, "0".repeat(32), { session_api_key: token }, { key: null });
    assert.equal((await socket.closed).code, 4401);
    await call("GET", "/alive", { headers: { "X-Request-ID": "the-last-request" } });
    await until(() => server.output().includes("the-last-request"));
    assert.ok(!server.output().includes(token.slice(-40)), "the token is in the log");
    assert.ok(!server.output().includes("mallory"), "its subject is in the log");
  });
}

test("a token that differs from a good one in nothing else is accepted, so the refusals mean what they say", async () => {
  for (const claims of [{}, { nbf: now - 60 }, { aud: ["a", audience] }, { sub: "m".repeat(255) }])
    assert.equal((await call("GET", me, { key: await provider.sign(claims) })).status, 200);
  for (const typ of ["JWT", "at+jwt", "application/at+jwt", "AT+JWT"])
    assert.equal((await call("GET", me, { key: await provider.sign({}, { typ }) })).status, 200, typ);
});

test("the clocks may differ by the tolerance, and not by a second more", async () => {
  const moment = new Date("2026-03-01T12:00:00Z");
  const seconds = moment.getTime() / 1000;
  const settings = oidcSettings(readConfig({ ...provider.env, OIDC_CLOCK_TOLERANCE_SECONDS: "45" }));
  const verifier = createTokenVerifier({
    provider: createOidcProvider(settings, pino({ level: "silent" })),
    settings,
    clock: { now: () => moment },
  });
  const verify = async (claims: JWTPayload) => (await verifier.verify(await provider.sign(claims), audience)).subject;
  const subject = { issuer: provider.issuer, subject: "program" };
  assert.deepEqual(await verify({ exp: seconds - 44 }), subject);
  await assert.rejects(verify({ exp: seconds - 45 }), /has expired/); // RFC 7519 §4.1.4: "on or after"
  assert.deepEqual(await verify({ exp: seconds + 60, nbf: seconds + 45 }), subject);
  await assert.rejects(verify({ exp: seconds + 60, nbf: seconds + 46 }), /not valid yet/);
});

test("only what looks like a JWT is taken for one", () => {
  const { header, payload } = { header: base64({ alg: "RS256" }), payload: base64({}) };
  for (const token of [`${header}.${payload}.c2ln`, `${header}.${payload}.`, `${base64('{ "alg":"none"}')}.e30.`])
    assert.equal(isJwt(token), true, token);
  const hash = createHash("sha256").update("key").digest("hex");
  for (const token of [
    `oh_${hash}`,
    "",
    "ey",
    `${header}.${payload}`,
    `${header}.a.b.c.d`,
    `a.${payload}.b`,
    "ey.a b.c",
  ])
    assert.equal(isJwt(token), false, token);
});
