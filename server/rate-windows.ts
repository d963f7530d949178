import { RateLimiterMemory, RateLimiterRes } from "rate-limiter-flexible";
import { standardHeaders } from "../contract/index.ts";
import { ApiError } from "./api-error.ts";
import type { RateWindow } from "./config.ts";

/** Where a key stands in the tightest of several windows. */
export interface Standing {
  readonly limit: number;
  readonly remaining: number;
  readonly msBeforeNext: number;
  readonly refused: boolean;
}

/** Counts in several windows at once, all of which must have room. */
export interface RateWindows {
  /** Counts one. @returns where the key stands with it; null without any window */
  count(key: string): Promise<Standing | null>;
  /** Looks, and counts nothing. @returns the window that has no more room; null where each has */
  full(key: string): Promise<Standing | null>;
}

/** @param windows null switches the limit off */
export function createRateWindows(name: string, windows: readonly RateWindow[] | null): RateWindows {
  // The shortest first: what it refuses must not use up the longer ones.
  const limiters = (windows ?? [])
    .toSorted((a, b) => a.duration - b.duration)
    .map((window) => new RateLimiterMemory({ ...window, keyPrefix: `${name}/${window.duration}` }));
  return {
    async count(key) {
      let tightest: Standing | null = null;
      for (const limiter of limiters) {
        const standing = await consume(limiter, key);
        if (!tightest || standing.refused || standing.remaining < tightest.remaining) tightest = standing;
        if (standing.refused) break;
      }
      return tightest;
    },
    async full(key) {
      for (const limiter of limiters) {
        const state = await limiter.get(key);
        if (state && state.remainingPoints <= 0)
          return { limit: limiter.points, remaining: 0, msBeforeNext: state.msBeforeNext, refused: true };
      }
      return null;
    },
  };
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

/** A standing as headers of an answer. */
export function rateHeaders({ limit, remaining, msBeforeNext }: Standing): Record<string, string> {
  return {
    [standardHeaders.RateLimitLimit.name]: String(limit),
    [standardHeaders.RateLimitRemaining.name]: String(remaining),
    [standardHeaders.RateLimitReset.name]: String(Math.ceil((Date.now() + msBeforeNext) / 1000)),
  };
}

/** What a client is told whom a window has refused. @param counted what there were too many of: `requests` */
export function rateLimited(standing: Standing, counted: string): ApiError {
  const wait = Math.max(1, Math.ceil(standing.msBeforeNext / 1000));
  return new ApiError(
    "rate_limited",
    `More than ${standing.limit} ${counted} in the window. Wait ${wait} ${wait === 1 ? "second" : "seconds"}.`,
    { headers: { ...rateHeaders(standing), [standardHeaders.RetryAfter.name]: String(wait) } },
  );
}
