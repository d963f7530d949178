import assert from "node:assert/strict";
import { test } from "node:test";
import type { TestContext } from "node:test";
import { WebSocket } from "ws";
import { SocketClosedError, SocketMessageError, UnexpectedFrameError, connect } from "../../client/index.ts";
import type { ActionRequest, ConnectOptions } from "../../client/index.ts";
import { until } from "../support/api.ts";
import { startSocket } from "./fake-servers.ts";
import type { SeenSocket } from "./fake-servers.ts";

const conversationId = "5f0c2b7e9d1a4c3e8b6f7a2d1c0e9f84";
const hello: ActionRequest = { action: "message", args: { content: "Hello" } };

/** A socket to a fake server that does what it is told with every connection. It does not connect again unless asked. */
async function start(t: TestContext, greet: (seen: SeenSocket) => void, options: Partial<ConnectOptions> = {}) {
  const { url, urls } = await startSocket(t, greet);
  const socket = connect({ baseUrl: url, conversationId, maxRetries: 0, ...options });
  t.after(() => socket.close());
  return { socket, urls };
}

function observation(id: number) {
  return { type: "observation", observation: { id, observation: "null" } };
}

function action(id: number) {
  return { type: "action", action: { id, action: "think" } };
}

const replayComplete = { type: "status", status: "replay_complete", latest_event_id: 3 };

/** The first items of an iteration, which is then left. */
async function take<Item>(items: AsyncIterable<Item>, count: number): Promise<Item[]> {
  const taken: Item[] = [];
  for await (const item of items) {
    taken.push(item);
    if (taken.length === count) break;
  }
  return taken;
}

/** All items until the iteration ends, and what it threw, if it did. */
async function drain<Item>(items: AsyncIterable<Item>): Promise<{ all: Item[]; error: unknown }> {
  const all: Item[] = [];
  try {
    for await (const item of items) all.push(item);
    return { all, error: undefined };
  } catch (error) {
    return { all, error };
  }
}

const ids = (events: readonly { id: number }[]) => events.map(({ id }) => id);

/** Answers every message of the client with this, its request id filled in. */
function answer(frameOf: (frame: { data: unknown; request_id: string }) => unknown) {
  return ({ socket, send }: SeenSocket) => {
    socket.on("message", (data: Buffer) => {
      send(frameOf(JSON.parse(data.toString()) as { data: unknown; request_id: string }));
    });
  };
}

/** Lets everything that has been sent arrive. */
async function settled(): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, 50));
}

test("the address: names the conversation, and nothing else unless asked", async (t) => {
  const { socket, urls } = await start(t, ({ send }) => send(observation(0)));
  await take(socket.events, 1);
  assert.deepEqual(urls, [`/sockets/events/${conversationId}`]);
});

test("the address: has the latest event, the types and the key in the query", async (t) => {
  const options = { latestEventId: 0, types: ["run", "write"], apiKey: "oh key&" } as const;
  const { socket, urls } = await start(t, ({ send }) => send({ ...replayComplete, latest_event_id: 0 }), options);
  await take(socket.messages, 1);
  const query = "session_api_key=oh%20key%26&latest_event_id=0&types=run,write";
  assert.deepEqual(urls, [`/sockets/events/${conversationId}?${query}`]);
});

test("the address: is under the path of the base URL", async (t) => {
  const { url, urls } = await startSocket(t, ({ send }) => send(observation(0)));
  const socket = connect({ baseUrl: `${url}/openhands/`, conversationId });
  await take(socket.events, 1);
  socket.close();
  assert.deepEqual(urls, [`/openhands/sockets/events/${conversationId}`]);
});

test("the address: is wss: for https:", () => {
  let opened = "";
  class Recorder {
    constructor(url: string) {
      opened = url;
    }
    addEventListener = () => undefined;
    send = () => undefined;
    close = () => undefined;
  }
  connect({ baseUrl: "https://example.com", conversationId: "a/b", WebSocket: Recorder }).close();
  assert.equal(opened, "wss://example.com/sockets/events/a%2Fb");
});

