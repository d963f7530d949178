import type { Pair } from "./comparison.ts";
import type { Normal } from "./model.ts";
import { everyType, typesText } from "./types.ts";
import type { Atom } from "./types.ts";

/** Whether no value but null fits both, so that there is nothing else to compare. */
export function areOfOtherTypes({ old, new: next }: Pair): boolean {
  const [before, after] = [withoutNull(old), withoutNull(next)];
  return before.isDisjointFrom(after) && before.size > 0 && after.size > 0;
}

/** Both keywords of a type have something to be compared with. */
export function haveBoth({ old, new: next }: Pair, type: Atom): boolean {
  return old.types.has(type) && next.types.has(type);
}

export function compareTypes(pair: Pair): void {
  const { old, new: next } = pair;
  if (areOfOtherTypes(pair)) return report(pair, "type-changed");
  // Of unions, the alternatives are compared.
  if (!old.union && !next.union) {
    if (!withoutNull(old).isSubsetOf(withoutNull(next))) report(pair, "type-narrowed");
    if (!withoutNull(next).isSubsetOf(withoutNull(old))) report(pair, "type-widened");
  }
  // Any value includes null, and has been reported as a type already.
  if (isAny(old) !== isAny(next) && !old.union && !next.union) return;
  if (old.types.has("null") && !next.types.has("null")) report(pair, "null-refused");
  if (!old.types.has("null") && next.types.has("null")) report(pair, "null-allowed");
}

function report(pair: Pair, rule: "type-changed" | "type-narrowed" | "type-widened" | "null-refused" | "null-allowed") {
  const [before, after] = [typesText(pair.old.types), typesText(pair.new.types)];
  pair.report({
    rule,
    old: pair.old.typePlace,
    new: pair.new.typePlace,
    before,
    after,
    what: `The type is ${after} instead of ${before}.`,
  });
}

function isAny({ types }: Normal): boolean {
  return types.size === everyType.size;
}

function withoutNull({ types }: Normal): ReadonlySet<Atom> {
  return new Set([...types].filter((type) => type !== "null"));
}
