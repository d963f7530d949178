import * as z from "zod";
import { ConfigError } from "./config.ts";

/** The time, so that tests can set it. */
export interface Clock {
  now(): Date;
}

export const systemClock: Clock = { now: () => new Date() };

/**
 * The clock of a server process: the machine's, unless a test has it begin at another moment, `TEST_CLOCK` (RFC 3339), from
 * which on it goes as any clock does. That takes `NODE_ENV=test` besides: what has expired would work again.
 * @throws {ConfigError} when `TEST_CLOCK` is no time, or this is no test
 */
export function clockOf({ TEST_CLOCK, NODE_ENV }: Readonly<Record<string, string | undefined>>): Clock {
  if (TEST_CLOCK === undefined || TEST_CLOCK === "") return systemClock;
  if (NODE_ENV !== "test")
    throw new ConfigError("TEST_CLOCK: is for tests alone. Unset it; a test also sets NODE_ENV to test.");
  const start = z.iso.datetime({ offset: true }).safeParse(TEST_CLOCK);
  if (!start.success) throw new ConfigError("TEST_CLOCK: must be a time such as `2027-06-30T00:00:00Z` (RFC 3339).");
  const ahead = Date.parse(start.data) - Date.now();
  return { now: () => new Date(Date.now() + ahead) };
}

/** A time of a client in the form of the server's own, so that the texts sort as the moments do. @param text RFC 3339 */
export function canonical(text: string): string {
  return new Date(text).toISOString();
}

/** The clock's time as it goes over the wire: RFC 3339, UTC, milliseconds. */
export function timestamp(clock: Clock): string {
  return clock.now().toISOString();
}