test("the address: is refused when it would be another one", () => {
  assert.throws(() => connect({ baseUrl: "http://127.0.0.1:1", conversationId: "" }), TypeError);
  assert.throws(() => connect({ baseUrl: "127.0.0.1:3000", conversationId }), TypeError);
});

test("iterating: gives the messages in order, statuses among them", async (t) => {
  const frames = [observation(2), action(3), replayComplete, observation(4)];
  const { socket } = await start(t, ({ send }) => frames.forEach(send));
  assert.deepEqual(await take(socket.messages, 4), frames);
});

test("iterating: gives only the events", async (t) => {
  const { socket } = await start(t, ({ send }) => [observation(3), replayComplete, action(4)].forEach(send));
  assert.deepEqual(await take(socket.events, 2), [observation(3).observation, action(4).action]);
});

test("iterating: loses nothing that came before it began", async (t) => {
  const { socket } = await start(t, ({ send }) => [0, 1, 2].map(observation).forEach(send));
  await settled();
  assert.deepEqual(ids(await take(socket.events, 3)), [0, 1, 2]);
});

test("iterating: waits for what has not come yet", async (t) => {
  const { socket } = await start(t, ({ send }) => {
    for (const id of [0, 1, 2]) setTimeout(() => send(observation(id)), 20 * id);
  });
  assert.deepEqual(ids(await take(socket.events, 3)), [0, 1, 2]);
});

test("iterating: goes on where the last loop was left", async (t) => {
  const { socket } = await start(t, ({ send }) => [0, 1, 2, 3].map(observation).forEach(send));
  assert.deepEqual(ids(await take(socket.events, 2)), [0, 1]);
  assert.deepEqual(ids(await take(socket.events, 2)), [2, 3]);
});

test("iterating: takes several frames in one message apart", async (t) => {
  const { socket } = await start(t, ({ send }) => send([observation(0), action(1)]));
  assert.deepEqual(ids(await take(socket.events, 2)), [0, 1]);
});

test("iterating: keeps order over very many messages", async (t) => {
  const count = 20_000;
  const { socket } = await start(t, ({ send }) => send(Array.from({ length: count }, (_, id) => observation(id))));
  assert.deepEqual(
    ids(await take(socket.events, count)),
    Array.from({ length: count }, (_, id) => id),
  );
});

test("iterating: hands on what a newer server sends, and does not trip over it", async (t) => {
  const frames = [
    { type: "status", status: "on_fire", heat: 9 },
    { type: "telepathy" },
    { type: "status", status: "ack" },
    { type: "action" },
    { kind: "MessageEvent", id: "01" },
    { type: "action", action: { id: 5, action: "levitate" } },
  ];
  const { socket } = await start(t, ({ send }) => frames.forEach(send));
  assert.deepEqual(await take(socket.messages, frames.length), frames);
  assert.equal(socket.latestEventId, 5);
});

test("iterating: passes over frames without an event when only events are wanted", async (t) => {
  const { socket } = await start(t, ({ send }) => [{ type: "telepathy" }, { type: "action" }, action(0)].forEach(send));
  assert.deepEqual(ids(await take(socket.events, 1)), [0]);
});

test("latestEventId: is what connect was given until an event has been iterated over", async (t) => {
  const { socket } = await start(t, ({ send }) => [observation(8), observation(9)].forEach(send), {
    latestEventId: 7,
  });
  await settled();
  assert.equal(socket.latestEventId, 7);
  await take(socket.events, 1);
  assert.equal(socket.latestEventId, 8);
});

test("latestEventId: is -1 without any event", async (t) => {
  const { socket } = await start(t, () => undefined);
  assert.equal(socket.latestEventId, -1);
});

test("latestEventId: takes replay_complete at its word, which also counts events of types that were not asked for", async (t) => {
  const { socket } = await start(t, ({ send }) => [observation(1), replayComplete].forEach(send));
  await take(socket.messages, 2);
  assert.equal(socket.latestEventId, 3);
});

test("latestEventId: does not trust an ack, since events before it may still be on their way", async (t) => {
  const ack = { type: "status", status: "ack", request_id: null, event_id: 12 };
  const { socket } = await start(t, ({ send }) => [observation(1), ack].forEach(send));
  await take(socket.messages, 2);
  assert.equal(socket.latestEventId, 1);
});

