import { RateLimiterMemory, RateLimiterRedis, RateLimiterRes } from "rate-limiter-flexible";
import type { RateLimiterAbstract } from "rate-limiter-flexible";
import { standardHeaders } from "../contract/index.ts";
import { ApiError } from "./api-error.ts";
import { rateUnits } from "./config.ts";
import type { RateWindow } from "./config.ts";
import { redisPrefix } from "./redis/connection.ts";
import type { RedisConnection } from "./redis/connection.ts";

/** Where a key stands in one window. */
export interface WindowState {
  /** What answers call the window: `user-minute`. */
  readonly policy: string;
  readonly limit: number;
  /** How long the window is, in seconds. */
  readonly duration: number;
  readonly remaining: number;
  readonly msBeforeNext: number;
  readonly refused: boolean;
}

/** Where a key stands in several windows. */
export interface Standing {
  /** Those that have counted, the shortest first. After one that refuses, the others have not. */
  readonly windows: readonly WindowState[];
  /** The one that refuses, or else has least left. */
  readonly tightest: WindowState;
}

/** Counts in several windows at once, all of which must have room. */
export interface RateWindows {
  /** Counts one. @returns where the key stands with it; null without any window */
  count(key: string): Promise<Standing | null>;
  /** Looks, and counts nothing. @returns the window that has no more room; null where each has */
  full(key: string): Promise<WindowState | null>;
}

/** Counters that several servers share. */
export interface SharedCounters {
  readonly redis: RedisConnection;
  /** Told what kept Redis from counting; this process has counted by itself instead. */
  readonly failed: (error: unknown) => void;
}

/**
 * Fixed windows, each of which begins with the first request that it counts.
 * @param windows null switches the limit off
 * @param shared where there is Redis: the windows are those of all servers, and its clock decides when one ends
 */
export function createRateWindows(
  name: string,
  windows: readonly RateWindow[] | null,
  shared: SharedCounters | null = null,
): RateWindows {
  // The shortest first: what it refuses must not use up the longer ones.
  const counters = (windows ?? [])
    .toSorted((a, b) => a.duration - b.duration)
    .map((window) => createCounter(`${name}-${rateUnits[window.duration]}`, window, shared));
  return {
    async count(key) {
      const states: WindowState[] = [];
      for (const counter of counters) {
        const state = await counter.count(key);
        states.push(state);
        if (state.refused) break;
      }
      return standingOf(states);
    },
    async full(key) {
      for (const counter of counters) {
        const state = await counter.look(key);
        if (state?.remaining === 0) return { ...state, refused: true };
      }
      return null;
    },
  };
}

function standingOf(windows: readonly WindowState[]): Standing | null {
  const [first, ...rest] = windows;
  if (!first) return null;
  const tighter = (a: WindowState, b: WindowState) => (b.refused || b.remaining < a.remaining ? b : a);
  return { windows, tightest: rest.reduce(tighter, first) };
}

interface Counter {
  count(key: string): Promise<WindowState>;
  look(key: string): Promise<WindowState | null>;
}

function createCounter(policy: string, { points, duration }: RateWindow, shared: SharedCounters | null): Counter {
  const options = { points, duration, keyPrefix: policy };
  const own = new RateLimiterMemory(options);
  const common =
    shared &&
    new RateLimiterRedis({
      ...options,
      keyPrefix: `${redisPrefix}rate:${policy}`,
      storeClient: shared.redis.client,
      useRedisPackage: true,
    });

  async function asked<Result>(work: (limiter: RateLimiterAbstract) => Promise<Result>): Promise<Result> {
    if (!common) return work(own);
    try {
      return await work(common);
    } catch (error) {
      if (error instanceof RateLimiterRes) throw error;
      shared.failed(error);
      return work(own);
    }
  }

  /** A wall clock that was set back would make a window of memory look longer than it is. */
  const state = ({ remainingPoints, msBeforeNext }: RateLimiterRes, refused: boolean): WindowState => ({
    policy,
    limit: points,
    duration,
    remaining: refused ? 0 : Math.max(0, remainingPoints),
    msBeforeNext: Math.min(Math.max(msBeforeNext, 0), duration * 1000),
    refused,
  });

  return {
    async count(key) {
      try {
        return state(await asked((limiter) => limiter.consume(key)), false);
      } catch (refusal) {
        if (!(refusal instanceof RateLimiterRes)) throw refusal; // the library rejects with the state when there is no room
        return state(refusal, true);
      }
    },
    async look(key) {
      const found = await asked((limiter) => limiter.get(key));
      return found && state(found, false);
    },
  };
}

/** The fields of an answer that say where a client stands. */
export interface RateFields {
  readonly [name: string]: string;
}

/** A standing as headers of an answer: the older fields have the tightest window, the newer ones all that have counted. */
export function rateHeaders({ windows, tightest }: Standing): RateFields {
  return {
    [standardHeaders.RateLimitLimit.name]: String(tightest.limit),
    [standardHeaders.RateLimitRemaining.name]: String(tightest.remaining),
    [standardHeaders.RateLimitReset.name]: String(Math.ceil((Date.now() + tightest.msBeforeNext) / 1000)),
    [standardHeaders.RateLimitPolicy.name]: windows
      .map(({ policy, limit, duration }) => `"${policy}";q=${limit};w=${duration}`)
      .join(", "),
    [standardHeaders.RateLimit.name]: windows
      .map((window) => `"${window.policy}";r=${window.remaining};t=${secondsLeft(window)}`)
      .join(", "),
  };
}

/** Whole seconds until a window ends, at least one. */
export function secondsLeft({ msBeforeNext }: WindowState): number {
  return Math.max(1, Math.ceil(msBeforeNext / 1000));
}

/** What a client is told whom a window has refused. @param counted what there were too many of: `requests` */
export function rateLimited(window: WindowState, counted: string): ApiError {
  const wait = secondsLeft(window);
  return new ApiError(
    "rate_limited",
    `More than ${window.limit} ${counted} in the window. Wait ${wait} ${wait === 1 ? "second" : "seconds"}.`,
    {
      headers: {
        ...rateHeaders({ windows: [window], tightest: window }),
        [standardHeaders.RetryAfter.name]: String(wait),
      },
    },
  );
}
