import type { WebSocket } from "ws";
import type { Principal } from "../identity/principal.ts";
import type { ConversationRecord } from "../store/store.ts";
import type { Outbox } from "./outbox.ts";

/** A socket that has been let in, whatever it speaks. */
export interface ConversationSocket {
  readonly socket: WebSocket;
  readonly outbox: Outbox;
  readonly principal: Principal;
  /** The conversation as it was when the socket was let in. */
  readonly record: ConversationRecord;
  /** Whether its messages are still taken. */
  readonly admitted: () => boolean;
  /** Counts a frame of the user. @throws {ApiError} `rate_limited` */
  readonly count: () => Promise<unknown>;
  /** Told what a frame has come to: `ack`, or the code of its refusal. */
  readonly noteOutcome: (outcome: string) => void;
  /** Told the name of every deprecated message. */
  readonly noteDeprecated: (name: string) => void;
  readonly close: (code: number, reason: string) => void;
  /** Closes it with the code that a failure has. */
  readonly fail: (error: unknown, reason: string) => void;
}