test("latestEventId: leads to exactly the events that were not seen", async (t) => {
  const { url } = await startSocket(t, ({ url: address = "", send }) => {
    const after = Number(new URL(address, "http://a").searchParams.get("latest_event_id") ?? -1);
    for (let id = after + 1; id < 6; id++) send(observation(id));
  });
  const first = connect({ baseUrl: url, conversationId });
  const seen = await take(first.events, 3);
  await settled();
  first.close();
  const second = connect({ baseUrl: url, conversationId, latestEventId: first.latestEventId });
  assert.deepEqual(ids([...seen, ...(await take(second.events, 3))]), [0, 1, 2, 3, 4, 5]);
  second.close();
});

test("send: resolves with the id of the event when its ack comes", async (t) => {
  const received: unknown[] = [];
  const { socket } = await start(
    t,
    answer(({ request_id, ...frame }) => {
      received.push(frame);
      return { type: "status", status: "ack", request_id, event_id: 7 };
    }),
  );
  assert.deepEqual(await socket.send(hello), { event_id: 7 });
  assert.deepEqual(received, [{ type: "oh_user_action", data: hello }]);
});

test("send: no request_id is used twice, on the next connection neither", async (t) => {
  const seen: string[] = [];
  const acknowledge = answer(({ request_id }) => {
    seen.push(request_id);
    return { type: "status", status: "ack", request_id, event_id: 7 };
  });
  for (const { socket } of [await start(t, acknowledge), await start(t, acknowledge)])
    await Promise.all([socket.send(hello), socket.send(hello)]);
  assert.equal(new Set(seen).size, 4);
});

test("send: tells the answers apart that come in another order", async (t) => {
  const { socket } = await start(t, ({ socket: peer, send }) => {
    const requestIds: string[] = [];
    peer.on("message", (data: Buffer) => {
      requestIds.push(String(Object(JSON.parse(data.toString())).request_id));
      if (requestIds.length < 3) return;
      const answers = requestIds.map((request_id, index) => ({ request_id, event_id: 10 * (index + 1) }));
      for (const ack of answers.toReversed()) send({ type: "status", status: "ack", ...ack });
    });
  });
  const answers = await Promise.all([socket.send(hello), socket.send(hello), socket.send(hello)]);
  assert.deepEqual(answers, [{ event_id: 10 }, { event_id: 20 }, { event_id: 30 }]);
});

test("send: keeps the order of the calls, those before the socket is open included", async (t) => {
  const texts: unknown[] = [];
  const { socket } = await start(
    t,
    answer(({ data, request_id }) => {
      texts.push(Object(data).args.content);
      return { type: "status", status: "ack", request_id, event_id: 0 };
    }),
  );
  const say = async (content: string) => socket.send({ action: "message", args: { content } });
  await Promise.all(["a", "b", "c"].map(say));
  await Promise.all(["d", "e"].map(say));
  assert.deepEqual(texts, ["a", "b", "c", "d", "e"]);
});

test("send: rejects with what the error status says", async (t) => {
  const details = [{ in: "frame", path: "args.content", message: "must be a string" }];
  const { socket } = await start(
    t,
    answer(({ request_id }) => {
      return { type: "status", status: "error", code: "validation_failed", message: "No.", request_id, details };
    }),
  );
  await assert.rejects(socket.send(hello), (error) => {
    assert(error instanceof SocketMessageError);
    assert.deepEqual([error.code, error.message, error.details], ["validation_failed", "No.", details]);
    return true;
  });
});

test("send: what the server refuses as too much goes again after the pause, in its order and before what came later", async (t) => {
  const received: string[] = [];
  let refused = false;
  const { socket } = await start(
    t,
    answer(({ data, request_id }) => {
      received.push(Object(data).args.content);
      if (refused) return { type: "status", status: "ack", request_id, event_id: received.length };
      refused = received.length === 2;
      return { type: "status", status: "error", code: "rate_limited", message: "Wait.", request_id, retry_after: 1 };
    }),
  );
  const say = async (content: string) => socket.send({ action: "message", args: { content } });
  const first = [say("a"), say("b")];
  await until(() => refused);
  await settled();
  await Promise.all([...first, say("c")]);
  assert.deepEqual(received, ["a", "b", "a", "b", "c"]);
});

