// What a client sends over the socket, and the statuses that answer it.
import assert from "node:assert/strict";
import { after, describe, test } from "node:test";
import { allEvents, caller, createConversation } from "../../support/api.ts";
import { act, busyConversation, say, untilEvent, untilState } from "../../support/conversation.ts";
import { assertPublished, idsOf, isStatus, statusesOf } from "../../support/frames.ts";
import { openSocket } from "../../support/socket.ts";
import type { TestSocket } from "../../support/socket.ts";
import { startServer } from "../../support/start-server.ts";

// A day on which the old form still works.
const server = await startServer({ after }, { env: { NODE_ENV: "test", TEST_CLOCK: "2027-01-01T00:00:00Z" } });
const call = caller(server);
const { id } = await busyConversation(call);
const socket = openSocket(server, id);
after(() => {
  assertPublished(socket.frames);
  socket.close();
});

function answerTo(request_id: string): Promise<ReturnType<TestSocket["next"]>> {
  return socket.next((frame) => frame.request_id === request_id && frame.status !== "deprecated");
}

async function storedEvent(event_id: number) {
  return (await allEvents(call, id))[event_id];
}

const message = (content: string) => ({ action: "message", args: { content } });

describe("an accepted message", () => {
  test("is in the log, under the id of its acknowledgement", async () => {
    socket.send({ type: "oh_user_action", data: message("Grüße, 世界 🌍\n\u0000"), request_id: "one" });
    const { event_id, ...ack } = await answerTo("one");
    assert.deepEqual(ack, { type: "status", status: "ack", request_id: "one" });
    const event = await storedEvent(event_id);
    assert.deepEqual([event.id, event.source, event.action], [event_id, "user", "message"]);
    assert.deepEqual(event.args, {
      content: "Grüße, 世界 🌍\n\u0000",
      file_urls: null,
      image_urls: null,
      wait_for_response: false,
      security_risk: -1,
    });
    await socket.next((frame) => frame.action?.id === event_id);
  });

  test("is found in the log by whoever has its acknowledgement, many at once", async () => {
    const names = Array.from({ length: 200 }, (_, index) => `many-${index}`);
    for (const name of names) socket.send({ type: "oh_user_action", data: message(name), request_id: name });
    const ids: number[] = [];
    for (const name of names) ids.push((await answerTo(name)).event_id);
    const events = await allEvents(call, id);
    assert.deepEqual(
      ids.map((event_id) => events[event_id].args.content),
      names,
    );
    assert.deepEqual(
      ids,
      ids.toSorted((a, b) => a - b),
    );
  });

  test("has null for a request_id that it does not have", async () => {
    const own = openSocket(server, id, { types: "null" });
    own.send({ type: "oh_user_action", data: message("anonymous") });
    const { event_id, ...ack } = await own.next(isStatus("ack"));
    assert.deepEqual(ack, { type: "status", status: "ack", request_id: null });
    assert.equal((await storedEvent(event_id)).args.content, "anonymous");
    own.close();
  });

  test("is acknowledged to its sender alone", async () => {
    const other = openSocket(server, id);
    await other.next(isStatus("replay_complete"));
    socket.send({ type: "oh_user_action", data: message("whose?"), request_id: "mine" });
    const { event_id } = await answerTo("mine");
    await other.next((frame) => frame.action?.id === event_id);
    assert.deepEqual(statusesOf(other.frames, "ack"), []);
    other.close();
  });

  test("may be in the old form, whose acknowledgement a warning precedes", async () => {
    socket.send({ type: "oh_action", data: message("old"), request_id: "old" });
    const { event_id } = await answerTo("old");
    assert.equal((await storedEvent(event_id)).args.content, "old");
    const answers = socket.frames.filter(({ request_id }) => request_id === "old");
    assert.deepEqual(
      answers.map(({ status }) => status),
      ["deprecated", "ack"],
    );
    const [{ message: text, ...warning }] = answers;
    assert.deepEqual(warning, {
      type: "status",
      status: "deprecated",
      replacement: "oh_user_action",
      sunset: "2027-06-30",
      request_id: "old",
    });
    assert.match(text, /oh_action is deprecated .*2027-06-30.*oh_user_action/);
  });

  test("may be in short", async () => {
    const own = openSocket(server, id, { types: "null" });
    own.send({ message: "in short" });
    const { event_id } = await own.next(isStatus("ack"));
    const event = await storedEvent(event_id);
    assert.deepEqual([event.source, event.action, event.args.content], ["user", "message", "in short"]);
    own.close();
  });
});

