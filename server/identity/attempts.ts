import type { RateWindow } from "../config.ts";
import { ApiError } from "../api-error.ts";
import { createRateWindows, rateLimited } from "../rate-windows.ts";
import { keyStart } from "./tokens.ts";

/** A key that somebody has sent, and the address that it came from. */
export interface Attempt {
  readonly key: string;
  readonly address: string;
}

/** Limits how many wrong keys may be tried: by the address that they come from, and by how they begin. */
export interface Attempts {
  /**
   * Checks a key, and counts it when it is wrong. While there were too many, also a right one is not looked at: else the
   * answer would tell which one is.
   * @throws {ApiError} `rate_limited`; and what `check` throws, of which `invalid_credentials` counts
   */
  limit<Result>(attempt: Attempt, check: () => Promise<Result>): Promise<Result>;
}

export interface AttemptLimits {
  /** Null switches a limit off. */
  readonly perAddress: readonly RateWindow[] | null;
  readonly perPrefix: readonly RateWindow[] | null;
}

export function createAttempts({ perAddress, perPrefix }: AttemptLimits): Attempts {
  const byAddress = createRateWindows("wrong-keys-address", perAddress);
  const byPrefix = createRateWindows("wrong-keys-prefix", perPrefix);
  return {
    async limit({ key, address }, check) {
      const prefix = keyStart(key);
      const full = (await byAddress.full(address)) ?? (await byPrefix.full(prefix));
      if (full) throw rateLimited(full, "wrong keys");
      try {
        return await check();
      } catch (error) {
        if (error instanceof ApiError && error.code === "invalid_credentials")
          await Promise.all([byAddress.count(address), byPrefix.count(prefix)]);
        throw error;
      }
    },
  };
}
