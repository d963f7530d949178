/** The longest delay that timers take; a longer one would fire at once (HTML, "timers": a signed 32-bit integer). */
const longestTimerMs = 2 ** 31 - 1;

/** A signal that follows the caller's, and is aborted with `reason()` once the time is up. `clear` ends both. */
export function startDeadline(ms: number, reason: () => Error, signal: AbortSignal | undefined) {
  const controller = new AbortController();
  const follow = () => controller.abort(signal?.reason);
  const timer = ms > longestTimerMs ? undefined : setTimeout(() => controller.abort(reason()), ms);
  if (signal?.aborted) follow();
  signal?.addEventListener("abort", follow);
  return {
    signal: controller.signal,
    clear: () => {
      clearTimeout(timer);
      signal?.removeEventListener("abort", follow);
    },
  };
}

/** Resolves after the time; rejects with the signal's reason when that is aborted first. */
export async function sleep(ms: number, signal: AbortSignal | undefined): Promise<void> {
  signal?.throwIfAborted();
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, ms);
  const abort = () => reject(signal?.reason);
  signal?.addEventListener("abort", abort);
  try {
    await promise;
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener("abort", abort);
  }
}

/** `Retry-After` in milliseconds: whole seconds or an HTTP date (RFC 9110 §10.2.3); undefined when it is neither. */
export function retryAfterMs(header: string | null): number | undefined {
  if (header === null) return undefined;
  if (/^\d+$/.test(header)) return Number(header) * 1000;
  const date = Date.parse(header);
  return Number.isNaN(date) ? undefined : Math.max(0, date - Date.now());
}

/** How long to wait before trying again, in milliseconds. @param tries how many tries in a row have failed, from 1 */
export type RetryDelay = (tries: number) => number;

/**
 * Half a second, doubled with each try up to half a minute, less up to a half of it by chance: so that the clients of a
 * server that ends do not all come back at the same moment.
 */
export const backoff: RetryDelay = (tries) => Math.min(500 * 2 ** (tries - 1), 30_000) * (1 - Math.random() / 2);

/** Calls back when something that is expected does not happen in time. */
export interface Watchdog {
  /** Something is expected from now on, unless it was already. */
  expect(): void;
  /** It has happened. */
  rest(): void;
}

/** A watchdog that expects nothing yet. @param ms its patience; `Infinity` has no end */
export function createWatchdog(ms: number, bark: () => void): Watchdog {
  let timer: ReturnType<typeof setTimeout> | undefined;
  return {
    expect() {
      if (ms <= longestTimerMs) timer ??= setTimeout(bark, ms);
    },
    rest() {
      clearTimeout(timer);
      timer = undefined;
    },
  };
}
