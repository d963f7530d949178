import { once } from "node:events";
import { WebSocket } from "ws";
import type { Work } from "./figure.ts";

/** Sockets that send one message each, and the next once it has been acknowledged. */
export interface Senders {
  /** Sends so many messages in all. */
  send(messages: number): Promise<void>;
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

/** Times something. */
export async function timed(operations: number, work: () => Promise<unknown>): Promise<Work> {
  const began = performance.now();
  await work();
  return { operations, seconds: (performance.now() - began) / 1000 };
}
