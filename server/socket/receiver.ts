import type { RawData, WebSocket } from "ws";
import { ApiError } from "../api-error.ts";

export interface ReceiverOptions {
  readonly socket: WebSocket;
  /** Whether messages are still taken: a client that is told to go may send more. */
  readonly admitted: () => boolean;
  /** The frames that answer one of the client's. Never throws. */
  readonly answer: (data: RawData, isBinary: boolean) => AsyncIterable<Buffer>;
  readonly push: (frame: Buffer) => void;
}

/** No more of a client's frames are read while this many wait: they stay on its side of the connection. */
const maxWaiting = 32;

/** Takes the frames of one client, one after the other, and answers each. */
export function receive({ socket, admitted, answer, push }: ReceiverOptions): void {
  let waiting = 0;
  let queue: Promise<void> = Promise.resolve();
  socket.on("message", (data, isBinary) => {
    waiting += 1;
    if (waiting === maxWaiting) socket.pause();
    queue = queue.then(async () => {
      if (admitted()) for await (const frame of answer(data, isBinary)) push(frame);
      waiting -= 1;
      if (waiting === 0 && socket.isPaused) socket.resume();
    });
  });
}

/** @throws {ApiError} `unsupported_media_type`, `malformed_json` */
export function parseFrame(data: RawData, isBinary: boolean): unknown {
  if (isBinary)
    throw new ApiError("unsupported_media_type", "The frame is binary. Send a text frame with one JSON document.");
  try {
    return JSON.parse((data as Buffer).toString("utf8")); // a Buffer: the socket's binaryType is the default
  } catch (cause) {
    throw new ApiError("malformed_json", "The frame is not valid JSON. Send one JSON document in UTF-8.", { cause });
  }
}
