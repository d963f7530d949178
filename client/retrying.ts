import { ConnectionError, TimeoutError } from "./errors.ts";
import { retryAfterMs } from "./waiting.ts";
import type { RetryDelay } from "./waiting.ts";

/** What came of one try: an answer, or what was thrown instead. */
export type Outcome<Answer> = { readonly answer: Answer } | { readonly error: unknown };

/** The longest that a call waits for `Retry-After`. A server that asks for more is not waited for. */
const longestRetryMs = 60_000;

/** What is between the client and the server says that the server did not answer; or the server, that it cannot now. */
const unavailable: readonly number[] = [502, 503, 504];

/**
 * How long to wait before another try; undefined when there is to be none. A refusal because of too many requests (429) was
 * not carried out. Of everything else it is not known, and only what can be done twice without harm (RFC 9110 §9.2.2) is.
 * @param target.takesKey whether the server carries it out once when it is asked for it twice under one `Idempotency-Key`
 * @param tries how many there have been
 */
export function pauseBefore(
  outcome: Outcome<{ readonly status: number; readonly headers: Headers }>,
  { method, takesKey }: { readonly method: string; readonly takesKey: boolean },
  tries: number,
  delayMs: RetryDelay,
): number | undefined {
  const answer = "answer" in outcome ? outcome.answer : undefined;
  const lost =
    "error" in outcome && (outcome.error instanceof ConnectionError || outcome.error instanceof TimeoutError);
  const repeatable = ["GET", "PUT", "DELETE"].includes(method) || takesKey;
  const failed = lost || (answer !== undefined && unavailable.includes(answer.status));
  if (answer?.status !== 429 && !(failed && repeatable)) return undefined;
  const pause = retryAfterMs(answer?.headers.get("retry-after") ?? null) ?? delayMs(tries);
  return pause <= longestRetryMs ? pause : undefined;
}
