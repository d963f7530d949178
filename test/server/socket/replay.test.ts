// What has happened, then what happens: each event once and in the order of the ids, whenever a client connects.
import assert from "node:assert/strict";
import { after, describe, test } from "node:test";
import { allEvents, caller, createConversation, lastEventId, until } from "../../support/api.ts";
import { busyConversation, say, untilState } from "../../support/conversation.ts";
import { assertPublished, eventsOf, idsOf, isStatus, range, single, statusesOf } from "../../support/frames.ts";
import { openSocket } from "../../support/socket.ts";
import type { TestSocket } from "../../support/socket.ts";
import { startServer } from "../../support/start-server.ts";

const server = await startServer({ after });
const call = caller(server);

/** A log that nothing is added to. */
async function quietConversation(): Promise<{ id: string; last: number }> {
  const id = await createConversation(call, { initial_user_msg: "hello" });
  const events = await untilState(call, id, "awaiting_user_input");
  return { id, last: events.length - 1 };
}

function replayOf(socket: TestSocket): Promise<unknown> {
  return socket.next(isStatus("replay_complete"));
}

describe("a log that nothing is added to", async () => {
  const { id, last } = await quietConversation();

  for (const after of range(last, -1)) {
    test(`is sent from ${after + 1} on to a client that has ${after}`, async () => {
      const socket = openSocket(server, id, { latest_event_id: String(after) });
      await replayOf(socket);
      socket.close();
      await socket.closed;
      assert.deepEqual(idsOf(socket.frames), range(last, after + 1));
      assert.deepEqual(statusesOf(socket.frames, "replay_complete"), [
        { type: "status", status: "replay_complete", latest_event_id: last },
      ]);
      assert.equal(socket.frames.at(-1).status, "replay_complete");
      assertPublished(socket.frames);
    });
  }

  test("is sent whole to a client that names no id", async () => {
    const socket = openSocket(server, id);
    await replayOf(socket);
    assert.deepEqual(eventsOf(socket.frames), await allEvents(call, id));
    socket.close();
  });

  test("is sent as far as its types are asked for, and the statuses all the same", async () => {
    const socket = openSocket(server, id, { types: "message, agent_state_changed" });
    await replayOf(socket);
    const wanted = (await allEvents(call, id)).filter(
      ({ action, observation }) => action === "message" || observation === "agent_state_changed",
    );
    assert.deepEqual(eventsOf(socket.frames), wanted);
    assert.equal(statusesOf(socket.frames, "replay_complete")[0].latest_event_id, last);
    socket.close();
  });

  test("is sent in arrays when asked for", async () => {
    const socket = openSocket(server, id, { batch: "true" });
    await replayOf(socket);
    assert.ok(
      socket.frames.some((frame) => Array.isArray(frame) && frame.length > 1),
      "nothing came together",
    );
    assert.deepEqual(idsOf(socket.frames), range(last));
    assertPublished(socket.frames);
    socket.close();
  });

  test("is sent frame by frame otherwise", async () => {
    const socket = openSocket(server, id, { batch: "false" });
    await replayOf(socket);
    assert.equal(socket.frames.length, last + 2);
    assert.ok(!socket.frames.some(Array.isArray));
    socket.close();
  });
});

test("clients that connect while events are appended see each once and in order", async () => {
  const { id } = await busyConversation(call);
  // More than a page of the log, so that things happen while the past is read.
  await Promise.all(range(399).map((index) => say(call, id, `before ${index}`)));
  const sockets: TestSocket[] = [];
  const said: Promise<unknown>[] = [];
  for (let round = 0; round < 12; round += 1) {
    for (let index = 0; index < 20; index += 1) said.push(say(call, id, `message ${round}.${index}`));
    sockets.push(openSocket(server, id), openSocket(server, id, { batch: "true" }));
    await Promise.race(said.slice(-20));
  }
  await Promise.all(said);
  const last = await lastEventId(call, id);
  await until(() => sockets.every(({ frames }) => idsOf(frames).includes(last)));
  for (const { frames } of sockets) {
    assert.deepEqual(idsOf(frames), range(last));
    assertSeam(frames);
  }
  assert.ok(
    sockets.some(({ frames }) => statusesOf(frames, "replay_complete")[0].latest_event_id < last),
    "nothing was live, so the seam was not put to the test",
  );
  assertPublished(sockets[0]?.frames ?? []);
  assertPublished(sockets[1]?.frames ?? []);
  for (const socket of sockets) socket.close();
});

