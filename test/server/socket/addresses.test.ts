// How many sockets one address may have open, whoever it is that opens them.
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { caller, createConversation } from "../../support/api.ts";
import { isStatus } from "../../support/frames.ts";
import { openSocket } from "../../support/socket.ts";
import type { TestSocket } from "../../support/socket.ts";
import { startServer } from "../../support/start-server.ts";

const env = { MAX_SOCKETS_PER_ADDRESS: "3", TRUSTED_PROXIES: "127.0.0.1" };
const server = await startServer({ after }, { env });
const call = caller(server);
const id = await createConversation(call);

function from(address: string, options: { key?: string | null } = {}): TestSocket {
  return openSocket(server, id, {}, { ...options, headers: { "X-Forwarded-For": address } });
}

async function fill(address: string): Promise<TestSocket[]> {
  const open = [from(address), from(address), from(address)];
  for (const socket of open) await socket.next(isStatus("replay_complete"));
  return open;
}

async function assertRefused(socket: TestSocket): Promise<void> {
  assert.deepEqual(await socket.closed, { code: 4429, reason: "Your address has 3 sockets open. Close one first." });
  assert.deepEqual(socket.frames, []);
}

test("4429: more than that, until one is closed, and without being asked for credentials", async () => {
  const open = await fill("192.0.2.1");
  await assertRefused(from("192.0.2.1"));
  await assertRefused(from("192.0.2.1", { key: null }));
  await assertRefused(from("192.0.2.1"));
  open[0]?.close();
  await open[0]?.closed;
  const next = from("192.0.2.1");
  await next.next(isStatus("replay_complete"));
  await assertRefused(from("192.0.2.1"));
  for (const socket of [...open, next]) socket.close();
});

test("another address behind the same proxy has its own", async () => {
  const open = await fill("192.0.2.2");
  const other = from("192.0.2.3");
  await other.next(isStatus("replay_complete"));
  for (const socket of [...open, other]) socket.close();
});

test("sockets that are refused for another reason do not stay counted", async () => {
  for (let index = 0; index < 5; index += 1)
    assert.equal((await from("192.0.2.4", { key: null }).closed).code, 4401, `refusal ${index}`);
  for (const socket of await fill("192.0.2.4")) socket.close();
});
