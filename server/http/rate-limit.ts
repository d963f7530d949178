import type { RequestHandler, Response } from "express";
import { RateLimiterMemory, RateLimiterRes } from "rate-limiter-flexible";
import type { RateWindow } from "../config.ts";
import { contract, operationsOf, standardHeaders } from "../../contract/index.ts";
import { ApiError } from "../api-error.ts";

/** Counts requests. */
export interface RateLimiter {
  /**
   * Counts one request and writes what is left into the answer's headers.
   * @throws {ApiError} `rate_limited`
   */
  count(key: string, res: Response): Promise<void>;
}

/** @param windows all of which must have room; null switches the limit off */
export function createRateLimiter(name: string, windows: readonly RateWindow[] | null): RateLimiter {
  // The shortest first: a request that it refuses must not use up the longer ones.
  const limiters = (windows ?? [])
    .toSorted((a, b) => a.duration - b.duration)
    .map((window) => new RateLimiterMemory({ ...window, keyPrefix: `${name}/${window.duration}` }));
  return {
    async count(key, res) {
      let tightest: Standing | null = null;
      for (const limiter of limiters) {
        const standing = await consume(limiter, key);
        if (!tightest || standing.refused || standing.remaining < tightest.remaining) tightest = standing;
        if (standing.refused) break;
      }
      if (tightest) answer(tightest, res);
    },
  };
}

/** Where a key stands in one window after a request. */
interface Standing {
  readonly limit: number;
  readonly remaining: number;
  readonly msBeforeNext: number;
  readonly refused: boolean;
}

async function consume(limiter: RateLimiterMemory, key: string): Promise<Standing> {
  try {
    const { remainingPoints, msBeforeNext } = await limiter.consume(key);
    return { limit: limiter.points, remaining: remainingPoints, msBeforeNext, refused: false };
  } catch (refusal) {
    if (!(refusal instanceof RateLimiterRes)) throw refusal; // the library rejects with the state when there is no room
    return { limit: limiter.points, remaining: 0, msBeforeNext: refusal.msBeforeNext, refused: true };
  }
}

function answer({ limit, remaining, msBeforeNext, refused }: Standing, res: Response): void {
  const wait = Math.max(1, Math.ceil(msBeforeNext / 1000));
  res.setHeader(standardHeaders.RateLimitLimit.name, limit);
  res.setHeader(standardHeaders.RateLimitRemaining.name, remaining);
  res.setHeader(standardHeaders.RateLimitReset.name, Math.ceil((Date.now() + msBeforeNext) / 1000));
  if (refused) {
    throw new ApiError(
      "rate_limited",
      `More than ${limit} requests in the window. Wait ${wait} ${wait === 1 ? "second" : "seconds"}.`,
      {
        headers: { [standardHeaders.RetryAfter.name]: String(wait) },
      },
    );
  }
}

const exemptPaths = new Set(
  operationsOf(contract)
    .filter(({ operation }) => operation.metadata.rateLimit === "exempt")
    .map(({ operation }) => operation.path),
);

/** Counts requests by the address that they come from, before anything is known of who makes them. */
export function limitAddresses(limiter: RateLimiter): RequestHandler {
  return async (req, res, next) => {
    const exempt = exemptPaths.has(req.path) || req.path.startsWith("/assets/");
    if (!exempt) await limiter.count(req.socket.remoteAddress ?? "", res);
    next();
  };
}