test("send: is not settled by answers to others, which are messages all the same", async (t) => {
  const stray = [
    { type: "status", status: "ack", request_id: null, event_id: 1 },
    { type: "status", status: "ack", request_id: "999", event_id: 2 },
    { type: "status", status: "error", code: "malformed_json", message: "?", request_id: null },
  ];
  const { socket } = await start(t, ({ socket: peer, send }) => {
    peer.on("message", (data: Buffer) => {
      const { request_id } = JSON.parse(data.toString()) as { request_id: string };
      [...stray, { type: "status", status: "ack", request_id, event_id: 3 }].forEach(send);
    });
  });
  assert.deepEqual(await socket.send(hello), { event_id: 3 });
  assert.deepEqual((await take(socket.messages, 3)).slice(0, 3), stray);
});

test("send: rejects when the socket closes before the answer", async (t) => {
  const { socket } = await start(t, ({ socket: peer }) => peer.on("message", () => peer.close(1001, "restarting")));
  await assert.rejects(socket.send(hello), { name: "SocketClosedError", code: 1001, reason: "restarting" });
  await assert.rejects(socket.send(hello), { name: "SocketClosedError", code: 1001 });
});

test("send: rejects after close()", async (t) => {
  const { socket } = await start(t, () => undefined);
  const before = assert.rejects(socket.send(hello), { name: "SocketClosedError", code: 1000 });
  socket.close();
  await before;
  await assert.rejects(socket.send(hello), { name: "SocketClosedError", code: 1000 });
});

test("send: rejects with the signal's reason, and then sends nothing if the socket was not open yet", async (t) => {
  const received: string[] = [];
  const { socket } = await start(t, ({ socket: peer }) =>
    peer.on("message", (data: Buffer) => received.push(data.toString())),
  );
  const reason = new Error("never mind");
  const controller = new AbortController();
  const call = assert.rejects(socket.send(hello, { signal: controller.signal }), reason);
  controller.abort(reason);
  await call;
  await assert.rejects(socket.send(hello, { signal: AbortSignal.abort(reason) }), reason);
  await settled();
  assert.deepEqual(received, []);
});

test("send: rejects with the signal's reason while it waits for the answer, and leaves no listener", async (t) => {
  const { socket } = await start(t, ({ send }) => send(observation(0)));
  await take(socket.events, 1);
  const reason = new Error("too slow");
  const controller = new AbortController();
  const remove = t.mock.method(controller.signal, "removeEventListener");
  setTimeout(() => controller.abort(reason), 20);
  await assert.rejects(socket.send(hello, { signal: controller.signal }), reason);
  assert.equal(remove.mock.callCount(), 1);
});

const refusals = [
  { code: 1001, reconnect: true, text: "1001 (Going away): why" },
  { code: 1013, reconnect: true, text: "1013 (Try again later): why" },
  { code: 4400, reconnect: false, text: "4400 (Bad parameters): why" },
  { code: 4401, reconnect: false, text: "4401 (Unauthenticated): why" },
  { code: 4403, reconnect: false, text: "4403 (Forbidden): why" },
  { code: 4404, reconnect: false, text: "4404 (No such conversation): why" },
  { code: 4429, reconnect: true, text: "4429 (Too many): why" },
  { code: 1011, reconnect: true, text: "1011: why" },
  { code: 4999, reconnect: false, text: "4999: why" },
];
for (const { code, reconnect, text } of refusals) {
  test(`the end: by ${code} is thrown where one iterates, with whether to connect again`, async (t) => {
    const { socket } = await start(t, ({ socket: peer }) => peer.close(code, "why"));
    const { error } = await drain(socket.messages);
    assert(error instanceof SocketClosedError);
    const { reason, message } = error;
    const want = { code, reason: "why", reconnect, message: `The socket was closed with ${text}` };
    assert.deepEqual({ code: error.code, reason, reconnect: error.reconnect, message }, want);
    assert.equal(await socket.closed, error);
  });
}

