// Clients that send too much or read too little.
import assert from "node:assert/strict";
import { once } from "node:events";
import { writeFile } from "node:fs/promises";
import { randomBytes } from "node:crypto";
import { after, test } from "node:test";
import { lastEventId, caller } from "../../support/api.ts";
import { busyConversation, say } from "../../support/conversation.ts";
import { idsOf, isStatus, range } from "../../support/frames.ts";
import { openSocket } from "../../support/socket.ts";
import { peakMemory, startServer } from "../../support/start-server.ts";

const maxFrameBytes = 4096;
const server = await startServer({ after }, { env: { MAX_FRAME_BYTES: String(maxFrameBytes) } });
const call = caller(server);
const { id } = await busyConversation(call);

/** A frame of so many bytes. */
function frameOf(bytes: number): string {
  const empty = JSON.stringify({ message: "" });
  return JSON.stringify({ message: "x".repeat(bytes - empty.length) });
}

test("a frame of the largest size is taken", async () => {
  const socket = openSocket(server, id, { types: "null" });
  socket.sendRaw(frameOf(maxFrameBytes));
  await socket.next(isStatus("ack"));
  socket.close();
});

test("1009: a frame that is larger", async () => {
  const last = await lastEventId(call, id);
  const socket = openSocket(server, id, { types: "null" });
  await socket.next(isStatus("replay_complete"));
  socket.sendRaw(frameOf(maxFrameBytes + 1));
  assert.equal((await socket.closed).code, 1009);
  assert.equal(await lastEventId(call, id), last);
});

test("1009: a frame that comes in parts and is larger as a whole", async () => {
  const socket = openSocket(server, id, { types: "null" });
  await socket.next(isStatus("replay_complete"));
  const frame = frameOf(maxFrameBytes + 1);
  socket.raw.send(frame.slice(0, 4000), { fin: false });
  socket.raw.send(frame.slice(4000));
  assert.equal((await socket.closed).code, 1009);
});

for (const perMessageDeflate of [false, true])
  test(`1013: a client that does not read what happens (compression: ${perMessageDeflate}); it goes on where it was, and nobody else notices`, async () => {
    const { id } = await busyConversation(call);
    const slow = openSocket(server, id, {}, { perMessageDeflate });
    const other = openSocket(server, id);
    await slow.next(isStatus("replay_complete"));
    slow.raw.pause();
    const text = randomBytes(768 * 1024).toString("base64"); // hardly shorter when compressed
    for (let index = 0; index < 24; index += 1) await say(call, id, text);
    slow.raw.resume();
    const { code, reason } = await slow.closed;
    assert.deepEqual(
      { code, reason },
      { code: 1013, reason: "You read too slowly. Connect again with latest_event_id." },
    );

    const seen = idsOf(slow.frames);
    const last = await lastEventId(call, id);
    assert.ok(seen.length <= last, "the client has all events, so the limit was not put to the test");
    const again = openSocket(server, id, { latest_event_id: String(seen.at(-1)) });
    await again.next(isStatus("replay_complete"));
    assert.deepEqual([...seen, ...idsOf(again.frames)], range(last));
    await other.next((frame) => idsOf([frame])[0] === last);
    assert.deepEqual(idsOf(other.frames), range(last));
    for (const socket of [again, other]) socket.close();
  });

test("a client that does not read the past costs the server no memory for it", async () => {
  const { id } = await busyConversation(call);
  const text = randomBytes(768 * 1024).toString("base64");
  for (let index = 0; index < 40; index += 1) await say(call, id, text);
  await writeFile(`/proc/${server.pid}/clear_refs`, "5"); // the peak begins anew: see proc_pid_clear_refs(5)
  const before = await peakMemory(server);
  const slow = range(9).map(() => openSocket(server, id, {}, { perMessageDeflate: false }));
  for (const { raw } of slow) raw.once("open", () => raw.pause());
  for (const { raw } of slow) await once(raw, "open");
  const reader = openSocket(server, id);
  await reader.next(isStatus("replay_complete"));
  const grown = (await peakMemory(server)) - before;
  assert.ok(grown < 300 * 1024 * 1024, `the server took ${grown} bytes more`); // the past of all is 400 MiB, and as much again as frames
  for (const { raw } of slow.splice(1)) raw.terminate();
  for (const socket of [...slow, reader]) {
    socket.raw.resume();
    await socket.next(isStatus("replay_complete"));
    assert.deepEqual(idsOf(socket.frames), range(await lastEventId(call, id)));
    socket.close();
  }
});

test("a client that does not read the past is waited for", async () => {
  const socket = openSocket(server, id);
  socket.raw.once("open", () => socket.raw.pause());
  for (let index = 0; index < 4; index += 1) await say(call, id, "meanwhile");
  socket.raw.resume();
  await socket.next(isStatus("replay_complete"));
  assert.deepEqual(idsOf(socket.frames), range(await lastEventId(call, id)));
  socket.close();
});
