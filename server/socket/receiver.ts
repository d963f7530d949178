import type { RawData, WebSocket } from "ws";
import { mostRefusedFrames } from "../../contract/index.ts";
import { ApiError } from "../api-error.ts";
import { toApiError } from "../http/errors.ts";

export interface ReceiverOptions {
  readonly socket: WebSocket;
  /** Whether messages are still taken: a client that is told to go may send more. */
  readonly admitted: () => boolean;
  /** Counts a frame. @throws {ApiError} `rate_limited` */
  readonly count: () => Promise<unknown>;
  /** The frames that answer one of the client's. Never throws. */
  readonly answer: (frame: ReceivedFrame) => AsyncIterable<Buffer>;
  readonly push: (frame: Buffer) => void;
  readonly close: (code: number, reason: string) => void;
}

/** A frame of a client. */
export interface ReceivedFrame {
  readonly data: RawData;
  readonly isBinary: boolean;
  /** Why it is refused whatever is in it; null where it is not one too many. */
  readonly excess: ApiError | null;
}

/** No more of a client's frames are read while this many wait: they stay on its side of the connection. */
const maxWaiting = 32;

/** Takes the frames of one client, one after the other, and answers each. A client that is told to wait, and does not, is closed. */
export function receive({ socket, admitted, count, answer, push, close }: ReceiverOptions): void {
  let waiting = 0;
  let refused = 0;
  let queue: Promise<void> = Promise.resolve();

  async function take(data: RawData, isBinary: boolean): Promise<void> {
    const excess = await count().then(() => null, toApiError);
    refused = excess ? refused + 1 : 0;
    for await (const frame of answer({ data, isBinary, excess })) push(frame);
    if (refused === mostRefusedFrames) setImmediate(close, 4429, listenNext); // after the last answer
  }

  socket.on("message", (data, isBinary) => {
    waiting += 1;
    if (waiting === maxWaiting) socket.pause();
    queue = queue.then(async () => {
      if (admitted()) await take(data, isBinary);
      waiting -= 1;
      if (waiting === 0 && socket.isPaused) socket.resume();
    });
  });
}

const listenNext = "You go on sending while your frames are refused. Wait before connecting again.";

/** @throws {ApiError} `unsupported_media_type`, `malformed_json` */
export function parseFrame({ data, isBinary }: Pick<ReceivedFrame, "data" | "isBinary">): unknown {
  if (isBinary)
    throw new ApiError("unsupported_media_type", "The frame is binary. Send a text frame with one JSON document.");
  try {
    return JSON.parse((data as Buffer).toString("utf8")); // a Buffer: the socket's binaryType is the default
  } catch (cause) {
    throw new ApiError("malformed_json", "The frame is not valid JSON. Send one JSON document in UTF-8.", { cause });
  }
}
