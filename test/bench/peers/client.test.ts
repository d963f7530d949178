import assert from "node:assert/strict";
import { test } from "node:test";
import { connect, createClient } from "../../../bench/peers/client.ts";
import { startConversation } from "../../client/fake-conversation.ts";
import { until } from "../../support/api.ts";
import { startServer } from "../../support/start-server.ts";

// What is no bundle of something that works is no comparison.

test("the peer's client creates and reads a conversation", async (t) => {
  const { url: baseUrl, key: apiKey } = await startServer(t);
  const client = createClient({ baseUrl, apiKey });
  const created = await client.create("hello");
  const id = created.data?.conversation_id ?? assert.fail(JSON.stringify(created.error));
  assert.equal((await client.get(id)).data?.conversation_id, id);
});

test("the peer's socket hears a conversation, and connects again", async (t) => {
  const server = await startConversation(t, { events: 1 });
  const socket = connect({ baseUrl: server.url, apiKey: "" }, "5f0c2b7e9d1a4c3e8b6f7a2d1c0e9f84");
  t.after(() => socket.close());
  let heard = 0;
  socket.addEventListener("message", ({ data }) => (heard += String(data).includes('"id":0') ? 1 : 0));
  await until(() => heard === 1);
  server.drop();
  await until(() => heard === 2);
});
