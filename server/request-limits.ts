import { setTimeout as sleep } from "node:timers/promises";
import type { Config } from "./config.ts";
import type { Metrics } from "./metrics.ts";
import { createRateWindows, rateLimited } from "./rate-windows.ts";
import type { RateWindows, SharedCounters, Standing } from "./rate-windows.ts";

/** The limits on requests, and on the frames of sockets. */
export interface RequestLimits {
  /**
   * Counts a request by the address that it comes from, before anything is known of who makes it. What a burst has too many
   * waits for up to a second. A socket's handshake is a request too.
   * @param gone aborted when nobody waits for the answer any more: neither does the request
   * @returns where the address stands; null where there is no limit
   * @throws {ApiError} `rate_limited`
   * @throws {DOMException} the signal's reason
   */
  countAddress(address: string, gone: AbortSignal): Promise<Standing | null>;
  /**
   * Counts a request by the user who makes it, on all servers together where they share a Redis.
   * @throws {ApiError} `rate_limited`
   */
  countUser(userId: string): Promise<Standing | null>;
  /** The same for a frame. @throws {ApiError} `rate_limited` */
  countFrame(userId: string): Promise<Standing | null>;
}

type Limits = Pick<Config, "RATE_LIMIT_ADDRESS" | "RATE_LIMIT_ADDRESS_BURST" | "RATE_LIMIT_USER" | "RATE_LIMIT_FRAMES">;

/** @param shared where the counts of users are kept; null is this process */
export function createRequestLimits(
  config: Limits,
  shared: SharedCounters | null,
  metrics: Pick<Metrics, "decided">,
): RequestLimits {
  /** @throws {ApiError} `rate_limited` */
  async function counted(windows: RateWindows, key: string, what: string, limit: string): Promise<Standing | null> {
    const standing = await windows.count(key);
    if (!standing) return null;
    metrics.decided(limit, standing.tightest.refused ? "refused" : "allowed");
    if (standing.tightest.refused) throw rateLimited(standing.tightest, what);
    return standing;
  }

  const addresses = createRateWindows("address", config.RATE_LIMIT_ADDRESS);
  const bursts = createRateWindows("burst", config.RATE_LIMIT_ADDRESS && config.RATE_LIMIT_ADDRESS_BURST);
  const users = createRateWindows("user", config.RATE_LIMIT_USER, shared);
  const frames = createRateWindows("frames", config.RATE_LIMIT_FRAMES, shared);
  return {
    async countAddress(address, gone) {
      const standing = await counted(addresses, address, "requests", "address");
      const burst = await bursts.count(address);
      if (burst?.tightest.refused) {
        metrics.decided("address", "delayed");
        await sleep(burst.tightest.msBeforeNext, undefined, { signal: gone });
      }
      return standing;
    },
    countUser: (userId) => counted(users, userId, "requests", "user"),
    countFrame: (userId) => counted(frames, userId, "frames", "frames"),
  };
}
