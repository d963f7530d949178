import { isDeepStrictEqual } from "node:util";
import type { Json } from "../../conformance/json.ts";
import { shown } from "../text.ts";
import type { Pair } from "./comparison.ts";
import type { Fact, Normal } from "./model.ts";
import { typeOf } from "./types.ts";

/** Enumerations and constants: a constant is an enumeration of one. */
export function compareEnums(pair: Pair): void {
  const before = pair.old.facts.get("enum");
  const after = pair.new.facts.get("enum");
  const sides = { old: placeOf(before, pair.old), new: placeOf(after, pair.new) };
  if (before && after) return compareValues(pair, listOf(before), listOf(after), sides);
  if (after && !isEmpty(pair.old)) {
    const what = `Only ${shown(after.value)} may stand here; any value could.`;
    pair.report({ rule: "enum-added", ...sides, after: after.value, what });
  }
  if (before && !isEmpty(pair.new)) {
    const what = `Any value may stand here; only ${shown(before.value)} could.`;
    pair.report({ rule: "enum-lifted", ...sides, before: before.value, what });
  }
}

function compareValues(pair: Pair, before: Json[], after: Json[], sides: Sides): void {
  const removed = missing(before, after).filter((value) => pair.new.types.has(typeOf(value)));
  const added = missing(after, before).filter((value) => pair.old.types.has(typeOf(value)));
  if (removed.length === before.length && added.length === after.length) {
    const what = `The values are ${shown(after)} instead of ${shown(before)}.`;
    return pair.report({ rule: "enum-replaced", ...sides, before, after, what });
  }
  for (const value of removed)
    pair.report({ rule: "enum-value-removed", ...sides, before: value, what: `The value ${shown(value)} is gone.` });
  for (const value of added)
    pair.report({ rule: "enum-value-added", ...sides, after: value, what: `The value ${shown(value)} is new.` });
}

type Sides = Record<"old" | "new", Fact["place"]>;

function missing(values: Json[], from: Json[]): Json[] {
  return values.filter((value) => !from.some((other) => isDeepStrictEqual(value, other)));
}

function placeOf(fact: Fact | undefined, normal: Normal): Fact["place"] {
  return fact?.place ?? normal.place;
}

/** Null alone, or nothing at all, has no values to list. */
function isEmpty({ types }: Normal): boolean {
  return [...types].every((type) => type === "null");
}

function listOf({ value }: Fact): Json[] {
  return value as Json[]; // an enum fact is a list
}
