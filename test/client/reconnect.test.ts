import assert from "node:assert/strict";
import { test } from "node:test";
import type { TestContext } from "node:test";
import { SocketClosedError, connect } from "../../client/index.ts";
import type { ConnectOptions, EventSocket } from "../../client/index.ts";
import { until } from "../support/api.ts";
import { startConversation } from "./fake-conversation.ts";
import type { FakeConversation } from "./fake-conversation.ts";
import { startSocket } from "./fake-servers.ts";

const conversationId = "5f0c2b7e9d1a4c3e8b6f7a2d1c0e9f84";

/** A socket to a fake conversation that does not wait long before it connects again, and what it has got so far. */
function follow(t: TestContext, { url }: { url: string }, options: Partial<ConnectOptions> = {}) {
  const socket = connect({ baseUrl: url, conversationId, retryDelayMs: () => 5, ...options });
  const ids: number[] = [];
  const states: string[] = [];
  socket.onEvent(({ id }) => ids.push(id));
  socket.onStateChange((state) => states.push(state));
  t.after(() => socket.close());
  return { socket, ids, states };
}

const say = (socket: EventSocket, content: string) => socket.send({ action: "message", args: { content } });

const contentsOf = ({ received }: FakeConversation) => received.map(({ content }) => content);

function counted(count: number): number[] {
  return Array.from({ length: count }, (_, id) => id);
}

for (const code of [undefined, 1001, 1011, 1013, 4429]) {
  test(`a connection that ends with ${code ?? "nothing"}: is made again and goes on after the last event`, async (t) => {
    const server = await startConversation(t, { events: 3 });
    const { ids, states } = follow(t, server);
    await until(() => ids.length === 3);
    server.drop(code);
    server.append(2);
    await until(() => ids.length === 5);
    server.append(1);
    await until(() => ids.length === 6);
    assert.deepEqual(ids, counted(6));
    assert.deepEqual(server.queries, ["", "?latest_event_id=2"]);
    assert.deepEqual(states, ["open", "reconnecting", "open"]);
  });
}

for (const code of [4400, 4401, 4403, 4404]) {
  test(`a connection that ends with ${code}: is not made again`, async (t) => {
    const server = await startConversation(t, { answers: () => false });
    const { socket, states } = follow(t, server, {
      retryDelayMs: () => assert.fail("it waits for another try"),
    });
    const unanswered = assert.rejects(say(socket, "a"), { name: "SocketClosedError", code });
    await until(() => server.received.length === 1);
    server.drop(code);
    const error = await socket.closed;
    assert(error instanceof SocketClosedError);
    assert.deepEqual([error.code, error.reconnect, socket.state], [code, false, "closed"]);
    await unanswered;
    await assert.rejects(say(socket, "b"), error);
    assert.deepEqual(states, ["open", "closed"]);
    assert.equal(server.queries.length, 1);
  });
}

test("an event that comes again: is left out", async (t) => {
  const frame = (id: number) => ({ type: "action", action: { id, action: "think" } });
  const server = await startSocket(t, ({ send }) => [0, 1, 1, 0, 2, 1, 3].map(frame).forEach(send));
  const { ids } = follow(t, server);
  await until(() => ids.includes(3));
  assert.deepEqual(ids, [0, 1, 2, 3]);
});

test("a loop: does not notice that the connection was lost", async (t) => {
  const server = await startConversation(t, { events: 2 });
  const socket = connect({ baseUrl: server.url, conversationId, retryDelayMs: () => 5 });
  const ids: number[] = [];
  for await (const { id } of socket.events) {
    ids.push(id);
    if (id === 1 || id === 3) {
      server.drop();
      server.append(2);
    }
    if (id === 5) break;
  }
  assert.deepEqual(ids, counted(6));
  socket.close();
});

