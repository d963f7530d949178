// Sockets that listen, in a process of their own, so that their work does not wait for that of others. It ends by
// itself when no order has come for long, or one has not been fulfilled.
import { once } from "node:events";
import { createInterface } from "node:readline";
import { WebSocket } from "ws";
import { now } from "../clock.ts";

const longestMs = 120_000;
const eventBytes = 800; // the past and the statuses are shorter
const atOnce = 50; // a server's backlog of connections is a few hundred long

const { URL: url = "", KEY: key = "", SOCKETS = "0" } = process.env;
const count = Number(SOCKETS);
/** When each was sent its last event. */
const lastAt = new Float64Array(count);
let received = 0;
let ordered = 0;

const deadline = setTimeout(() => process.exit(1), longestMs);
for (let opened = 0; opened < count; opened += atOnce)
  await Promise.all(Array.from({ length: Math.min(atOnce, count - opened) }, (_, index) => listen(opened + index)));
console.log("ready");

// A line is an order: how many more events each is to be sent. The answer is when each was sent the last of them.
for await (const line of createInterface({ input: process.stdin })) {
  deadline.refresh();
  ordered += Number(line) * count;
  answer();
}

async function listen(index: number): Promise<void> {
  const socket = new WebSocket(url, { headers: { Authorization: `Bearer ${key}` }, perMessageDeflate: false });
  socket.on("close", (code, reason) => {
    console.error(`${url} closed a socket with ${code} ${reason.toString()}`);
    process.exit(1);
  });
  socket.on("message", (data: Buffer) => {
    if (data.length < eventBytes) return;
    lastAt[index] = now();
    received += 1;
    answer();
  });
  await once(socket, "open");
}

function answer(): void {
  if (received === ordered) console.log(JSON.stringify(Array.from(lastAt)));
}
