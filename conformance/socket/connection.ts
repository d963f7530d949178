import { WebSocket } from "ws";
import type { RawData } from "ws";

/** A frame as it came, numbered from 0 on each connection. */
export interface Frame {
  readonly index: number;
  readonly text: string;
  readonly binary: boolean;
}

/** How a connection ended (RFC 6455 §7.1.5); 1006 without a close frame. */
export interface Close {
  readonly code: number;
  readonly reason: string;
}

/** A connection, with everything that has come over it. */
export interface Connection {
  readonly frames: readonly Frame[];
  /** The first frame from `start` on that `pick` gives something for; waits for it. */
  waitFor<T>(what: string, pick: (frame: Frame) => T | undefined, start?: number): Promise<T>;
  send(data: string | Buffer): Promise<void>;
  /** Resolves once the server has answered a ping, so the connection is open. */
  ping(): Promise<void>;
  /** Waits until the server closes. */
  waitForClose(): Promise<Close>;
  /** Whether either side has closed. */
  isClosed(): boolean;
  /** Closes from this side; does nothing when it is closed. */
  close(): Promise<void>;
}

/** The server answered the handshake with a plain HTTP status instead of 101. */
export class HandshakeError extends Error {
  override readonly name = "HandshakeError";
  readonly status: number;
  constructor(status: number) {
    super(`the handshake was answered with ${status}, not 101`);
    this.status = status;
  }
}

/** Something that should have come did not: the connection was closed before, or the time is over. */
export class AbsenceError extends Error {
  override readonly name = "AbsenceError";
}

/**
 * Opens a connection and keeps every frame from the first one on.
 * @param onFrame called with each frame as it comes
 * @throws {HandshakeError} when the server refuses the upgrade
 */
export function openConnection(
  url: URL,
  headers: Readonly<Record<string, string>>,
  timeoutMs: number,
  onFrame: (frame: Frame) => void,
): Promise<Connection> {
  const socket = new WebSocket(url, { headers, handshakeTimeout: timeoutMs, maxPayload: 0 });
  const frames: Frame[] = [];
  const listeners = new Set<() => void>();
  let close: Close | undefined;
  let failure: Error | undefined;

  const wake = (): void => listeners.forEach((listener) => listener());
  socket.on("message", (data, binary) => {
    const frame = { index: frames.length, text: bufferOf(data).toString("utf8"), binary };
    frames.push(frame);
    onFrame(frame);
    wake();
  });
  socket.on("close", (code, reason) => {
    // 1006 tells nothing by itself: the server broke off, or sent what is no WebSocket frame.
    close = { code, reason: reason.toString("utf8") || (failure?.message ?? "") };
    wake();
  });

  /** Polls `read` on every frame, pong and close until it gives something. */
  function until<T>(what: string, read: () => T | undefined): Promise<T> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(
        () => finish(new AbsenceError(`${what} did not come within ${timeoutMs} ms`)),
        timeoutMs,
      );
      const finish = (error: Error): void => {
        done();
        reject(error);
      };
      const done = (): void => {
        clearTimeout(timer);
        listeners.delete(look);
      };
      const look = (): void => {
        const found = read();
        if (found !== undefined) {
          done();
          resolve(found);
        } else if (close) finish(new AbsenceError(`${what} did not come: the server closed with ${describe(close)}`));
      };
      listeners.add(look);
      look();
    });
  }

  const connection: Connection = {
    frames,
    waitFor(what, pick, start = 0) {
      let next = start;
      return until(what, () => {
        for (const frame of frames.slice(next)) {
          next += 1;
          const found = pick(frame);
          if (found !== undefined) return found;
        }
        return undefined;
      });
    },
    send: (data) =>
      new Promise((resolve, reject) => {
        socket.send(data, (error) => {
          // A server may close while a large frame is still being written; the close code tells what is to be told.
          if (error && socket.readyState === WebSocket.OPEN) reject(error);
          else resolve();
        });
      }),
    async ping() {
      let pong = false;
      socket.once("pong", () => {
        pong = true;
        wake();
      });
      socket.ping();
      await until("the answer to a ping", () => (pong ? true : undefined));
    },
    waitForClose: () => until("a close", () => close),
    isClosed: () => close !== undefined,
    async close() {
      if (close) return;
      socket.close(1000);
      const timer = setTimeout(() => socket.terminate(), 1000);
      await until("the end of the connection", () => close).finally(() => clearTimeout(timer));
    },
  };

  return new Promise((resolve, reject) => {
    socket.on("error", (error) => {
      failure = error;
      reject(error);
    });
    socket.on("unexpected-response", (request, response) => {
      reject(new HandshakeError(response.statusCode ?? 0));
      response.destroy();
      request.destroy();
    });
    socket.on("open", () => resolve(connection));
  });
}

/** `4404 (no such conversation)`. */
export function describe({ code, reason }: Close): string {
  return reason === "" ? String(code) : `${code} (${reason})`;
}

function bufferOf(data: RawData): Buffer {
  if (Array.isArray(data)) return Buffer.concat(data);
  return Buffer.isBuffer(data) ? data : Buffer.from(data);
}
