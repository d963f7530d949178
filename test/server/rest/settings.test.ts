import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { readFile, readdir } from "node:fs/promises";
import { join } from "node:path";
import { after, test } from "node:test";
import * as fc from "fast-check";
import { plainSettings, secretSettings } from "../../../contract/index.ts";
import { caller } from "../../support/api.ts";
import { addUser } from "../../support/cli.ts";
import { assertRefused } from "../../support/refusal.ts";
import type { Place } from "../../support/refusal.ts";
import { startServer } from "../../support/start-server.ts";

const server = await startServer({ after }, { env: { LOG_LEVEL: "trace" } });
const call = caller(server);
const merge = (body: unknown) => call("POST", "/api/settings", { body });
const get = async () => (await call("GET", "/api/settings")).body;

test("before anything is stored there are no settings", async () => {
  assertRefused(await call("GET", "/api/settings"), 404, "settings_not_found");
});

test("a refused change stores nothing", async () => {
  assertRefused(await merge({ language: 1 }), 400, "validation_failed", ["body.language"]);
  assertRefused(await call("GET", "/api/settings"), 404, "settings_not_found");
});

test("an empty change stores the defaults, every field of them", async () => {
  const answer = await merge({});
  assert.deepEqual([answer.status, answer.body], [200, { success: true, message: "The settings have been stored." }]);
  const settings = await get();
  const hidden = [
    "llm_api_key_set",
    "search_api_key_set",
    "sandbox_api_key_set",
    "provider_tokens_set",
    "secrets_store",
  ];
  assert.deepEqual(
    Object.keys(settings).toSorted(),
    [...Object.keys(plainSettings), ...Object.keys(secretSettings), ...hidden].toSorted(),
  );
  assert.deepEqual(
    [settings.language, settings.enable_default_condenser, settings.enable_sound_notifications],
    [null, true, false],
  );
});

test("what is left out keeps its value, null resets, an empty text is a value", async () => {
  await merge({ language: "de", max_iterations: 7, enable_sound_notifications: true, enable_default_condenser: false });
  await merge({ max_iterations: 8 });
  assert.deepEqual(pick(await get()), {
    language: "de",
    max_iterations: 8,
    enable_sound_notifications: true,
    enable_default_condenser: false,
  });
  await merge({ language: "", max_iterations: null, enable_sound_notifications: null, enable_default_condenser: null });
  assert.deepEqual(pick(await get()), {
    language: "",
    max_iterations: null,
    enable_sound_notifications: false,
    enable_default_condenser: true,
  });
});

function pick({
  language,
  max_iterations,
  enable_sound_notifications,
  enable_default_condenser,
}: Record<string, unknown>) {
  return { language, max_iterations, enable_sound_notifications, enable_default_condenser };
}

/** Every setting with some values that it can have: `mcp_config`, which is shown in another form, has tests of its own. */
const values = Object.entries(plainSettings).flatMap(([name, { value, initial }]) => {
  const possible = ["", "text", 7, 25, true, false].filter((candidate) => value.safeParse(candidate).success);
  return possible.length === 0 ? [] : [{ name, initial, possible }];
});
const change = fc.record(
  Object.fromEntries([
    ...values.map(({ name, possible }) => [name, fc.constantFrom<unknown>(null, ...possible)]),
    ...Object.keys(secretSettings).map((name) => [name, fc.constantFrom<unknown>(null, "", "some key")]),
  ]) as Record<string, fc.Arbitrary<unknown>>,
  { requiredKeys: [] },
);

test("whatever is changed after one another, the settings are what the changes add up to", async () => {
  assert.equal(values.length, Object.keys(plainSettings).length - 1);
  const settings = await get();
  const shown: Record<string, unknown> = Object.fromEntries(values.map(({ name }) => [name, settings[name]]));
  for (const name of Object.keys(secretSettings)) shown[`${name}_set`] = settings[`${name}_set`];
  await fc.assert(
    fc.asyncProperty(change, async (changed) => {
      assert.equal((await merge(changed)).status, 200);
      for (const { name, initial } of values) if (name in changed) shown[name] = changed[name] ?? initial;
      for (const name of Object.keys(secretSettings))
        if (name in changed) shown[`${name}_set`] = changed[name] === "some key";
      const after = await get();
      assert.deepEqual(Object.fromEntries(Object.keys(shown).map((name) => [name, after[name]])), shown);
    }),
    { numRuns: 40, endOnFailure: true }, // the settings are one and the same throughout: there is no smaller way there
  );
});

test("unknown fields, and those that only answers have, are ignored", async () => {
  const before = await get();
  const answer = await merge({
    nonsense: 1,
    llm_api_key_set: true,
    provider_tokens_set: { github: null },
    __proto__: { a: 1 },
    constructor: 1,
  });
  assert.equal(answer.status, 200);
  assert.deepEqual(await get(), before);
});

