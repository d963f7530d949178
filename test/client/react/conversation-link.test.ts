import assert from "node:assert/strict";
import { test } from "node:test";
import type { TestContext } from "node:test";
import { SocketClosedError } from "../../../client/index.ts";
import { createConversationLink } from "../../../client/react/conversation-link.ts";
import { until } from "../../support/api.ts";
import { startConversation } from "../fake-conversation.ts";

const conversationId = "5f0c2b7e9d1a4c3e8b6f7a2d1c0e9f84";
const hello = { action: "message", args: { content: "Hello" } } as const;

/** A link to a server, started. */
function follow(t: TestContext, { url }: { url: string }) {
  const link = createConversationLink({ baseUrl: url, conversationId, retryDelayMs: () => 50 });
  const stop = link.start();
  t.after(stop);
  const state = () => link.store.snapshot();
  const ids = () => state().events.map(({ id }) => id);
  return { link, stop, state, ids };
}

test("a link: shows the events and where the connection stands", async (t) => {
  const server = await startConversation(t, { events: 2 });
  const { state, ids } = follow(t, server);
  assert.deepEqual(state(), { events: [], state: "connecting", error: null });
  await until(() => ids().length === 2);
  assert.deepEqual([ids(), state().state, state().error], [[0, 1], "open", null]);
});

test("a link: says why the connection was lost until there is another", async (t) => {
  const server = await startConversation(t, { events: 1 });
  const { link, state, ids } = follow(t, server);
  await until(() => ids().length === 1);
  const shown: unknown[] = [];
  link.store.subscribe(() => shown.push(state().error));
  server.drop(1001);
  await until(() => shown.some((error) => error instanceof SocketClosedError && error.code === 1001));
  await until(() => state().state === "open" && state().error === null);
  server.drop(4404);
  await until(() => state().state === "closed");
  const { error } = state();
  assert(error instanceof SocketClosedError);
  assert.equal(error.code, 4404);
});

test("a link: sends, once it is started", async (t) => {
  const server = await startConversation(t);
  const { link, stop } = follow(t, server);
  assert.deepEqual(await link.send(hello), { event_id: 0 });
  stop();
  await assert.rejects(link.send(hello), { name: "SocketClosedError", code: 1000 });
});

test("a link: that was stopped goes on when it is started again", async (t) => {
  const server = await startConversation(t, { events: 2 });
  const { link, stop, ids } = follow(t, server);
  await until(() => ids().length === 2);
  stop();
  server.append(1);
  t.after(link.start());
  await until(() => ids().length === 3);
  assert.deepEqual(
    [ids(), server.queries],
    [
      [0, 1, 2],
      ["", "?latest_event_id=1"],
    ],
  );
});
