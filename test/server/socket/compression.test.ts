// permessage-deflate (RFC 7692): who gets it, that it changes nothing but the number of bytes, and what it may cost.
import assert from "node:assert/strict";
import { once } from "node:events";
import { writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { IncomingMessage } from "node:http";
import { syncBuiltinESMExports } from "node:module";
import type { AddressInfo } from "node:net";
import { after, describe, mock, test } from "node:test";
import zlib from "node:zlib";
import { WebSocket, WebSocketServer } from "ws";
import { keepNoInflater, negotiate, statelessDeflate } from "../../../server/socket/compression.ts";
import { createOutbox } from "../../../server/socket/outbox.ts";
import type { Outbox } from "../../../server/socket/outbox.ts";
import { allEvents, caller, lastEventId, until } from "../../support/api.ts";
import { busyConversation, say } from "../../support/conversation.ts";
import { eventsOf, idsOf, isStatus, range, statusesOf } from "../../support/frames.ts";
import { openSocket } from "../../support/socket.ts";
import { peakMemory, startServer } from "../../support/start-server.ts";

const MiB = 1024 * 1024;
const server = await startServer({ after });
const call = caller(server);
const { id } = await busyConversation(call);

/** The sizes on both sides of every border: of the threshold, and of the three forms of a frame's length. */
const sizes = [1, 900, 2000, 10, 70_000, 1, 1024, 200_000, 30];
for (const size of sizes) await say(call, id, "x".repeat(size));
const random = () => Buffer.from(crypto.getRandomValues(new Uint8Array(3000))).toString("base64");

const negotiated = "permessage-deflate; server_no_context_takeover; client_no_context_takeover";

/** Connects with an offer of its own. @returns what the server answers to it */
async function answerTo(offer: string): Promise<string | undefined> {
  const headers = { "Sec-WebSocket-Extensions": offer };
  const socket = openSocket(server, id, {}, { perMessageDeflate: false, headers });
  const [res] = (await once(socket.raw, "upgrade")) as [IncomingMessage];
  socket.raw.terminate(); // ws would not know what to do with an extension that it did not offer
  return res.headers["sec-websocket-extensions"];
}

describe("an offer", () => {
  for (const offer of [
    "permessage-deflate",
    "permessage-deflate; client_max_window_bits", // what browsers send
    "permessage-deflate; client_max_window_bits=9; server_no_context_takeover",
    "permessage-deflate; server_max_window_bits=15",
    "permessage-deflate; server_max_window_bits=10, permessage-deflate",
    'x-other; mode="ab", permessage-deflate; unknown, permessage-deflate; client_no_context_takeover',
  ])
    test(`is accepted without context takeover: ${offer}`, async () => assert.equal(await answerTo(offer), negotiated));

  for (const offer of [
    false,
    "x-webkit-deflate-frame",
    "permessage-deflate; server_max_window_bits=10",
    "permessage-deflate; unknown",
    "permessage-deflate; hasOwnProperty=server_max_window_bits",
    "permessage-deflate; client_max_window_bits=16",
    "permessage-deflate; server_no_context_takeover; server_no_context_takeover",
  ] as const)
    test(`is declined, and the socket opened without it: ${offer}`, async () => {
      const headers: Record<string, string> = offer === false ? {} : { "Sec-WebSocket-Extensions": offer };
      const socket = openSocket(server, id, {}, { perMessageDeflate: false, headers });
      await socket.next(isStatus("replay_complete"));
      assert.equal(socket.raw.extensions, "");
      socket.close();
    });

  test("that is no list of extensions is refused", async () => {
    const socket = openSocket(
      server,
      id,
      {},
      { perMessageDeflate: false, headers: { "Sec-WebSocket-Extensions": ";" } },
    );
    await assert.rejects(socket.closed, /answered with 400/);
  });

  test("is declined where the operator has turned compression off", async (t) => {
    const off = await startServer(t, { env: { SOCKET_COMPRESSION: "off" } });
    const conversation = await busyConversation(caller(off));
    const socket = openSocket(off, conversation.id);
    await socket.next(isStatus("replay_complete"));
    assert.equal(socket.raw.extensions, "");
    socket.close();
  });
});

for (const batch of ["false", "true"])
  test(`what comes is the same with and without it, in order, past and live (batch=${batch})`, async () => {
    const sockets = [true, false].map((perMessageDeflate) => openSocket(server, id, { batch }, { perMessageDeflate }));
    for (const socket of sockets) await socket.next(isStatus("replay_complete"));
    const contents = [...sizes.map((size) => "é".repeat(size)), random(), ...sizes.map((size) => "y".repeat(size))];
    await Promise.all(contents.map((content) => say(call, id, content)));
    sockets[0]?.send({ message: "z".repeat(5000) }); // compressed by the client
    await sockets[0]?.next(isStatus("ack"));
    const { event_id } = statusesOf(sockets[0]?.frames ?? [], "ack")[0];
    const all = await allEvents(call, id);
    assert.equal(all[event_id].args.content, "z".repeat(5000));
    for (const socket of sockets) {
      await until(() => idsOf(socket.frames).includes(event_id));
      assert.deepEqual(eventsOf(socket.frames), all);
      socket.close();
      assert.equal((await socket.closed).code, 1005); // ours, which has no code
    }
    assert.deepEqual(
      sockets.map(({ raw }) => raw.extensions),
      ["permessage-deflate", ""],
    );
  });

test("1009: a message that is small until it is inflated, which costs the server no memory", async () => {
  const last = await lastEventId(call, id);
  const bomb = zlib.deflateRawSync(Buffer.alloc(512 * MiB, "x"), { finishFlush: zlib.constants.Z_SYNC_FLUSH });
  const socket = openSocket(server, id, { types: "null" });
  await socket.next(isStatus("replay_complete"));
  await writeFile(`/proc/${server.pid}/clear_refs`, "5"); // the peak begins anew: see proc_pid_clear_refs(5)
  const before = await peakMemory(server);
  const header = Buffer.alloc(14);
  header.set([0xc1, 0xff]);
  header.writeBigUInt64BE(BigInt(bomb.length - 4), 2); // the mask is 0
  const { _socket: stream } = socket.raw as unknown as { _socket: NodeJS.WritableStream };
  stream.write(header);
  stream.write(bomb.subarray(0, -4));
  assert.equal((await socket.closed).code, 1009);
  const grown = (await peakMemory(server)) - before;
  assert.ok(grown < 64 * MiB, `the server took ${grown} bytes more`);
  assert.equal(await lastEventId(call, id), last);
});

describe("how often zlib works", () => {
  const webSockets = new WebSocketServer({ noServer: true, perMessageDeflate: statelessDeflate });
  const http = createServer().listen(0, "127.0.0.1");
  const outboxes: Outbox[] = [];
  const received: Buffer[] = [];
  http.on("upgrade", (req, stream, head) => {
    negotiate(req, true);
    webSockets.handleUpgrade(req, stream, head, (socket) => {
      socket.on("message", (data: Buffer) => received.push(data));
      keepNoInflater(socket);
      outboxes.push(createOutbox(socket, stream, { batch: outboxes.length % 2 === 0, tooSlow: () => {} }));
    });
  });
  const clients: WebSocket[] = [];
  const came: string[][] = [];
  after(() => {
    for (const client of clients) client.terminate();
    http.close();
    mock.restoreAll();
    syncBuiltinESMExports();
  });

  test("many sockets take what has been compressed once", async () => {
    await until(() => http.listening);
    for (const index of range(19)) {
      const client = new WebSocket(`ws://127.0.0.1:${(http.address() as AddressInfo).port}`);
      const own: string[] = [];
      came.push(own);
      client.on("message", (data: Buffer) => {
        const text = String(data);
        own.push(...(text.startsWith("[") ? (JSON.parse(text) as string[]).map((one) => JSON.stringify(one)) : [text]));
      });
      clients.push(client);
      await once(client, "open");
      await until(() => outboxes.length === index + 1);
    }
    const deflate = mock.method(zlib, "deflateRawSync");
    syncBuiltinESMExports();
    const frames = [2000, 10, 1500, 70_000].map((size) => Buffer.from(JSON.stringify("x".repeat(size))));
    for (const outbox of outboxes) for (const frame of frames) outbox.push(frame);
    await until(() => came.every((own) => own.length === frames.length));
    for (const own of came) assert.deepEqual(own, frames.map(String));
    assert.equal(deflate.mock.callCount(), 3, "the ones above the threshold");
  });

  test("no socket keeps what it inflates with", async () => {
    const inflate = mock.method(zlib, "createInflateRaw");
    for (const client of clients) for (const _ of range(2)) client.send("x".repeat(5000));
    await until(() => received.length === 3 * clients.length);
    assert.deepEqual(
      received.map(String),
      received.map(() => "x".repeat(5000)),
    );
    for (const { result } of inflate.mock.calls) assert.ok((result as zlib.InflateRaw).destroyed);
    assert.equal(inflate.mock.callCount(), received.length);
  });
});