test("a client that loses its connection again and again misses nothing", async () => {
  const { id } = await busyConversation(call);
  const seen: number[] = [];
  let saying = true;
  const talk = (async () => {
    for (let round = 0; round < 15; round += 1)
      await Promise.all(range(9).map((index) => say(call, id, `message ${round}.${index}`)));
    saying = false;
  })();
  while (saying) {
    const socket = openSocket(server, id, { latest_event_id: String(seen.at(-1) ?? -1) });
    await replayOf(socket);
    socket.raw.terminate();
    await socket.closed;
    seen.push(...idsOf(socket.frames));
  }
  await talk;
  const socket = openSocket(server, id, { latest_event_id: String(seen.at(-1)) });
  await replayOf(socket);
  assert.deepEqual([...seen, ...idsOf(socket.frames)], range(await lastEventId(call, id)));
  socket.close();
});

test("all sockets of a conversation see the same order, whoever writes and over whatever", async () => {
  const { id } = await busyConversation(call);
  const sockets = range(9).map((index) =>
    openSocket(server, id, { batch: String(index % 2 === 0) }, { perMessageDeflate: index % 3 === 0 }),
  );
  for (const socket of sockets) await replayOf(socket);
  const said: Promise<unknown>[] = [];
  for (const round of range(19)) {
    for (const [index, socket] of sockets.entries()) socket.send({ message: `socket ${index}, ${round}` });
    // Some above the size from which frames are compressed.
    said.push(...range(4).map((index) => say(call, id, `REST ${index}, ${round} ${"x".repeat(500 * index)}`)));
    await Promise.race(said.slice(-5));
  }
  await Promise.all(said);
  for (const socket of sockets) await until(() => statusesOf(socket.frames, "ack").length === 20);
  const events = await allEvents(call, id);
  const last = events.length - 1;
  for (const { frames } of sockets) {
    await until(() => idsOf(frames).includes(last));
    assert.deepEqual(eventsOf(frames), events);
  }
  for (const writer of [...range(9).map((index) => `socket ${index},`), ...range(4).map((index) => `REST ${index},`)])
    assert.equal(events.filter(({ args }) => args?.content?.startsWith(writer)).length, 20, writer);
  for (const socket of sockets) socket.close();
});

test("live events come as far as their types are asked for", async () => {
  const { id } = await busyConversation(call);
  const socket = openSocket(server, id, { types: "think" });
  await replayOf(socket);
  await say(call, id, "not wanted");
  await call("POST", `/api/conversations/${id}/events`, { body: { action: "think", args: { thought: "wanted" } } });
  await socket.next((frame) => frame.type === "observation");
  assert.deepEqual(
    eventsOf(socket.frames).map(({ action, observation }) => action ?? observation),
    ["think", "think"],
  );
  socket.close();
});

test("a past of large events reaches a client that reads", async () => {
  const { id } = await busyConversation(call);
  const text = "x".repeat(1024 * 1024);
  for (let index = 0; index < 12; index += 1) await say(call, id, `${index} ${text}`);
  for (const batch of ["false", "true"]) {
    const socket = openSocket(server, id, { batch });
    await replayOf(socket);
    assert.deepEqual(idsOf(socket.frames), range(await lastEventId(call, id)));
    socket.close();
    assert.equal((await socket.closed).code, 1005); // ours, which has no code
  }
});

/** Up to the id that `replay_complete` names is the past, and comes before it; what comes after is live. */
function assertSeam(frames: readonly unknown[]): void {
  const seams = statusesOf(frames, "replay_complete");
  assert.equal(seams.length, 1);
  const place = single(frames).indexOf(seams[0]);
  assert.equal(idsOf(single(frames).slice(0, place)).at(-1), seams[0].latest_event_id);
}
