import { once } from "node:events";
import { WebSocket } from "ws";
import type { Work } from "./figure.ts";

/** Sockets that send one message each, and the next once it has been acknowledged. */
export interface Senders {
  /** Sends so many messages in all. */
  send(messages: number): Promise<void>;
}

/** Sockets that count what they are sent. */
export interface Receivers {
  /** Resolves when each has been sent so many more messages than at the last call. */
  received(messages: number): Promise<void>;
}

export function openSockets(count: number, url: string, key: string): Promise<WebSocket[]> {
  return Promise.all(
    Array.from({ length: count }, async () => {
      const socket = new WebSocket(url, { headers: { Authorization: `Bearer ${key}` }, perMessageDeflate: false });
      await once(socket, "open");
      return socket;
    }),
  );
}

/** @param frame what each of them sends */
export function createSenders(sockets: readonly WebSocket[], frame: string): Senders {
  const acknowledgement = /"status":"ack"/;
  return {
    async send(messages) {
      let left = messages;
      const one = (socket: WebSocket) =>
        new Promise<void>((resolve) => {
          const next = () => {
            if (left > 0) {
              left -= 1;
              socket.send(frame);
            } else {
              socket.off("message", heard);
              resolve();
            }
          };
          const heard = (data: Buffer) => {
            if (acknowledgement.test(data.toString("latin1"))) next();
          };
          socket.on("message", heard);
          next();
        });
      await Promise.all(sockets.map(one));
    },
  };
}

/** @param isEvent which messages count */
export function createReceivers(sockets: readonly WebSocket[], isEvent: (data: Buffer) => boolean): Receivers {
  let missing = 0;
  let done = () => {};
  for (const socket of sockets)
    socket.on("message", (data: Buffer) => {
      if (!isEvent(data)) return;
      missing -= 1;
      if (missing === 0) done();
    });
  return {
    received(messages) {
      const { promise, resolve } = Promise.withResolvers<void>();
      missing += messages * sockets.length;
      done = resolve;
      return promise;
    },
  };
}

/** Times something. */
export async function timed(operations: number, work: () => Promise<unknown>): Promise<Work> {
  const began = performance.now();
  await work();
  return { operations, seconds: (performance.now() - began) / 1000 };
}
