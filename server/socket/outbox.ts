import type { Duplex } from "node:stream";
import type { WebSocket } from "ws";
import { batchFrame } from "./frames.ts";

/** A client that has this many bytes waiting reads too slowly to be kept. */
const slowConsumerBytes = 8 * 1024 * 1024;

/** The replay waits while this many bytes are on their way. */
const highWaterBytes = 1024 * 1024;

/** What goes out over one socket: the frames of a tick leave in one write. */
export interface Outbox {
  push(frame: Buffer): void;
  /** Resolves when there is room for more of the past, or the socket is gone. */
  drained(): Promise<void>;
}

/**
 * @param stream the connection under the socket, to gather writes
 * @param options.batch whether the frames of a tick go as one message
 * @param options.tooSlow called when the client does not keep up
 */
export function createOutbox(
  socket: WebSocket,
  stream: Duplex,
  options: { batch: boolean; tooSlow: () => void },
): Outbox {
  let frames: Buffer[] = [];

  function flush(): void {
    const due = frames;
    frames = [];
    if (socket.readyState !== socket.OPEN) return;
    // Before this tick's frames, however large they are: what counts is that the client has not read the earlier ones.
    if (socket.bufferedAmount > slowConsumerBytes) return options.tooSlow();
    // One system call for all of them: a fifth of the cost of one each.
    stream.cork();
    for (const frame of options.batch && due.length > 1 ? [batchFrame(due)] : due)
      socket.send(frame, { binary: false });
    stream.uncork();
  }

  return {
    push(frame) {
      if (frames.push(frame) === 1) setImmediate(flush);
    },
    async drained() {
      await new Promise(setImmediate); // what was pushed in this tick is on its way by then
      while (socket.readyState === socket.OPEN && stream.writableLength > highWaterBytes) {
        await new Promise<void>((resolve) => {
          const done = () => {
            stream.off("drain", done);
            stream.off("close", done);
            resolve();
          };
          stream.once("drain", done);
          stream.once("close", done);
        });
      }
    },
  };
}
