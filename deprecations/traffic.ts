import type { DeprecatedCall } from "./catalogue.ts";

/** A deprecated call that was made, or several of one socket at once. */
export interface Use {
  readonly call: DeprecatedCall;
  readonly count: number;
  /** When, in milliseconds since 1970; null where the recording does not say. */
  readonly at: number | null;
  /** Who or what made it, for a person; null where the recording does not say. */
  readonly caller: string | null;
  /** The status of the answer; null for a message, and where there was no answer. */
  readonly status: number | null;
}

/** A part of a recording that could not be read. */
export interface Skipped {
  /** `server.log:17`, `traffic.har, entry 3`. */
  readonly where: string;
  readonly why: string;
}

/** What is found in recorded traffic, one thing after the other. */
export interface TrafficReader {
  /** A request or a frame was read. */
  seen(kind: "requests" | "frames"): void;
  used(use: Use): void;
  skipped(part: Skipped): void;
}

/** Recorded traffic cannot be read at all: exit code 2. */
export class TrafficError extends Error {
  override readonly name = "TrafficError";
}