for (const name of Object.keys(secretSettings)) {
  test(`${name} is kept and never shown; "" and null clear it`, async () => {
    const secret = randomBytes(24).toString("base64url");
    const isSet = async () => (await get())[`${name}_set`];
    for (const cleared of ["", null]) {
      await merge({ [name]: secret });
      const settings = await get();
      assert.deepEqual([settings[name], settings[`${name}_set`]], [null, true]);
      assert.ok(!JSON.stringify(settings).includes(secret));
      await merge({ language: "en" });
      assert.equal(await isSet(), true, "left out, it keeps its value");
      const me = await call("GET", "/api/v1/users/me");
      assert.equal(me.body[name], "**********");
      assert.ok(!JSON.stringify(me.body).includes(secret));
      await merge({ [name]: cleared });
      assert.equal(await isSet(), false);
      assert.equal((await call("GET", "/api/v1/users/me")).body[name], null);
    }
  });
}

test("secrets are encrypted at rest and nowhere in the log", async () => {
  const secrets = Object.fromEntries(
    Object.keys(secretSettings).map((name) => [name, randomBytes(24).toString("base64url")]),
  );
  await merge({ ...secrets, git_user_name: "found-at-rest" });
  assertRefused(await merge({ ...secrets, language: 1 }), 400, "validation_failed");
  const stored = await filesOf(server.dataDir);
  assert.ok(stored.includes("found-at-rest"), "the test looks where settings are");
  for (const secret of Object.values(secrets)) {
    assert.ok(!stored.includes(secret));
    assert.ok(!stored.includes(Buffer.from(secret).toString("base64").slice(0, 24)));
    assert.ok(!server.output().includes(secret));
  }
});

/** The bytes of the database with its journal, as latin1. */
async function filesOf(folder: string): Promise<string> {
  const names = (await readdir(folder)).filter((name) => name.startsWith("openhands.sqlite"));
  const contents = await Promise.all(names.map((name) => readFile(join(folder, name), "latin1")));
  return contents.join("");
}

test("MCP servers are normalised, and replaced as a whole", async () => {
  const sse = { url: "https://mcp.example/sse" };
  const stdio = { name: "files", command: "mcp-files", env: { A_1: "b" } };
  await merge({ mcp_config: { sse_servers: [sse], stdio_servers: [stdio] } });
  assert.deepEqual((await get()).mcp_config, {
    sse_servers: [{ ...sse, api_key: null }],
    stdio_servers: [{ args: [], ...stdio }],
    shttp_servers: [],
  });
  await merge({ mcp_config: {} });
  assert.deepEqual((await get()).mcp_config, { sse_servers: [], stdio_servers: [], shttp_servers: [] });
  await merge({ mcp_config: null });
  assert.equal((await get()).mcp_config, null);
});

/** Reference §2, MCPConfig: what may be sent in short, and what is shown of it. */
const shortForms: readonly { what: string; sent: object; shown: object }[] = [
  {
    what: "a URL in place of a server",
    sent: {
      sse_servers: ["https://a.example/sse"],
      shttp_servers: ["ws://b.example", { url: "https://c.example", timeout: null }],
    },
    shown: {
      sse_servers: [{ url: "https://a.example/sse", api_key: null }],
      stdio_servers: [],
      shttp_servers: [
        { url: "ws://b.example", api_key: null, timeout: 60 },
        { url: "https://c.example", api_key: null, timeout: null },
      ],
    },
  },
  {
    what: "white space around what is sent",
    sent: {
      sse_servers: [" https://a.example/sse\n", { url: " wss://b.example " }],
      stdio_servers: [{ name: " files ", command: "\tmcp-files " }],
    },
    shown: {
      sse_servers: [
        { url: "https://a.example/sse", api_key: null },
        { url: "wss://b.example", api_key: null },
      ],
      stdio_servers: [{ name: "files", command: "mcp-files", args: [], env: {} }],
      shttp_servers: [],
    },
  },
  {
    what: "arguments and an environment as texts",
    sent: {
      stdio_servers: [
        { name: "a", command: "c", args: `--root "/my data" -v`, env: "A=1, B_2=x=y ,,C=" },
        { name: "b", command: "c", args: "", env: "" },
        { name: "d", command: "c", args: ["as it is"], env: { A: "1,2" } },
      ],
    },
    shown: {
      sse_servers: [],
      stdio_servers: [
        { name: "a", command: "c", args: ["--root", "/my data", "-v"], env: { A: "1", B_2: "x=y", C: "" } },
        { name: "b", command: "c", args: [], env: {} },
        { name: "d", command: "c", args: ["as it is"], env: { A: "1,2" } },
      ],
      shttp_servers: [],
    },
  },
];

for (const { what, sent, shown } of shortForms)
  test(`MCP servers may be sent in short: ${what}`, async () => {
    assert.equal((await merge({ mcp_config: sent })).status, 200);
    assert.deepEqual((await get()).mcp_config, shown);
    await merge({ mcp_config: shown });
    assert.deepEqual((await get()).mcp_config, shown, "what is shown can be sent back");
    assert.deepEqual((await call("GET", "/api/v1/users/me")).body.mcp_config, shown);
  });

