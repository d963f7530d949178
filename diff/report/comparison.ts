import { operationOf, severities } from "../change.ts";
import type { Change, Severity } from "../change.ts";

/** What a report is made from. */
export interface Comparison {
  /** What was compared, as it was named. */
  readonly old: string;
  readonly new: string;
  readonly changes: readonly Change[];
}

export type Counts = Readonly<Record<Severity, number>>;

export function countsOf(changes: readonly Change[]): Counts {
  const count = (severity: Severity): number => changes.filter((change) => change.severity === severity).length;
  return { safe: count("safe"), risky: count("risky"), breaking: count("breaking") };
}

/** `2 breaking, 1 risky, 14 safe`, the worst first. */
export function countText(changes: readonly Change[]): string {
  const counts = countsOf(changes);
  return severities
    .toReversed()
    .map((severity) => `${counts[severity]} ${severity}`)
    .join(", ");
}

/** Changes that say the same of several places. */
export interface Group extends Change {
  readonly places: readonly Change[];
}

export function groupsOf(changes: readonly Change[]): Group[] {
  const groups = Map.groupBy(changes, ({ severity, rule, direction, what, before, after, why }) =>
    JSON.stringify([severity, rule, direction, what, before, after, why]),
  );
  return [...groups.values()].flatMap((places) => {
    const [first] = places;
    const uses = [...new Set(places.flatMap((place) => place.uses))];
    return first ? [{ ...first, uses, places }] : [];
  });
}

/** Who meets a change, each operation once: `GET /api/keys (response 200)`. */
export function meeters({ uses }: Change): string[] {
  const parts = new Map<string, string[]>();
  for (const use of uses) {
    const operation = operationOf(use);
    const part = use.slice(operation.length + ": ".length);
    parts.set(operation, [...(parts.get(operation) ?? []), ...(part === "" ? [] : [part])]);
  }
  return [...parts].map(([operation, named]) =>
    named.length === 0 ? operation : `${operation} (${named.join(", ")})`,
  );
}

/** As `meeters`, the first few; the JSON report has all of them. */
export function fewMeeters(change: Change, most: number): string[] {
  const all = meeters(change);
  return all.length > most ? [...all.slice(0, most), `${all.length - most} more`] : all;
}

/** `openapi#/paths/…`; two places where they differ. */
export function placeText({ places: [first, ...others] }: Group): string {
  if (!first) return "";
  const { document, old, new: next } = first;
  const more = others.length > 0 ? ` and ${others.length} more` : "";
  return `${document}#${old}${old === next ? "" : ` → #${next}`}${more}`;
}