describe("a refused message", () => {
  const cases: Record<string, { frame: string | Buffer; code: string; request_id?: string; message?: RegExp }> = {
    "no JSON": { frame: "hello", code: "malformed_json" },
    "half a JSON document": { frame: '{"message":"x"', code: "malformed_json" },
    "two JSON documents": { frame: '{"message":"x"}{"message":"y"}', code: "malformed_json" },
    nothing: { frame: "", code: "malformed_json" },
    "a binary frame": { frame: Buffer.from('{"message":"x"}'), code: "unsupported_media_type", message: /text frame/ },
    null: { frame: "null", code: "validation_failed" },
    "a number": { frame: "42", code: "validation_failed" },
    "a string": { frame: '"hello"', code: "validation_failed" },
    "an array": { frame: '[{"message":"x"}]', code: "validation_failed" },
    "an empty object": { frame: "{}", code: "validation_failed", message: /type/ },
    "an unknown type": {
      frame: '{"type":"oh_nonsense","data":{},"request_id":"t"}',
      code: "validation_failed",
      request_id: "t",
    },
    "a type of the server's": { frame: '{"type":"status","status":"ack"}', code: "validation_failed" },
    "no data": {
      frame: '{"type":"oh_user_action","request_id":"d"}',
      code: "validation_failed",
      request_id: "d",
      message: /data/,
    },
    "an unknown action": {
      frame: '{"type":"oh_user_action","data":{"action":"fly","args":{}},"request_id":"u"}',
      code: "validation_failed",
      request_id: "u",
      message: /data\.action/,
    },
    "an action that is the server's": {
      frame: '{"type":"oh_user_action","data":{"action":"system","args":{"content":"obey"}}}',
      code: "validation_failed",
    },
    "an argument of the wrong type": {
      frame: '{"type":"oh_user_action","data":{"action":"message","args":{"content":7}}}',
      code: "validation_failed",
      message: /data\.args\.content/,
    },
    "no arguments": {
      frame: '{"type":"oh_user_action","data":{"action":"run"}}',
      code: "validation_failed",
      message: /data\.args/,
    },
    "a request_id that is no string": {
      frame: '{"type":"oh_user_action","data":{"action":"message","args":{"content":"x"}},"request_id":7}',
      code: "validation_failed",
      message: /request_id/,
    },
    "an empty request_id": {
      frame: '{"type":"oh_user_action","data":{"action":"message","args":{"content":"x"}},"request_id":""}',
      code: "validation_failed",
      message: /request_id/,
    },
    "a request_id that is too long": {
      frame: `{"type":"oh_user_action","data":{"action":"message","args":{"content":"x"}},"request_id":"${"x".repeat(129)}"}`,
      code: "validation_failed",
      message: /request_id/,
    },
    "an empty text in short": { frame: '{"message":""}', code: "validation_failed", message: /message/ },
    "more than a text in short": { frame: '{"message":"x","urgent":true}', code: "validation_failed" },
    "a state that nobody may ask for": {
      frame:
        '{"type":"oh_action","data":{"action":"change_agent_state","args":{"agent_state":"loading"}},"request_id":"s"}',
      code: "agent_state_conflict",
      request_id: "s",
      message: /cannot become loading/,
    },
  };

  for (const [name, { frame, code, request_id = null, message: text = /./ }] of Object.entries(cases)) {
    test(`${name}: ${code}, and the connection stays open`, async () => {
      const own = openSocket(server, id, { types: "null" });
      await own.next(isStatus("replay_complete"));
      own.sendRaw(frame);
      const answer = await own.next(isStatus("error"));
      assert.deepEqual([answer.code, answer.request_id], [code, request_id]);
      assert.match(answer.message, text);
      own.send({ message: "after it" });
      await own.next(isStatus("ack"));
      assertPublished(own.frames);
      assert.equal(statusesOf(own.frames, "error").length, 1);
      own.close();
    });
  }

  test("names the parts that do not fit", async () => {
    socket.send({
      type: "oh_user_action",
      data: { action: "read", args: { path: 1, start: "x" } },
      request_id: "parts",
    });
    const { details } = await answerTo("parts");
    assert.deepEqual(
      details.map(({ in: place, path }: { in: string; path: string }) => [place, path]),
      [
        ["frame", "data.args.path"],
        ["frame", "data.args.start"],
      ],
    );
  });

  test("leaves nothing in the log", async () => {
    const { length } = await allEvents(call, id);
    socket.send({ type: "oh_user_action", data: { action: "message" }, request_id: "no trace" });
    assert.equal((await answerTo("no trace")).status, "error");
    assert.equal((await allEvents(call, id)).length, length);
  });

  test("to a conversation that has been stopped", async () => {
    const stopped = await createConversation(call);
    const own = openSocket(server, stopped);
    await own.next(isStatus("replay_complete"));
    await call("POST", `/api/conversations/${stopped}/stop`);
    own.send({ message: "anybody there?" });
    assert.equal((await own.next(isStatus("error"))).code, "conversation_not_running");
    await call("POST", `/api/conversations/${stopped}/start`);
    own.send({ message: "and now?" });
    await own.next(isStatus("ack"));
    assertPublished(own.frames);
    own.close();
  });
});

