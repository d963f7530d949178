import assert from "node:assert/strict";
import { test } from "node:test";
import type { TestContext } from "node:test";
import { now } from "../../bench/clock.ts";
import { startPeer } from "../../bench/processes.ts";
import { obstacleTo, openReceivers } from "../../bench/receivers.ts";
import { createSenders, openSockets } from "../../bench/socket-load.ts";

async function peerWithReceivers(t: TestContext, count: number) {
  const peer = await startPeer("fan-out.ts", new Uint8Array(1000).fill(120));
  const receivers = await openReceivers(count, `${peer.ready}/receiver`, "");
  const sockets = await openSockets(1, `${peer.ready}/sender`, "");
  t.after(async () => {
    for (const socket of sockets) socket.terminate();
    await receivers.stop();
    await peer.stop();
  });
  return { peer, receivers, senders: createSenders(sockets, "hello") };
}

test("receivers tell when each was sent the last of so many events, asked before they came or after", async (t) => {
  const { receivers, senders } = await peerWithReceivers(t, 7);
  const began = now();
  const [first] = await Promise.all([receivers.received(3), senders.send(3)]);
  assert.equal(first.length, 7);
  assert.ok(first.every((time) => time > began));
  const between = now();
  await senders.send(2);
  const second = await receivers.received(2);
  assert.equal(second.length, 7);
  assert.ok(second.every((time) => time > between));
});

test("receivers that are closed before they were sent everything fail", async (t) => {
  const { peer, receivers } = await peerWithReceivers(t, 2);
  const waiting = receivers.received(1);
  await Promise.all([assert.rejects(waiting, /ended before it was done/), peer.stop()]);
});

test("a process tells how much memory it holds", async (t) => {
  const { peer } = await peerWithReceivers(t, 1);
  const { held, resident } = await peer.memory();
  assert.ok(held > 1024 ** 2 && resident > held, `${held} of ${resident}`);
});

test("more sockets than a process may have files are an obstacle", () => {
  assert.equal(obstacleTo(1), null);
  assert.match(obstacleTo(10 ** 12) ?? "", /1000000000000 sockets need 1000000000100 open files.*ulimit -Hn/);
});