test("messages without an answer: are sent again in their order, under their names; the others are not", async (t) => {
  let silent = false;
  const server = await startConversation(t, { answers: () => !silent });
  const { socket } = follow(t, server);
  await say(socket, "answered");
  silent = true;
  const sent = ["a", "b", "c"].map((content) => say(socket, content));
  await until(() => server.received.length === 4);
  silent = false;
  server.drop();
  assert.deepEqual(await Promise.all(sent), [{ event_id: 1 }, { event_id: 2 }, { event_id: 3 }]);
  assert.deepEqual(contentsOf(server), ["answered", "a", "b", "c", "a", "b", "c"]);
  const names = server.received.map(({ request_id }) => request_id);
  assert.deepEqual(names.slice(1, 4), names.slice(4));
  assert.equal(new Set(names).size, 4);
});

test("messages that are sent while there is no connection: wait for the next one", async (t) => {
  const server = await startConversation(t);
  const { socket, states } = follow(t, server, { retryDelayMs: () => 100 });
  await until(() => socket.state === "open");
  server.drop();
  await until(() => states.at(-1) === "reconnecting");
  assert.deepEqual(await Promise.all(["a", "b"].map((content) => say(socket, content))), [
    { event_id: 0 },
    { event_id: 1 },
  ]);
  assert.deepEqual(contentsOf(server), ["a", "b"]);
});

test("a message that was aborted: is not sent again", async (t) => {
  let silent = true;
  const server = await startConversation(t, { answers: () => !silent });
  const { socket } = follow(t, server);
  const controller = new AbortController();
  const first = say(socket, "a");
  const aborted = assert.rejects(
    socket.send({ action: "message", args: { content: "b" } }, { signal: controller.signal }),
    { name: "AbortError" },
  );
  await until(() => server.received.length === 2);
  controller.abort();
  await aborted;
  silent = false;
  server.drop();
  await first;
  assert.deepEqual(contentsOf(server), ["a", "b", "a"]);
});

test("a message that was too big: is refused, and those beside it are sent again", async (t) => {
  let silent = true;
  const server = await startConversation(t, { answers: () => !silent });
  const { socket } = follow(t, server);
  const [before, big, after] = [say(socket, "a"), say(socket, "b".repeat(1000)), say(socket, "c")];
  await until(() => server.received.length === 3);
  silent = false;
  server.drop(1009);
  await assert.rejects(big, { name: "SocketClosedError", code: 1009 });
  await Promise.all([before, after]);
  assert.deepEqual(contentsOf(server).slice(3), ["a", "c"]);
});

test("waiting: counts the tries in a row, and begins anew once the server has said something", async (t) => {
  const tries: number[] = [];
  let refusing = false;
  const server = await startSocket(t, ({ socket, send }) => {
    if (refusing) return socket.terminate();
    send({ type: "status", status: "replay_complete", latest_event_id: -1 });
    refusing = true;
    setImmediate(() => socket.terminate());
  });
  const retryDelayMs = (count: number) => {
    if (count === 3) refusing = false;
    tries.push(count);
    return 1;
  };
  follow(t, server, { retryDelayMs });
  await until(() => tries.length >= 6);
  assert.deepEqual(tries.slice(0, 6), [1, 2, 3, 1, 2, 3]);
});

test("waiting: ends with the error of the last try after maxRetries in a row", async (t) => {
  const server = await startSocket(t, ({ socket }) => socket.close(1013, "full"));
  const { socket, states } = follow(t, server, { maxRetries: 2 });
  const error = await socket.closed;
  assert(error instanceof SocketClosedError);
  assert.deepEqual([error.code, error.reason], [1013, "full"]);
  assert.equal(server.urls.length, 3);
  assert.deepEqual(states, ["reconnecting", "closed"]);
});

test("waiting: is ended by close()", async (t) => {
  const server = await startSocket(t, ({ socket }) => socket.close(1001));
  const { socket } = follow(t, server, { retryDelayMs: () => 20 });
  await until(() => socket.state === "reconnecting");
  socket.close();
  const before = server.urls.length;
  await new Promise((resolve) => setTimeout(resolve, 60));
  assert.equal(server.urls.length, before);
  assert.equal(await socket.closed, undefined);
});

test("a server that is silent: when it is connected to, is tried again", async (t) => {
  let silent = true;
  const server = await startSocket(t, ({ send }) => {
    if (!silent) send({ type: "action", action: { id: 0, action: "think" } });
    silent = false;
  });
  const { ids } = follow(t, server, { timeoutMs: 50 });
  await until(() => ids.length === 1);
  assert.equal(server.urls.length, 2);
});

