import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { readFile, readdir } from "node:fs/promises";
import { join } from "node:path";
import { after, test } from "node:test";
import { createCipher, loadSecretKey } from "../../../server/secrets/cipher.ts";
import { createProviderTokens } from "../../../server/secrets/provider-tokens.ts";
import { openSqliteStore } from "../../../server/store/sqlite/open.ts";
import { caller } from "../../support/api.ts";
import { addUser } from "../../support/cli.ts";
import { assertRefused } from "../../support/refusal.ts";
import type { Place } from "../../support/refusal.ts";
import { startServer } from "../../support/start-server.ts";
import type { ServerProcess } from "../../support/start-server.ts";

const server = await startServer({ after }, { env: { LOG_LEVEL: "trace" } });
const call = caller(server);
const second = await addUser(server, "second");
for (const key of [server.key, second]) await call("POST", "/api/settings", { body: {}, key });
const add = (provider_tokens: unknown, key = server.key) =>
  call("POST", "/api/add-git-providers", { body: { provider_tokens }, key });
const unset = (key = server.key) => call("POST", "/api/unset-provider-tokens", { key });
const stored = async (key = server.key) => (await call("GET", "/api/settings", { key })).body.provider_tokens_set;

test("at first no token is stored, and there is nothing to remove", async () => {
  assert.deepEqual(await stored(), {});
  const { status, body } = await unset();
  assert.deepEqual([status, body], [200, { success: true, message: "The git providers have been removed." }]);
});

test("a token is stored with its host, shown by provider and host alone, and removed", async () => {
  const { status, body } = await add({ github: { token: "t1" }, gitlab: { token: "t2", host: "git.example.com" } });
  assert.deepEqual([status, body], [200, { success: true, message: "The git providers have been stored." }]);
  assert.deepEqual(await stored(), { github: null, gitlab: "git.example.com" });
  const settings = await call("GET", "/api/settings");
  assert.deepEqual(settings.body.secrets_store, { provider_tokens: {} });
  assert.equal((await unset()).status, 200);
  assert.deepEqual(await stored(), {});
});

for (const provider of ["github", "gitlab", "bitbucket", "azure_devops", "enterprise_sso"])
  test(`${provider} is a provider`, async () => {
    await unset();
    assert.equal((await add({ [provider]: { token: "t", host: null, user_id: "1" } })).status, 200);
    assert.deepEqual(await stored(), { [provider]: null });
  });

/** Each begins with tokens for github at its own host and for gitlab at `git.example.com`. */
const changes: readonly { what: string; change: unknown; want: unknown }[] = [
  { what: "nothing", change: {}, want: { github: null, gitlab: "git.example.com" } },
  {
    what: "another provider",
    change: { bitbucket: { token: "t" } },
    want: { bitbucket: null, github: null, gitlab: "git.example.com" },
  },
  { what: "no token and no host", change: { gitlab: {} }, want: { github: null, gitlab: "git.example.com" } },
  {
    what: "no token and another host",
    change: { gitlab: { host: "b.example" } },
    want: { github: null, gitlab: "b.example" },
  },
  {
    what: "an empty token and another host",
    change: { github: { token: "", host: "b.example" } },
    want: { github: "b.example", gitlab: "git.example.com" },
  },
  {
    what: "a token that is null and a host that is null",
    change: { gitlab: { token: null, host: null } },
    want: { github: null, gitlab: null },
  },
  {
    what: "an empty token and an empty host",
    change: { gitlab: { token: "", host: "" } },
    want: { github: null, gitlab: null },
  },
  {
    what: "a new token alone, which goes to the usual host",
    change: { gitlab: { token: "new" } },
    want: { github: null, gitlab: null },
  },
  { what: "null", change: { gitlab: null }, want: { github: null } },
  { what: "null where there is none", change: { bitbucket: null }, want: { github: null, gitlab: "git.example.com" } },
  {
    what: "an empty token where there is none",
    change: { bitbucket: { token: "", host: "b.example" } },
    want: { github: null, gitlab: "git.example.com" },
  },
];

for (const { what, change, want } of changes)
  test(`tokens are merged: ${what}`, async () => {
    await unset();
    await add({ github: { token: "t1" }, gitlab: { token: "t2", host: "git.example.com" } });
    assert.equal((await add(change)).status, 200);
    assert.deepEqual(await stored(), want);
  });

test("a body without tokens changes nothing, and what upstream's clients send beside them is ignored", async () => {
  await unset();
  await add({ github: { token: "t" } });
  for (const body of [{}, { mcp_config: { sse_servers: [] } }])
    assert.equal((await call("POST", "/api/add-git-providers", { body })).status, 200);
  assert.deepEqual(await stored(), { github: null });
});

const hosts = [
  "github.example.com",
  "git.example.com:8443",
  "https://git.example.com",
  "dev.azure.com/organization",
  "10.0.0.1",
];
for (const host of hosts)
  test(`a host may be ${host}`, async () => {
    await unset();
    await add({ github: { token: "t", host } });
    assert.deepEqual(await stored(), { github: host });
  });