const badChanges: readonly { body: unknown; places: Place[] }[] = [
  { body: { language: ["de"] }, places: ["body.language"] },
  { body: { max_iterations: 0 }, places: ["body.max_iterations"] },
  { body: { max_iterations: 1.5 }, places: ["body.max_iterations"] },
  { body: { max_iterations: "7" }, places: ["body.max_iterations"] },
  { body: { condenser_max_size: 19 }, places: ["body.condenser_max_size"] },
  { body: { max_budget_per_task: -1 }, places: ["body.max_budget_per_task"] },
  { body: { confirmation_mode: "true" }, places: ["body.confirmation_mode"] },
  { body: { llm_api_key: 1 }, places: ["body.llm_api_key"] },
  { body: { llm_api_key: { a: 1 } }, places: ["body.llm_api_key"] },
  { body: { mcp_config: { nonsense: [] } }, places: ["body.mcp_config.nonsense"] },
  { body: { mcp_config: { sse_servers: [{ url: "ftp://a" }] } }, places: ["body.mcp_config.sse_servers.0.url"] },
  { body: { mcp_config: { sse_servers: ["ftp://a.example"] } }, places: ["body.mcp_config.sse_servers.0"] },
  { body: { mcp_config: { sse_servers: ["https://"] } }, places: ["body.mcp_config.sse_servers.0"] },
  { body: { mcp_config: { sse_servers: [" "] } }, places: ["body.mcp_config.sse_servers.0"] },
  { body: { mcp_config: { sse_servers: [1] } }, places: ["body.mcp_config.sse_servers.0"] },
  { body: { mcp_config: { sse_servers: [{ api_key: "k" }] } }, places: ["body.mcp_config.sse_servers.0.url"] },
  {
    body: { mcp_config: { shttp_servers: [{ url: "x", timeout: 3601 }] } },
    places: ["body.mcp_config.shttp_servers.0.url", "body.mcp_config.shttp_servers.0.timeout"],
  },
  {
    body: { mcp_config: { stdio_servers: [{ name: "a", command: "c", args: "'unfinished" }] } },
    places: ["body.mcp_config.stdio_servers.0.args"],
  },
  {
    body: { mcp_config: { stdio_servers: [{ name: "a", command: "c", args: [1] }] } },
    places: ["body.mcp_config.stdio_servers.0.args.0"],
  },
  {
    body: { mcp_config: { stdio_servers: [{ name: "a", command: "c", env: "A" }] } },
    places: ["body.mcp_config.stdio_servers.0.env"],
  },
  {
    body: { mcp_config: { stdio_servers: [{ name: "a", command: "c", env: "1A=x" }] } },
    places: ["body.mcp_config.stdio_servers.0.env"],
  },
  {
    body: { mcp_config: { stdio_servers: [{ name: " ", command: "c" }] } },
    places: ["body.mcp_config.stdio_servers.0.name"],
  },
  {
    body: { mcp_config: { stdio_servers: [{ name: "a b", command: "c" }] } },
    places: ["body.mcp_config.stdio_servers.0.name"],
  },
  {
    body: { mcp_config: { stdio_servers: [{ name: "a", command: "b c" }] } },
    places: ["body.mcp_config.stdio_servers.0.command"],
  },
  {
    body: { mcp_config: { shttp_servers: [{ url: "https://a", timeout: 0 }] } },
    places: ["body.mcp_config.shttp_servers.0.timeout"],
  },
];

for (const { body, places } of badChanges) {
  test(`a change is refused as a whole: ${JSON.stringify(body)}`, async () => {
    const before = await get();
    const refused = await merge({ git_user_email: "not-stored@example.com", ...(body as object) });
    assertRefused(refused, 400, "validation_failed", places);
    assert.deepEqual(await get(), before);
  });
}

test("changes at the same time lose none of each other", async () => {
  const changes = [
    { language: "fr" },
    { max_iterations: 99 },
    { git_user_name: "Ada" },
    { llm_api_key: randomBytes(12).toString("hex") },
  ];
  await Promise.all(changes.map(merge));
  const { language, max_iterations, git_user_name, llm_api_key_set } = await get();
  assert.deepEqual(
    { language, max_iterations, git_user_name, llm_api_key_set },
    { language: "fr", max_iterations: 99, git_user_name: "Ada", llm_api_key_set: true },
  );
});

test("the user of V1 is the caller with the caller's settings, defaults where there are none", async () => {
  const key = await addUser(server, "second");
  const { body: fresh } = await call("GET", "/api/v1/users/me", { key });
  const { body: me } = await call("GET", "/api/v1/users/me");
  assert.match(me.id, /^[0-9a-f]{32}$/);
  assert.notEqual(fresh.id, me.id);
  assert.deepEqual([fresh.language, fresh.enable_default_condenser, fresh.llm_api_key], [null, true, null]);
  assert.deepEqual([me.language, me.git_user_name], ["fr", "Ada"]);
});
