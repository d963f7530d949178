import assert from "node:assert/strict";
import { test } from "node:test";
import type { TestContext } from "node:test";
import { SocketClosedError } from "../../../client/index.ts";
import { createWebSocketLink } from "../../../client/react/web-socket-link.ts";
import type { WebSocketHookOptions } from "../../../client/react/web-socket-link.ts";
import { until } from "../../support/api.ts";
import { startConversation } from "../fake-conversation.ts";
import { startSocket } from "../fake-servers.ts";

const path = "/sockets/events/5f0c2b7e9d1a4c3e8b6f7a2d1c0e9f84";

/** A link to a server, started, that waits no longer than it must before another try. */
function follow(t: TestContext, url: string, options: WebSocketHookOptions = {}, address = path) {
  t.mock.method(Math, "random", () => 1);
  const link = createWebSocketLink<string>(`${url.replace("http", "ws")}${address}`, () => options);
  const stop = link.start();
  t.after(stop);
  const state = () => link.store.snapshot();
  const ids = () => state().messages.flatMap((text) => JSON.parse(text).action?.id ?? []);
  return { link, stop, state, ids };
}

test("a link: begins with nothing", (t) => {
  const { state } = follow(t, "http://127.0.0.1:1", { reconnect: { enabled: false } });
  assert.deepEqual(state(), {
    isConnected: false,
    lastMessage: null,
    messages: [],
    error: null,
    isReconnecting: false,
    attemptCount: 0,
  });
});

test("a link: gathers the messages as they come, and keeps the list while there are no more", async (t) => {
  const server = await startConversation(t, { events: 2 });
  const { link, state, ids } = follow(t, server.url);
  let changes = 0;
  link.store.subscribe(() => (changes += 1));
  await until(() => state().messages.length === 3);
  assert.deepEqual(ids(), [0, 1]);
  assert.equal(JSON.parse(state().lastMessage ?? "").status, "replay_complete");
  assert.equal(state().isConnected, true);
  assert(changes > 0);
  const before = state().messages;
  server.drop(1000);
  await until(() => !state().isConnected);
  assert.equal(state().messages, before);
});

test("a link: sends what was given to it before there was a connection, in its order", async (t) => {
  const server = await startConversation(t, { answers: () => false });
  const { link, state } = follow(t, server.url);
  const say = (content: string) => link.sendMessage(JSON.stringify({ data: { args: { content } }, request_id: "r" }));
  say("a");
  say("b");
  await until(() => state().isConnected);
  say("c");
  await until(() => server.received.length === 3);
  assert.deepEqual(
    server.received.map(({ content }) => content),
    ["a", "b", "c"],
  );
});

test("a link: that is lost is made again, and goes on after the last event of a conversation", async (t) => {
  const server = await startConversation(t, { events: 3 });
  const { state, ids } = follow(t, server.url, {}, `${path}?latest_event_id=0&types=run`);
  await until(() => ids().length === 2);
  server.drop();
  server.append(1);
  await until(() => state().isReconnecting && state().error !== null);
  assert(state().error instanceof SocketClosedError);
  await until(() => ids().length === 3 && state().isConnected);
  assert.deepEqual(ids(), [1, 2, 3]);
  assert.deepEqual(server.queries, ["?latest_event_id=0&types=run", "?latest_event_id=2&types=run"]);
  assert.deepEqual([state().isReconnecting, state().error, state().attemptCount], [false, null, 0]);
});

test("a link: that is lost asks for nothing in particular where there is no conversation", async (t) => {
  const server = await startConversation(t, { events: 1 });
  const { ids } = follow(t, server.url, {}, "/elsewhere?a=b");
  await until(() => ids().length === 1);
  server.drop();
  await until(() => server.queries.length === 2);
  assert.deepEqual(server.queries, ["?a=b", "?a=b"]);
});

for (const code of [4400, 4401, 4403, 4404]) {
  test(`a link: that is refused with ${code} is not made again, and says why`, async (t) => {
    const server = await startSocket(t, ({ socket }) => socket.close(code, "why"));
    const { link, state } = follow(t, server.url);
    await until(() => state().error !== null);
    const { error, isReconnecting, isConnected } = state();
    assert(error instanceof SocketClosedError);
    assert.deepEqual([error.code, isReconnecting, isConnected], [code, false, false]);
    assert.throws(() => link.sendMessage("a"), error);
    assert.equal(server.urls.length, 1);
  });
}

test("a link: that ends well is over", async (t) => {
  const server = await startConversation(t);
  const { state } = follow(t, server.url);
  await until(() => state().isConnected);
  server.drop(1000);
  await until(() => !state().isConnected);
  assert.deepEqual([state().error, state().isReconnecting], [null, false]);
});

test("a link: is not made again where that is not wanted", async (t) => {
  const server = await startConversation(t);
  const { state } = follow(t, server.url, { reconnect: { enabled: false } });
  await until(() => state().isConnected);
  server.drop();
  await until(() => state().error !== null);
  assert.deepEqual([state().isReconnecting, state().attemptCount, server.queries.length], [false, 0, 1]);
});

test("a link: is tried maxAttempts times, and counts them", async (t) => {
  const { state } = follow(t, "http://127.0.0.1:1", { reconnect: { maxAttempts: 2 } });
  await until(() => state().attemptCount === 2 && !state().isReconnecting);
  assert(state().error instanceof SocketClosedError);
});

test("a link: tells of each occasion, whoever wants to know at that moment", async (t) => {
  const server = await startConversation(t, { events: 1 });
  const told: string[] = [];
  const note =
    (what: string) =>
    ({ type }: { type: string }) =>
      void told.push(`${what} ${type}`);
  const options: WebSocketHookOptions = { onOpen: note("a"), onMessage: note("a") };
  const { state } = follow(t, server.url, options);
  await until(() => state().messages.length === 2);
  Object.assign(options, { onClose: note("b"), reconnect: { enabled: false } });
  server.drop(1001);
  await until(() => told.length === 4);
  assert.deepEqual(told, ["a open", "a message", "a message", "b close"]);
});

test("a link: tells of an error", async (t) => {
  const told: string[] = [];
  const onError = ({ type }: { type: string }) => void told.push(type);
  const { state } = follow(t, "http://127.0.0.1:1", { onError, reconnect: { enabled: false } });
  await until(() => state().error !== null);
  assert.deepEqual(told, ["error"]);
});

test("a link: ends for good by disconnect", async (t) => {
  const server = await startConversation(t);
  const { link, state } = follow(t, server.url);
  await until(() => state().isConnected);
  link.disconnect();
  await until(() => server.open.size === 0 && !state().isConnected);
  assert.deepEqual([state().error, state().isReconnecting, server.queries.length], [null, false, 1]);
  assert.throws(() => link.sendMessage("a"), { name: "SocketClosedError", code: 1000 });
});

test("a link: that was stopped goes on when it is started again", async (t) => {
  const server = await startConversation(t, { events: 2 });
  const { link, stop, ids, state } = follow(t, server.url);
  await until(() => ids().length === 2);
  stop();
  await until(() => !state().isConnected);
  server.append(1);
  t.after(link.start());
  await until(() => ids().length === 3);
  assert.deepEqual(ids(), [0, 1, 2]);
});
