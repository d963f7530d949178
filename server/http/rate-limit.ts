import type { RequestHandler, Response } from "express";
import type { RateWindow } from "../config.ts";
import { contract, operationsOf } from "../../contract/index.ts";
import type { AddressOf } from "./peer.ts";
import { createRateWindows, rateHeaders, rateLimited } from "../rate-windows.ts";

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
  const counted = createRateWindows(name, windows);
  return {
    async count(key, res) {
      const standing = await counted.count(key);
      if (!standing) return;
      if (standing.refused) throw rateLimited(standing, "requests");
      for (const [header, value] of Object.entries(rateHeaders(standing))) res.setHeader(header, value);
    },
  };
}

const exemptPaths = new Set(
  operationsOf(contract)
    .filter(({ operation }) => operation.metadata.rateLimit === "exempt")
    .map(({ operation }) => operation.path),
);

/** Counts requests by the address that they come from, before anything is known of who makes them. */
export function limitAddresses(limiter: RateLimiter, addressOf: AddressOf): RequestHandler {
  return async (req, res, next) => {
    const exempt = exemptPaths.has(req.path) || req.path.startsWith("/assets/");
    if (!exempt) await limiter.count(addressOf(req), res);
    next();
  };
}
