import type { Scope } from "../../contract/index.ts";

/** Who makes a request, how that was proven, and what the proof is good for. */
export interface Principal {
  readonly userId: string;
  readonly via: "key" | "token" | "cookie" | "open" | "sandbox";
  readonly scope: Scope;
  /** The id of the key, the hash of the session's cookie, the id of a token's user or of a sandbox; null where there was none of them. */
  readonly proof: string | null;
  /** When the proof ends, as far as that is certain; null is never. */
  readonly expiresAt: string | null;
  /** When keys that are created with it must have expired; null is never. */
  readonly keysExpireBy: string | null;
  /** The one sandbox that the proof reaches, with what is in it; left out where it reaches all that the user has. */
  readonly sandboxId?: string;
}

/** Whether what a principal has proven reaches a sandbox. */
export function reaches(principal: Principal, sandbox: { readonly userId: string; readonly id: string }): boolean {
  return sandbox.userId === principal.userId && (principal.sandboxId ?? sandbox.id) === sandbox.id;
}

/** Whether one scope includes another. */
export function includes(scope: Scope, wanted: Scope): boolean {
  return scope === "write" || wanted === "read";
}
