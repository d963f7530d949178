import type { Scope } from "../../contract/index.ts";

/** Who makes a request, how that was proven, and what the proof is good for. */
export interface Principal {
  readonly userId: string;
  readonly via: "key" | "token" | "cookie" | "open";
  readonly scope: Scope;
  /** The id of the key, the hash of the session's cookie, the id of a token's user; null where there was none of them. */
  readonly proof: string | null;
  /** When the proof ends, as far as that is certain; null is never. */
  readonly expiresAt: string | null;
  /** When keys that are created with it must have expired; null is never. */
  readonly keysExpireBy: string | null;
}

/** Whether one scope includes another. */
export function includes(scope: Scope, wanted: Scope): boolean {
  return scope === "write" || wanted === "read";
}
