import assert from "node:assert/strict";
import { test } from "node:test";
import type { TestContext } from "node:test";
import { connect, createSocketPool } from "../../client/index.ts";
import type { ConnectOptions, SocketPoolOptions } from "../../client/index.ts";
import { until } from "../support/api.ts";
import { startConversation } from "./fake-conversation.ts";
import type { FakeConversation } from "./fake-conversation.ts";

const conversationId = "5f0c2b7e9d1a4c3e8b6f7a2d1c0e9f84";

function follow(t: TestContext, { url }: { url: string }, options: Partial<ConnectOptions> = {}) {
  const socket = connect({ baseUrl: url, conversationId, retryDelayMs: () => 5, ...options });
  const ids: number[] = [];
  socket.onEvent(({ id }) => ids.push(id));
  t.after(() => socket.close());
  const say = (content: string) => socket.send({ action: "message", args: { content } });
  return { socket, ids, say };
}

function counted(count: number, from = 0): number[] {
  return Array.from({ length: count }, (_, index) => from + index);
}

test("subscribers of one conversation: share a connection", async (t) => {
  const server = await startConversation(t, { events: 2 });
  const all = [follow(t, server), follow(t, server), follow(t, server, { latestEventId: 0 })];
  server.append(1);
  await until(() => all.every(({ ids }) => ids.includes(2)));
  assert.deepEqual(
    all.map(({ ids }) => ids),
    [counted(3), counted(3), counted(2, 1)],
  );
  assert.deepEqual(server.queries, [""]);
});

test("subscribers of one conversation: get their own past, and nobody gets anything twice", async (t) => {
  const server = await startConversation(t, { events: 3 });
  const first = follow(t, server, { latestEventId: 1 });
  await until(() => first.ids.length === 1);
  const second = follow(t, server);
  await until(() => second.ids.length === 3);
  server.append(1);
  await until(() => first.ids.length === 2 && second.ids.length === 4);
  assert.deepEqual([first.ids, second.ids], [[2, 3], counted(4)]);
  assert.deepEqual(server.queries, ["?latest_event_id=1", ""]);
  assert.equal(server.open.size, 1);
});

test("subscribers of one conversation: each get the types that they asked for", async (t) => {
  const server = await startConversation(t, { events: 4 });
  const runs = follow(t, server, { types: ["run"] });
  await until(() => runs.ids.length > 0);
  const thoughts = follow(t, server, { types: ["think"] });
  const all = follow(t, server);
  await until(() => all.ids.length === 4);
  server.append(2);
  await until(() => all.ids.length === 6);
  assert.deepEqual([runs.ids, thoughts.ids, all.ids], [[1, 3, 5], [0, 2, 4], counted(6)]);
  assert.equal(server.queries[0], "?types=run");
});

test("subscribers of one conversation: tell their acknowledgements apart", async (t) => {
  const server = await startConversation(t);
  const [one, other] = [follow(t, server), follow(t, server)];
  assert.deepEqual(await Promise.all([one.say("a"), other.say("b"), one.say("c")]), [
    { event_id: 0 },
    { event_id: 2 },
    { event_id: 1 },
  ]);
});

test("subscribers of one conversation: may leave, and the last one ends the connection", async (t) => {
  const server = await startConversation(t, { answers: () => false });
  const [one, other] = [follow(t, server), follow(t, server)];
  const unanswered = assert.rejects(one.say("a"), { name: "SocketClosedError", code: 1000 });
  await until(() => server.received.length === 1);
  one.socket.close();
  await unanswered;
  assert.deepEqual([one.socket.state, other.socket.state], ["closed", "open"]);
  server.append(1);
  await until(() => other.ids.length === 1);
  assert.deepEqual([one.ids, server.open.size], [[], 1]);
  other.socket.close();
  await until(() => server.open.size === 0);
  const third = follow(t, server);
  await until(() => third.ids.length === 1);
});

test("subscribers of one conversation: who join in a callback get everything too", async (t) => {
  const server = await startConversation(t, { events: 5 });
  const first = follow(t, server);
  let second: ReturnType<typeof follow> | undefined;
  first.socket.onEvent(({ id }) => {
    if (id === 2) second = follow(t, server);
  });
  await until(() => second?.ids.length === 5 && first.ids.length === 5);
  assert.deepEqual([first.ids, second?.ids], [counted(5), counted(5)]);
});

test("subscribers of one conversation: may connect again when they hear that it has ended", async (t) => {
  const server = await startConversation(t, { events: 1 });
  const first = follow(t, server);
  await until(() => first.ids.length === 1);
  let second: ReturnType<typeof follow> | undefined;
  first.socket.onStateChange((state) => {
    if (state === "closed") second = follow(t, server);
  });
  server.drop(4401);
  await until(() => second?.ids.length === 1);
});

test("subscribers with another key: have a connection of their own", async (t) => {
  const server = await startConversation(t);
  const both = [follow(t, server, { apiKey: "oh_one" }), follow(t, server, { apiKey: "oh_other" })];
  await until(() => both.every(({ socket }) => socket.state === "open"));
  assert.equal(server.open.size, 2);
});

/** Follows as many conversations, each on a server of its own, through one pool. */
async function followMany(t: TestContext, count: number, options: SocketPoolOptions) {
  const pool = createSocketPool(options);
  const servers: FakeConversation[] = [];
  for (let left = count; left > 0; left--) servers.push(await startConversation(t, { events: 1 }));
  const followers = servers.map((server) => follow(t, server, { pool }));
  const open = () => servers.reduce((sum, server) => sum + server.open.size, 0);
  return { servers, followers, open };
}

test("a pool: lets conversations take turns, so that each gets all of its events", async (t) => {
  const { servers, followers, open } = await followMany(t, 5, { maxConnections: 2, turnMs: 20 });
  const most: number[] = [];
  const watch = setInterval(() => most.push(open()), 5);
  t.after(() => clearInterval(watch));
  await until(() => followers.every(({ ids }) => ids.length === 1));
  servers.forEach(({ append }) => append(1));
  await until(() => followers.every(({ ids }) => ids.length === 2));
  for (const { ids } of followers) assert.deepEqual(ids, [0, 1]);
  assert(followers.some(({ socket }) => socket.state === "parked"));
  assert(Math.max(...most) <= 4, "two, and two that take the places of those whose close is on its way");
});

test("a pool: has a conversation take its turn at once when something is sent", async (t) => {
  const { servers, followers } = await followMany(t, 3, { maxConnections: 1, turnMs: 1_000_000 });
  await until(() => followers[0]?.socket.state === "open" && servers[0]?.queries.length === 1);
  await until(() => followers[0]?.ids.length === 1);
  assert.deepEqual(await followers[2]?.say("a"), { event_id: 1 });
  assert.deepEqual(
    followers.map(({ socket }) => socket.state),
    ["parked", "connecting", "open"],
  );
});

test("a pool: gives the place of one that ends to one that waits", async (t) => {
  const { followers } = await followMany(t, 2, { maxConnections: 1, turnMs: 1_000_000 });
  await until(() => followers[0]?.socket.state === "open");
  followers[0]?.socket.close();
  await until(() => followers[1]?.ids.length === 1);
});
