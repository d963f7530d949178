import type { Duplex } from "node:stream";
import type { WebSocket } from "ws";
import { deflate, deflateBatch, deflatedHeader, takesDeflate } from "./compression.ts";
import { batchFrame } from "./frames.ts";

/** What may wait for one client, headers included: a frame that would take it further finds a client that reads too slowly. */
export const mostWaitingBytes = 8 * 1024 * 1024;

/** At least what a frame costs besides its text: its header (RFC 6455 §5.2), or its part in the frame of a batch. */
const overheadBytes = 20;

/** The replay waits while this many bytes are on their way. */
const highWaterBytes = 1024 * 1024;

/** What goes out over one socket: the frames of a tick leave in one write. */
export interface Outbox {
  /**
   * Never lets more than `mostWaitingBytes` wait, whether in this tick or unread, or else a single frame: one that is
   * larger than that goes out when nothing else waits. The frames of a tick count as they are before compression. Nothing
   * is taken any more from when a client is too slow.
   */
  push(frame: Buffer): void;
  /**
   * Resolves when there is room for so much more of the past, or the socket is gone: what is larger than the room that is
   * kept for the past has to itself what waits.
   */
  room(bytes: number): Promise<void>;
}

/**
 * @param stream the connection under the socket, to gather writes
 * @param options.batch whether the frames of a tick go as one message
 * @param options.tooSlow called once, when the client does not keep up
 */
export function createOutbox(
  socket: WebSocket,
  stream: Duplex,
  options: { batch: boolean; tooSlow: () => void },
): Outbox {
  const deflating = takesDeflate(socket);
  let frames: Buffer[] = [];
  let dueBytes = 0; // what the frames of this tick come to
  let ended = false;

  function giveUp(): void {
    ended = true;
    flush();
    options.tooSlow();
  }

  function flush(): void {
    const due = frames;
    frames = [];
    dueBytes = 0;
    if (due.length === 0 || socket.readyState !== socket.OPEN) return;
    // One system call for all of them: a fifth of the cost of one each.
    stream.cork();
    if (options.batch && due.length > 1) send(deflating ? deflateBatch(due) : null, () => batchFrame(due));
    else for (const frame of due) send(deflating ? deflate(frame) : null, () => frame);
    stream.uncork();
  }

  /** Everything is written when it is sent, here as by ws, which compresses nothing itself: so all keeps its order. */
  function send(deflated: Buffer | null, plain: () => Buffer): void {
    if (deflated === null) return socket.send(plain(), { binary: false, compress: false });
    stream.write(deflatedHeader(deflated.length));
    stream.write(deflated);
  }

  return {
    push(frame) {
      if (ended || socket.readyState !== socket.OPEN) return;
      const bytes = frame.length + overheadBytes;
      const waiting = socket.bufferedAmount + dueBytes;
      if (waiting > 0 && waiting + bytes > mostWaitingBytes) return giveUp();
      dueBytes += bytes;
      if (frames.push(frame) === 1) setImmediate(flush);
    },
    async room(bytes) {
      await new Promise(setImmediate); // what was pushed in this tick is on its way by then
      const full = () => stream.writableLength > 0 && stream.writableLength + bytes > highWaterBytes;
      while (socket.readyState === socket.OPEN && full()) {
        await written(stream);
      }
    },
  };
}

/** Resolves when all that waits has been written, or never will be. The event `drain` comes only after a stream was full. */
function written(stream: Duplex): Promise<void> {
  return new Promise((resolve) => void stream.write(nothing, () => resolve()));
}

const nothing = Buffer.alloc(0);
