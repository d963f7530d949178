// What may wait for one client, on real sockets whose buffers can be looked at.
import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { Duplex } from "node:stream";
import { after, describe, test } from "node:test";
import { WebSocket, WebSocketServer } from "ws";
import { createOutbox, mostWaitingBytes } from "../../../server/socket/outbox.ts";
import type { Outbox } from "../../../server/socket/outbox.ts";
import { until } from "../../support/api.ts";
import { range } from "../../support/frames.ts";

const MiB = 1024 * 1024;
const webSockets = new WebSocketServer({ noServer: true, perMessageDeflate: false });
const http = createServer().listen(0, "127.0.0.1");
await once(http, "listening");
after(() => {
  for (const socket of webSockets.clients) socket.terminate();
  http.close();
});

interface Pair {
  readonly outbox: Outbox;
  readonly near: WebSocket;
  readonly far: WebSocket;
  /** The lengths of what has come. */
  readonly came: number[];
  readonly slow: () => number;
}

async function connect(options: { batch: boolean }): Promise<Pair> {
  const accepted = Promise.withResolvers<{ near: WebSocket; stream: Duplex }>();
  http.once("upgrade", (req, stream, head) =>
    webSockets.handleUpgrade(req, stream, head, (near) => accepted.resolve({ near, stream })),
  );
  const far = new WebSocket(`ws://127.0.0.1:${(http.address() as AddressInfo).port}`, { maxPayload: 64 * MiB });
  const came: number[] = [];
  far.on("message", (data: Buffer) => came.push(data.length));
  const { near, stream } = await accepted.promise;
  await once(far, "open");
  let slow = 0;
  const tooSlow = () => {
    slow += 1;
    near.close(1013);
  };
  return { outbox: createOutbox(near, stream, { ...options, tooSlow }), near, far, came, slow: () => slow };
}

const text = (bytes: number) => Buffer.alloc(bytes, "x");

for (const batch of [false, true])
  describe(batch ? "a client that asked for batches" : "a client", () => {
    test("never has more waiting than the limit, in one tick", async () => {
      const { outbox, near, far, came, slow } = await connect({ batch });
      far.pause();
      for (const _ of range(99)) {
        outbox.push(text(MiB));
        assert.ok(near.bufferedAmount <= mostWaitingBytes + 127, `${near.bufferedAmount} bytes wait`);
      }
      assert.equal(slow(), 1);
      await new Promise(setImmediate);
      assert.ok(near.bufferedAmount <= mostWaitingBytes + 127, `${near.bufferedAmount} bytes wait`);
      far.resume();
      assert.equal((await once(far, "close"))[0], 1013);
      // What fitted has come: seven frames, since eight and their headers are more than the limit.
      assert.deepEqual(came, batch ? [7 * MiB + 8] : range(6).map(() => MiB));
    });

    test("never has more waiting than the limit, over many ticks", async () => {
      const { outbox, near, far, slow } = await connect({ batch });
      far.pause();
      for (const _ of range(199)) {
        outbox.push(text(MiB / 4));
        await new Promise(setImmediate);
        assert.ok(near.bufferedAmount <= mostWaitingBytes + 127, `${near.bufferedAmount} bytes wait`);
      }
      assert.equal(slow(), 1);
      far.terminate();
    });

    test("is sent a single frame above the limit when nothing else waits", async () => {
      const { outbox, near, far, came, slow } = await connect({ batch });
      outbox.push(text(mostWaitingBytes + MiB));
      await until(() => came.length === 1);
      await until(() => near.bufferedAmount === 0);
      outbox.push(text(10));
      await until(() => came.length === 2);
      assert.deepEqual(came, [mostWaitingBytes + MiB, 10]);
      assert.equal(slow(), 0);
      far.terminate();
    });

    test("that waits for room is given any amount of the past", async () => {
      const { outbox, far, came, slow } = await connect({ batch });
      for (const bytes of [MiB / 2, mostWaitingBytes, mostWaitingBytes + 1, 1, mostWaitingBytes - 1, 1]) {
        await outbox.room(bytes);
        outbox.push(text(bytes));
      }
      await until(() => came.length === 6);
      assert.equal(slow(), 0);
      far.terminate();
    });

    test("that has a little waiting gets room for much when it has read that", async () => {
      const { outbox, near, far, came } = await connect({ batch });
      far.pause();
      while (near.bufferedAmount === 0) {
        outbox.push(text(1000));
        await new Promise(setImmediate);
      }
      const room = outbox.room(2 * MiB);
      far.resume();
      await room;
      outbox.push(text(2 * MiB));
      await until(() => came.at(-1) === 2 * MiB);
      far.terminate();
    });

    test("that goes away is not waited for", async () => {
      const { outbox, far } = await connect({ batch });
      far.pause();
      outbox.push(text(7 * MiB));
      const room = outbox.room(2 * MiB);
      far.terminate();
      await room;
    });
  });
