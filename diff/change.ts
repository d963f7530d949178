import type { Json } from "../conformance/json.ts";
import type { DocumentKind, Place } from "./place.ts";
import type { RuleId } from "./rules.ts";

/** How much a change hurts a client that was written for the old document; from harmless to harmful. */
export const severities = ["safe", "risky", "breaking"] as const;
export type Severity = (typeof severities)[number];

/**
 * Which way the data goes. What a client sends may be allowed more than before, what it gets may not. `unclear` is where
 * more here may be less there: below `not`, `if` and the like.
 */
export type Direction = "request" | "response" | "unclear";

/** What a comparison has found, before it is known how bad it is and who meets it. */
export interface Finding {
  readonly rule: RuleId;
  readonly old: Place;
  readonly new: Place;
  readonly before?: Json;
  readonly after?: Json;
  /** One sentence: what has changed. */
  readonly what: string;
  /** The direction that decides, where the finding has one. */
  readonly direction?: Direction;
  /** Instead of the rule's class: what the deprecation policy allows, for example. */
  readonly verdict?: Verdict;
}

/** A class, the reason for it, and what a client has to do. */
export interface Verdict {
  readonly severity: Severity;
  readonly why: string;
  readonly action: string;
}

/** A change that a client can notice. */
export interface Change extends Verdict {
  readonly rule: RuleId;
  readonly document: DocumentKind;
  readonly direction: Direction | null;
  readonly what: string;
  /** JSON pointers into the two documents. Where something is absent, to what it is absent from. */
  readonly old: string;
  readonly new: string;
  readonly before: Json | undefined;
  readonly after: Json | undefined;
  /** What meets the change, such as `POST /api/settings: request body`; empty when it is about the whole document. */
  readonly uses: readonly string[];
}

/** The worst of them; `safe` when there is none. */
export function worstOf(changes: readonly Change[]): Severity {
  return severities.findLast((severity) => changes.some((change) => change.severity === severity)) ?? "safe";
}

/** The operation or message of a use, without the part of it. */
export function operationOf(use: string): string {
  const end = use.indexOf(": ");
  return end < 0 ? use : use.slice(0, end);
}

export function isAtLeast(severity: Severity, least: Severity): boolean {
  return severities.indexOf(severity) >= severities.indexOf(least);
}
