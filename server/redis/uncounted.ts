import type { Logger } from "pino";
import type { RedisConnection } from "./connection.ts";

/** No more than one line in so long: what a Redis refuses once, it refuses for every request. */
const quietMs = 60_000;

/**
 * Warns of a Redis that is there and does not count, since it is full or only reads, say. That one is away, the connection
 * has said already.
 */
export function warnOfUncounted({ answers }: RedisConnection, logger: Logger): (error: unknown) => void {
  let quietUntil = 0;
  return (err) => {
    const now = performance.now();
    if (!answers() || now < quietUntil) return;
    quietUntil = now + quietMs;
    logger.warn({ err }, "redis does not count requests; this process counts by itself");
  };
}
