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
  /** Told the name of every deprecated message. */
  readonly noteDeprecated: (name: string) => void;
  /** Counts a frame of the user. @throws {ApiError} `rate_limited` */
  readonly count: () => Promise<unknown>;
  /** Called when the client goes on sending although its frames are refused as too many. */
  readonly tooMany: () => void;
  readonly close: (code: number, reason: string) => void;
  /** Closes it with the code that a failure has. */
  readonly fail: (error: unknown, reason: string) => void;
}
