import type * as z from "zod";
import type { Deprecation } from "./deprecation.ts";
import type { Difference } from "./differences.ts";
import type { ErrorCode } from "./errors.ts";
import type { Gate, Security } from "./operation.ts";

/** A message that goes over a channel, in one direction. */
export interface ChannelMessage {
  /** Which way it goes, as the server sees it. */
  readonly direction: "send" | "receive";
  /** The name of the message on the wire, which several forms may share: `oh_event`. */
  readonly name: string;
  readonly summary: string;
  readonly description: string;
  readonly since: string;
  readonly deprecation?: Deprecation;
  readonly payload: z.ZodType;
  /** Payloads as they go over the wire. */
  readonly examples: readonly unknown[];
  /** For a message that the server receives: the keys of the messages that answer it. */
  readonly replies?: readonly string[];
  /** For a message that the server receives: what the `error` status can say of it. */
  readonly errors?: readonly ErrorCode[];
}

/** Why a connection is closed. */
export interface CloseCode {
  readonly code: number;
  readonly summary: string;
  /** Whether a client should connect again: at once with backoff, or not at all. */
  readonly reconnect: boolean;
  readonly description: string;
}

/** What is written in `contract/socket/*.ts`. */
export interface ChannelDefinition {
  /** The path with parameters as `:name`. */
  readonly address: `/${string}`;
  readonly summary: string;
  readonly description: string;
  readonly since: string;
  readonly security: Security;
  readonly gate?: Gate;
  /** Where it does something else than upstream's socket, on purpose. */
  readonly differences?: readonly Difference[];
  readonly params: z.ZodObject;
  readonly query: z.ZodObject;
  readonly messages: Readonly<Record<string, ChannelMessage>>;
  readonly closeCodes: readonly CloseCode[];
}

/** Declares one channel: a socket address, the messages of both directions and the reasons for which it is closed. */
export function channel<const Definition extends ChannelDefinition>(definition: Definition): Definition {
  return definition;
}

/** Channels by name. */
export type Channels = Readonly<Record<string, ChannelDefinition>>;