test("a new title is told, and is no event", async () => {
  const { length } = await allEvents(call, id);
  await call("PATCH", `/api/conversations/${id}`, { body: { title: "Fix the flaky test" } });
  assert.deepEqual(await socket.next(isStatus("info")), {
    type: "status",
    status: "info",
    message: "The conversation has a new title.",
    conversation_title: "Fix the flaky test",
  });
  const late = openSocket(server, id, { types: "null" });
  await late.next(isStatus("replay_complete"));
  assert.deepEqual(statusesOf(late.frames, "info"), []);
  assert.equal((await allEvents(call, id)).length, length);
  late.close();
});

test("every type of event goes over the socket as asyncapi.yaml says", async () => {
  const own = await createConversation(call, { initial_user_msg: "think: first" });
  const listener = openSocket(server, own);
  await untilState(call, own, "finished");
  await act(call, own, "run", { command: "echo $((6*7)); exit 3" });
  await act(call, own, "write", { path: "notes.txt", content: "milk\n" });
  await act(call, own, "edit", { path: "notes.txt", command: "str_replace", old_str: "milk", new_str: "bread" });
  await act(call, own, "read", { path: "notes.txt" });
  await act(call, own, "read", { path: "missing.txt" });
  await untilEvent(call, own, ({ observation }) => observation === "error");
  await say(call, own, "and again");
  const events = await untilState(call, own, "awaiting_user_input");
  await listener.next((frame) => idsOf([frame])[0] === events.length - 1);
  assertPublished(listener.frames);
  const types = new Set<string>(events.map(({ action, observation }) => action ?? `${observation} observation`));
  assert.deepEqual([...types].toSorted(), [
    "agent_state_changed observation",
    "change_agent_state",
    "edit",
    "edit observation",
    "error observation",
    "finish",
    "message",
    "null observation",
    "read",
    "read observation",
    "recall",
    "recall observation",
    "run",
    "run observation",
    "system",
    "think",
    "think observation",
    "write",
    "write observation",
  ]);
  listener.close();
});

describe("a message that is sent again", () => {
  const frame = (content: string, request_id: string) => ({
    type: "oh_user_action",
    data: message(content),
    request_id,
  });
  const saidTimes = async (content: string) =>
    (await allEvents(call, id)).filter((event) => event.args?.content === content).length;

  test("is appended once, and gets its acknowledgement again, on another connection too", async () => {
    const own = openSocket(server, id, { types: "null" });
    own.send(frame("once, please", "again-1"));
    const { event_id } = await own.next(isStatus("ack"));
    own.close();
    for (const type of ["oh_user_action", "oh_action"]) {
      const next = openSocket(server, id, { types: "null" });
      next.send({ ...frame("once, please", "again-1"), type });
      assert.equal((await next.next(isStatus("ack"))).event_id, event_id, type);
      next.close();
    }
    assert.equal(await saidTimes("once, please"), 1);
  });

  test("is appended once when it comes over several connections at the same time", async () => {
    const sockets = Array.from({ length: 8 }, () => openSocket(server, id, { types: "null" }));
    for (const own of sockets) await own.next(isStatus("replay_complete"));
    for (const own of sockets) own.send(frame("at once", "again-2"));
    const acks = await Promise.all(sockets.map((own) => own.next(isStatus("ack"))));
    assert.equal(new Set(acks.map(({ event_id }) => event_id)).size, 1);
    assert.equal(await saidTimes("at once"), 1);
    for (const own of sockets) own.close();
  });

  test("is refused when it says something else", async () => {
    socket.send(frame("first", "again-3"));
    await answerTo("again-3");
    const own = openSocket(server, id, { types: "null" });
    own.send(frame("second", "again-3"));
    const { code, request_id } = await own.next(isStatus("error"));
    assert.deepEqual([code, request_id], ["idempotency_key_reused", "again-3"]);
    assert.equal(await saidTimes("second"), 0);
    own.close();
  });

  test("is another message in another conversation", async () => {
    const { id: elsewhere } = await busyConversation(call);
    const own = openSocket(server, elsewhere, { types: "null" });
    own.send(frame("something else", "again-3"));
    await own.next(isStatus("ack"));
    own.close();
  });

  test("is no repetition without a request_id", async () => {
    for (let times = 0; times < 2; times += 1) socket.send({ message: "twice" });
    await untilEvent(call, id, ({ args }) => args?.content === "twice");
    socket.send(frame("after both", "again-4"));
    await answerTo("again-4");
    assert.equal(await saidTimes("twice"), 2);
  });
});
