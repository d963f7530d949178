import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { readFile, readdir } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { pino } from "pino";
import type { McpConfig } from "../../../contract/index.ts";
import { createModels } from "../../../server/agent/models.ts";
import { systemClock } from "../../../server/clock.ts";
import { createConversationService } from "../../../server/conversations/conversation-service.ts";
import type { NewConversation } from "../../../server/conversations/conversation-service.ts";
import { createLocalEventBus } from "../../../server/conversations/event-bus.ts";
import { createEventLog } from "../../../server/conversations/event-log.ts";
import { createSetups } from "../../../server/conversations/setups.ts";
import type { Runtime, Workspace } from "../../../server/runtime/runtime.ts";
import { WorkspaceError } from "../../../server/runtime/runtime.ts";
import { createCipher } from "../../../server/secrets/cipher.ts";
import { createSettingsService } from "../../../server/settings/settings-service.ts";
import { openSqliteStore } from "../../../server/store/sqlite/open.ts";
import { until } from "../../support/api.ts";
import { plantConversation, noMasks } from "../../support/event-log.ts";
import { temporaryFolder } from "../../support/start-server.ts";
import type { Cleanup } from "../../support/start-server.ts";

async function temporarySetups(t: Cleanup) {
  const folder = await temporaryFolder(t);
  const store = await openSqliteStore(folder, { now: () => new Date().toISOString() });
  t.after(() => store.close());
  await store.users.insert({ id: "user", name: "user", createdAt: "" });
  const cipher = createCipher(randomBytes(32));
  const settings = createSettingsService({
    store: store.settings,
    cipher,
    defaultModel: "test/echo",
    changed: () => {},
  });
  return { folder, store, settings, setups: createSetups({ store: store.conversations, settings, cipher }) };
}

const config = (url: string): McpConfig => ({
  sse_servers: [{ url, api_key: null }],
  stdio_servers: [],
  shttp_servers: [],
});

test("a conversation's own MCP servers come before those of its user's settings", async (t) => {
  const { store, settings, setups } = await temporarySetups(t);
  const without = await plantConversation(store, "without");
  const mcpConfig = config("https://own.example/sse");
  const setup = setups.seal("with", { instructions: null, mcpConfig, repository: null });
  assert.ok(setup);
  const own = { ...without, id: "with" };
  await store.conversations.insert({ ...own, setup }, []);

  assert.deepEqual(await setups.mcpConfigOf(own), mcpConfig);
  assert.equal(await setups.mcpConfigOf(without), null);
  await settings.merge("user", { mcp_config: config("https://settings.example/sse") });
  assert.deepEqual(await setups.mcpConfigOf(without), config("https://settings.example/sse"));
  assert.deepEqual(await setups.mcpConfigOf(own), mcpConfig);

  const moved = { ...without, id: "moved" };
  await store.conversations.insert({ ...moved, setup }, []);
  await assert.rejects(setups.mcpConfigOf(moved), "what is sealed for one conversation is of no use in another");
});

test("a conversation that has nothing to keep has no setup", async (t) => {
  const { setups } = await temporarySetups(t);
  assert.equal(
    setups.seal("a", { instructions: null, mcpConfig: null, repository: "https://git.example/a.git" }),
    undefined,
  );
});

test("a token in a repository's URL is for git alone: the conversation is found without it", async (t) => {
  const { folder, store, setups } = await temporarySetups(t);
  const token = randomBytes(16).toString("hex");
  const url = `https://user:${token}@git.example/team/project.git`;
  const cloned: string[] = [];
  const workspace = {
    clone: async (repository: string) => {
      cloned.push(repository);
      throw new WorkspaceError("repository_unavailable", "The repository is gone.");
    },
  } as Partial<Workspace> as Workspace; // all that beginning needs
  const runtime = {
    checkRepository: async () => ({ branch: "main" }),
    open: async () => workspace,
  } as Partial<Runtime> as Runtime;
  const bus = createLocalEventBus();
  const log = createEventLog(store, bus, noMasks);
  const service = createConversationService({
    ...{ store: store.conversations, leases: store.leases, node: "this", log, bus, runtime, setups, maxRunning: 20 },
    ...{ sandboxes: store.sandboxes, startTasks: store.startTasks },
    ...{
      models: createModels(),
      modelOf: async () => "test/echo",
      secretsOf: async () => [],
      confirmationModeOf: async () => false,
    },
    ...{ clock: systemClock, logger: pino({ level: "silent" }) },
  });
  const principal = {
    userId: "user",
    via: "key",
    scope: "write",
    proof: null,
    expiresAt: null,
    keysExpireBy: null,
  } as const;
  const request: NewConversation = {
    ...{ id: null, version: "V0", repository: url, branch: null, gitProvider: null, trigger: "gui" },
    ...{ instructions: null, mcpConfig: null, message: null, replay: [] },
  };

  const { id, repository } = await service.create(principal, request, () => undefined);
  assert.equal(repository, "https://git.example/team/project.git");
  await until(async () => (await service.get(principal, id)).status === "ERROR");
  await service.start(principal, id);
  await until(() => cloned.length === 2);
  assert.deepEqual(cloned, [url, url], "at the creation, and at a later start");
  const found = await service.list({ userId: "user", repository: "https://git.example/team/project.git", limit: 10 });
  assert.deepEqual(
    found.map((record) => record.id),
    [id],
  );
  await until(async () => (await service.get(principal, id)).status === "ERROR");
  for (const name of await readdir(folder))
    assert.ok(!(await readFile(join(folder, name))).includes(token), `${name} holds the token`);
  await service.close();
});