test("a server that is silent: when an answer is due, is connected to again", async (t) => {
  const server = await startConversation(t, { answers: () => server.queries.length > 1 });
  const { socket } = follow(t, server, { timeoutMs: 50 });
  assert.deepEqual(await say(socket, "a"), { event_id: 0 });
  assert.deepEqual(contentsOf(server), ["a", "a"]);
});

test("a server that is silent: may be, as long as nothing is due", async (t) => {
  const server = await startConversation(t, { events: 1 });
  const { ids } = follow(t, server, { timeoutMs: 300 });
  await until(() => ids.length === 1);
  await new Promise((resolve) => setTimeout(resolve, 700));
  assert.equal(server.queries.length, 1);
});

test("a connection that was lost without a word: is made anew after maxSilenceMs, and goes on", async (t) => {
  const server = await startConversation(t, { events: 2 });
  const { socket, ids, states } = follow(t, server, { maxSilenceMs: 50 });
  await until(() => server.queries.length >= 2);
  server.append(1);
  await until(() => ids.length === 3);
  socket.close();
  assert.deepEqual(ids, counted(3));
  assert.equal(server.queries[1], "?latest_event_id=1");
  assert.deepEqual(states, ["open", "closed"], "nobody needs to know");
});

test("a page whose network is back: connects anew at once, as long as it listens", async (t) => {
  const page = new EventTarget();
  const listening = {
    addEventListener: page.addEventListener.bind(page),
    removeEventListener: page.removeEventListener.bind(page),
  };
  Object.assign(globalThis, listening);
  t.after(() => {
    for (const name of Object.keys(listening)) Reflect.deleteProperty(globalThis, name);
  });
  const server = await startConversation(t, { events: 1 });
  const socket = connect({ baseUrl: server.url, conversationId });
  await until(() => socket.state === "open");
  page.dispatchEvent(new Event("online"));
  await until(() => server.queries.length === 2);
  assert.equal(server.queries[1], "?latest_event_id=0");
  socket.close();
  page.dispatchEvent(new Event("online"));
  await until(() => server.open.size === 0);
  assert.equal(server.queries.length, 2);
});

test("callbacks: get what has come before them first, and go on until they are ended", async (t) => {
  const server = await startConversation(t, { events: 3 });
  const socket = connect({ baseUrl: server.url, conversationId });
  t.after(() => socket.close());
  await until(() => socket.state === "open");
  await new Promise((resolve) => setTimeout(resolve, 50));
  const [one, other]: [number[], number[]] = [[], []];
  const end = socket.onEvent(({ id }) => one.push(id));
  socket.onEvent(({ id }) => other.push(id));
  await until(() => one.length === 3);
  end();
  server.append(1);
  await until(() => other.length === 4);
  assert.deepEqual([one, other, socket.latestEventId], [counted(3), counted(4), 3]);
});

test("callbacks: get every frame where they ask for it", async (t) => {
  const server = await startConversation(t, { events: 1 });
  const socket = connect({ baseUrl: server.url, conversationId });
  t.after(() => socket.close());
  const types: string[] = [];
  socket.onMessage(({ type }) => types.push(type));
  await until(() => types.length === 2);
  assert.deepEqual(types, ["action", "status"]);
});

test("callbacks: that throw are uncaught errors, and keep nothing from the others", async (t) => {
  const server = await startConversation(t, { events: 2 });
  const thrown: unknown[] = [];
  const listeners = process.listeners("uncaughtException");
  process.removeAllListeners("uncaughtException");
  process.on("uncaughtException", (error) => thrown.push(error));
  t.after(() => {
    process.removeAllListeners("uncaughtException");
    listeners.forEach((listener) => process.on("uncaughtException", listener));
  });
  const socket = connect({ baseUrl: server.url, conversationId });
  t.after(() => socket.close());
  const reason = new Error("no");
  const ids: number[] = [];
  socket.onEvent(() => {
    throw reason;
  });
  socket.onEvent(({ id }) => ids.push(id));
  await until(() => ids.length === 2);
  assert.deepEqual(thrown, [reason, reason]);
});
