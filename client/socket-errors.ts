import { channels } from "../generated/client/channels.ts";
import type { ErrorDetail, ErrorStatus } from "../generated/client/types.ts";
import type { Unlisted } from "./operation-types.ts";

/** The server refused what `send` sent: nothing was appended, and the socket stays open. */
export class SocketMessageError extends Error {
  override readonly name = "SocketMessageError";
  /** What was wrong, for a program. A newer server may send a code that this client does not list. */
  readonly code: ErrorStatus["code"] | Unlisted;
  /** The parts of the message that were wrong, when they can be named; else empty. */
  readonly details: readonly ErrorDetail[];

  constructor({ code, message, details = [] }: Pick<ErrorStatus, "code" | "message" | "details">) {
    super(message);
    this.code = code;
    this.details = details;
  }
}

/** The socket is closed: by the server, by the network (1006), or, for what was still unanswered, by `close()` (1000). */
export class SocketClosedError extends Error {
  override readonly name = "SocketClosedError";
  /** The close code: RFC 6455 §7.4, and from 4400 on those of `asyncapi.yaml`, such as 4404 for no such conversation. */
  readonly code: number;
  /** What the server says to it, for a person; may be empty. */
  readonly reason: string;
  /** Whether connecting again, with `latestEventId` and after a pause, can be of use. */
  readonly reconnect: boolean;

  constructor(code: number, reason: string, options?: ErrorOptions) {
    const { summary, reconnect } = meaningOf(code);
    super(`The socket was closed with ${[`${code}${summary}`, reason].filter(Boolean).join(": ")}`, options);
    this.code = code;
    this.reason = reason;
    this.reconnect = reconnect;
  }
}

/** The server sent a frame that is no JSON object, or binary. The socket is closed. */
export class UnexpectedFrameError extends Error {
  override readonly name = "UnexpectedFrameError";
  /** How the frame begins; empty for a binary one. */
  readonly excerpt: string;

  constructor(data: unknown, options?: ErrorOptions) {
    const excerpt = typeof data === "string" ? data.slice(0, 200) : "";
    super(`Expected frames of JSON objects, got ${excerpt ? JSON.stringify(excerpt) : "a binary frame"}`, options);
    this.excerpt = excerpt;
  }
}

/** Why a socket has ended. */
export type SocketError = SocketClosedError | UnexpectedFrameError;

function meaningOf(code: number): { summary: string; reconnect: boolean } {
  const listed: Readonly<Record<number, { summary: string; reconnect: boolean }>> = channels.events.closeCodes;
  const known = listed[code];
  // 4000 and up are the application's own (RFC 6455 §7.4.2): a refusal that this client does not know is final.
  return known ? { ...known, summary: ` (${known.summary})` } : { summary: "", reconnect: code < 4000 };
}