const badTokens: readonly { what: string; body: unknown; places: Place[] }[] = [
  {
    what: "an unknown provider",
    body: { provider_tokens: { github: { token: "new" }, sourcehut: { token: "t" } } },
    places: ["body.provider_tokens.sourcehut"],
  },
  {
    what: "a token in place of an entry",
    body: { provider_tokens: { github: "token" } },
    places: ["body.provider_tokens.github"],
  },
  {
    what: "a token that is a number",
    body: { provider_tokens: { github: { token: 1 } } },
    places: ["body.provider_tokens.github.token"],
  },
  {
    what: "a token with a line break",
    body: { provider_tokens: { github: { token: "a\nb" } } },
    places: ["body.provider_tokens.github.token"],
  },
  {
    what: "a token that is too long",
    body: { provider_tokens: { github: { token: "x".repeat(4097) } } },
    places: ["body.provider_tokens.github.token"],
  },
  {
    what: "a host that is none",
    body: { provider_tokens: { github: { token: "t", host: "a b" } } },
    places: ["body.provider_tokens.github.host"],
  },
  {
    what: "a host with credentials",
    body: { provider_tokens: { github: { token: "t", host: "me@evil.example" } } },
    places: ["body.provider_tokens.github.host"],
  },
  { what: "a list of tokens", body: { provider_tokens: [] }, places: ["body.provider_tokens"] },
  { what: "null", body: { provider_tokens: null }, places: ["body.provider_tokens"] },
];

for (const { what, body, places } of badTokens)
  test(`a change is refused as a whole: ${what}`, async () => {
    await unset();
    await add({ github: { token: "t", host: "before.example" } });
    assertRefused(await call("POST", "/api/add-git-providers", { body }), 400, "validation_failed", places);
    assert.deepEqual(await stored(), { github: "before.example" });
  });

test("another user's tokens are neither seen nor touched", async () => {
  await add({ github: { token: "mine" } });
  assert.deepEqual(await stored(second), {});
  await add({ github: { token: "theirs", host: "their.example" }, gitlab: { token: "theirs" } }, second);
  await unset();
  assert.deepEqual(await stored(), {});
  assert.deepEqual(await stored(second), { github: "their.example", gitlab: null });
  await add({ github: { token: "mine" } });
  await add({ github: { host: "moved.example" }, gitlab: null }, second);
  assert.deepEqual(await stored(), { github: null });
  await add({ github: null }, second);
  await unset(second);
  assert.deepEqual(await stored(), { github: null });
});

test("changes at the same time lose none of each other", async () => {
  await unset();
  const names = ["github", "gitlab", "bitbucket", "azure_devops", "enterprise_sso"];
  await Promise.all(names.map((name) => add({ [name]: { token: name } })));
  assert.deepEqual(Object.keys(await stored()).toSorted(), names.toSorted());
});

test("no token is in the database, the log or an answer", async () => {
  const token = randomBytes(24).toString("base64url");
  const answers = [
    await add({ github: { token, host: "found-at-rest.example" } }),
    await add({ github: { token, host: "not a host" } }),
    await add({ nobody: { token } }),
    await call("GET", "/api/settings"),
    await call("GET", "/api/v1/users/me"),
  ];
  for (const { body } of answers) assert.ok(!JSON.stringify(body).includes(token));
  const database = await databaseOf(server);
  assert.ok(database.includes("found-at-rest.example"), "the test looks where tokens are");
  assert.ok(!database.includes(token));
  assert.ok(!database.includes(Buffer.from(token).toString("base64")));
  assert.ok(server.output().includes("/api/add-git-providers"), "the test looks where requests are logged");
  assert.ok(!server.output().includes(token));
});

test("a token outlives its move to another host, and the process", async (t) => {
  const other = await startServer(t);
  const own = caller(other);
  const send = (provider_tokens: unknown) => own("POST", "/api/add-git-providers", { body: { provider_tokens } });
  await send({ github: { token: "first" }, gitlab: { token: "kept" } });
  await send({ github: { token: "second", host: "a.example" }, gitlab: { token: "", host: "b.example" } });
  const { body: me } = await own("GET", "/api/v1/users/me");
  await other.stop();
  assert.deepEqual(
    [...(await revealIn(other, me.id))],
    [
      ["github", { token: "second", host: "a.example" }],
      ["gitlab", { token: "kept", host: "b.example" }],
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
async function revealIn({ dataDir }: ServerProcess, userId: string) {
  const store = await openSqliteStore(dataDir, { now: () => new Date().toISOString() });
  try {
    const cipher = createCipher(await loadSecretKey(undefined, dataDir));
    return await createProviderTokens({ store: store.providerTokens, cipher, changed: () => {} }).reveal(userId);
  } finally {
    await store.close();
  }
}