test("the end: comes after the last frame, and again for who iterates later", async (t) => {
  const { socket } = await start(t, ({ socket: peer, send }) => {
    [0, 1].map(observation).forEach(send);
    peer.close(4404);
  });
  await socket.closed;
  const { all, error } = await drain(socket.events);
  assert.deepEqual(ids(all), [0, 1]);
  assert(error instanceof SocketClosedError);
  assert.equal((await drain(socket.messages)).error, error);
});

test("the end: of a connection that never was is 1006, with the platform's reason as its cause", async () => {
  for (const options of [{}, { WebSocket }]) {
    const socket = connect({ baseUrl: "http://127.0.0.1:1", conversationId, maxRetries: 0, ...options });
    const { error } = await drain(socket.messages);
    assert(error instanceof SocketClosedError);
    assert.deepEqual([error.code, error.reconnect], [1006, true]);
    assert(error.cause instanceof Error);
  }
});

test("the end: by close() ends a loop that waits", async (t) => {
  const { socket } = await start(t, ({ send }) => send(observation(0)));
  const drained = drain(socket.messages);
  await settled();
  socket.close();
  assert.deepEqual(await drained, { all: [observation(0)], error: undefined });
});

test("the end: by close() in a loop drops what has not been seen", async (t) => {
  const { socket } = await start(t, ({ send }) => [0, 1, 2].map(observation).forEach(send));
  await settled();
  const seen: number[] = [];
  for await (const { id } of socket.events) {
    seen.push(id);
    if (id === 1) socket.close();
  }
  assert.deepEqual(seen, [0, 1]);
  assert.equal(socket.latestEventId, 1);
  assert.deepEqual(await drain(socket.messages), { all: [], error: undefined });
});

test("the end: by close() tells the server 1000, and may be asked for twice", async (t) => {
  const codes: unknown[] = [];
  const { socket } = await start(t, ({ socket: peer, send }) => {
    peer.on("close", (code) => codes.push(code));
    send(observation(0));
  });
  await take(socket.events, 1);
  socket.close();
  socket.close();
  assert.equal(await socket.closed, undefined);
  await settled();
  assert.deepEqual(codes, [1000]);
});

test("the end: by close() before the socket is open is as quiet", async (t) => {
  for (const options of [{}, { WebSocket }]) {
    const { socket } = await start(t, () => undefined, options);
    socket.close();
    assert.deepEqual(await drain(socket.messages), { all: [], error: undefined });
    await socket.closed;
  }
});

for (const { what, data, excerpt, options } of [
  { what: "no JSON", data: "<html>", excerpt: "<html>" },
  { what: "no object", data: "null", excerpt: "null" },
  { what: "a list of no objects", data: "[1]", excerpt: "[1]" },
  { what: "binary", data: Buffer.from("{}"), excerpt: "" },
  { what: "binary, given as a Buffer by ws", data: Buffer.from("{}"), excerpt: "", options: { WebSocket } },
]) {
  test(`the end: comes with an UnexpectedFrameError for a frame that is ${what}`, async (t) => {
    const greet = ({ socket: peer, send }: SeenSocket) => {
      send(observation(0));
      peer.on("message", () => peer.send(data));
    };
    const { socket } = await start(t, greet, options);
    const sent = assert.rejects(socket.send(hello), { name: "UnexpectedFrameError" });
    const { all, error } = await drain(socket.messages);
    assert.deepEqual(all, [observation(0)]);
    assert(error instanceof UnexpectedFrameError);
    assert.equal(error.excerpt, excerpt);
    await sent;
    await socket.closed;
  });
}

test("the WebSocket of ws: does as well as the global one", async (t) => {
  const { socket } = await start(
    t,
    answer(({ request_id }) => ({ type: "status", status: "ack", request_id, event_id: 7 })),
    { WebSocket },
  );
  assert.deepEqual(await socket.send(hello), { event_id: 7 });
  assert.equal((await take(socket.messages, 1)).length, 1);
  socket.close();
  assert.equal(await socket.closed, undefined);
});
