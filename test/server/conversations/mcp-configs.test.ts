import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { test } from "node:test";
import type { McpConfig } from "../../../contract/index.ts";
import { createMcpConfigs } from "../../../server/conversations/mcp-configs.ts";
import { createCipher } from "../../../server/secrets/cipher.ts";
import { createSettingsService } from "../../../server/settings/settings-service.ts";
import { plantConversation, temporaryLog } from "../../support/event-log.ts";

const config = (url: string): McpConfig => ({
  sse_servers: [{ url, api_key: null }],
  stdio_servers: [],
  shttp_servers: [],
});

test("a conversation's own MCP servers come before those of its user's settings", async (t) => {
  const { store } = await temporaryLog(t);
  const cipher = createCipher(randomBytes(32));
  const settings = createSettingsService({
    store: store.settings,
    cipher,
    defaultModel: "test/echo",
    changed: () => {},
  });
  const configs = createMcpConfigs({ store: store.conversations, settings, cipher });
  const without = await plantConversation(store, "without");
  const setup = { instructions: null, mcpConfig: configs.seal("with", config("https://own.example/sse")) };
  const own = { ...without, id: "with" };
  await store.conversations.insert({ ...own, setup }, []);

  assert.deepEqual(await configs.of(own), config("https://own.example/sse"));
  assert.equal(await configs.of(without), null);
  await settings.merge("user", { mcp_config: config("https://settings.example/sse") });
  assert.deepEqual(await configs.of(without), config("https://settings.example/sse"));
  assert.deepEqual(await configs.of(own), config("https://own.example/sse"));

  const moved = { ...without, id: "moved" };
  await store.conversations.insert({ ...moved, setup }, []);
  await assert.rejects(configs.of(moved), "what is sealed for one conversation is of no use in another");
});
