// Clients that send more than their user may.
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { mostRefusedFrames } from "../../../contract/index.ts";
import { caller, createConversation, lastEventId, until } from "../../support/api.ts";
import { isStatus } from "../../support/frames.ts";
import { openSocket } from "../../support/socket.ts";
import { startServer } from "../../support/start-server.ts";

const say = (request_id: string) => ({
  type: "oh_user_action",
  data: { action: "message", args: { content: "Hello." } },
  request_id,
});

test("a frame too many is refused with how long to wait, on all sockets of the user; 4429 for who does not listen", async () => {
  const server = await startServer({ after }, { env: { RATE_LIMIT_FRAMES: "2/day", RATE_LIMIT_USER: "off" } });
  const id = await createConversation(caller(server));
  const socket = openSocket(server, id, { types: "null" });
  const other = openSocket(server, id, { types: "null" });
  await socket.next(isStatus("replay_complete"));
  socket.send(say("a"));
  await socket.next(({ request_id, status }) => request_id === "a" && status === "ack");
  socket.sendRaw("{");
  await socket.next(({ code }) => code === "malformed_json"); // counts as well
  socket.send(say("b"));
  const refusal = await socket.next(({ request_id }) => request_id === "b");
  const { retry_after, ...rest } = refusal;
  assert.deepEqual(rest, {
    type: "status",
    status: "error",
    code: "rate_limited",
    message: `More than 2 frames in the window. Wait ${retry_after} seconds.`,
    request_id: "b",
  });
  assert.ok(retry_after > 86_000 && retry_after <= 86_400);
  other.send({ message: "Hello." });
  assert.equal((await other.next(isStatus("error"))).code, "rate_limited");

  await until(async () => (await lastEventId(caller(server), id)) >= 0);
  for (let index = 1; index < mostRefusedFrames; index += 1) socket.send(say(`more-${index}`));
  assert.deepEqual(await socket.closed, {
    code: 4429,
    reason: "You go on sending while your frames are refused. Wait before connecting again.",
  });
  const refusals = socket.frames.filter(({ code }) => code === "rate_limited");
  assert.equal(refusals.length, mostRefusedFrames, "each was answered before");
  other.close();
});

test("a client that waits as it is told is never closed", async () => {
  const server = await startServer({ after }, { env: { RATE_LIMIT_FRAMES: "1/second" } });
  const id = await createConversation(caller(server));
  const socket = openSocket(server, id, { types: "null" });
  await socket.next(isStatus("replay_complete"));
  socket.send(say("first"));
  socket.send(say("second"));
  const refused = await socket.next(({ request_id, status }) => request_id === "second" && status === "error");
  await new Promise((resolve) => setTimeout(resolve, refused.retry_after * 1000));
  socket.send(say("second"));
  await socket.next(({ request_id, status }) => request_id === "second" && status === "ack");
  socket.close();
});

test("a handshake counts as a request of its address", async () => {
  const server = await startServer({ after }, { env: { RATE_LIMIT_ADDRESS: "2/day" } });
  const options = { key: null };
  const codes = [];
  for (let index = 0; index < 3; index += 1)
    codes.push((await openSocket(server, "0".repeat(32), {}, options).closed).code);
  assert.deepEqual(codes, [4401, 4401, 4429]);
  assert.equal((await caller(server)("GET", "/api/keys")).status, 429);
});
