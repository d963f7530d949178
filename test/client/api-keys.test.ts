import assert from "node:assert/strict";
import { after, test } from "node:test";
import type * as apiKeysModule from "../../client/api-keys.ts";
import { createV1Client, isApiError } from "../../client/index.ts";
import { startServer } from "../support/start-server.ts";
import { errorOf } from "./errors.ts";

const server = await startServer({ after });

/** The module as a program finds it that has done nothing with it yet. */
async function freshModule(): Promise<typeof apiKeysModule> {
  // A query makes it another module to Node; TypeScript cannot know which.
  return (await import(`../../client/api-keys.ts?${crypto.randomUUID()}`)) as typeof apiKeysModule;
}

test("ApiKeysClient: creates, lists and deletes keys", async () => {
  const { default: ApiKeysClient } = await freshModule();
  ApiKeysClient.configure({ baseUrl: server.url, apiKey: server.key });
  const apiKey = await ApiKeysClient.createApiKey("我的应用密钥");
  const owner = createV1Client({ baseUrl: server.url, apiKey: apiKey.key });
  await owner.users.me();
  const listed = (await ApiKeysClient.getApiKeys()).find(({ id }) => id === apiKey.id);
  assert.deepEqual([listed?.name, listed?.prefix], ["我的应用密钥", apiKey.prefix]);
  await ApiKeysClient.deleteApiKey(apiKey.id);
  assert(isApiError(await errorOf(owner.users.me()), "invalid_credentials"));
  assert(isApiError(await errorOf(ApiKeysClient.deleteApiKey(apiKey.id)), "api_key_not_found"));
});

test("ApiKeysClient: takes the server and the key from the environment", async (t) => {
  t.after(() => {
    delete process.env["OPENHANDS_URL"];
    delete process.env["OPENHANDS_API_KEY"];
  });
  process.env["OPENHANDS_URL"] = server.url;
  process.env["OPENHANDS_API_KEY"] = server.key;
  const { ApiKeysClient } = await freshModule();
  assert.equal((await ApiKeysClient.createApiKey("a")).name, "a");
});

test("ApiKeysClient: says what to do where neither a page nor the environment names a server", async () => {
  const { ApiKeysClient } = await freshModule();
  await assert.rejects(ApiKeysClient.getApiKeys(), { name: "TypeError", message: /OPENHANDS_URL.*configure/ });
});
