import type { Pair } from "./comparison.ts";
import type { Fact, Normal } from "./model.ts";
import { haveBoth } from "./type.ts";
import type { Atom } from "./types.ts";

/** A limit: the greater a lower one and the lower an upper one, the fewer values fit. */
interface Limit {
  readonly fact: Fact;
  readonly value: number;
  readonly isExclusive: boolean;
}

/** Pairs of keywords that limit from below and from above, with the type that they are about. */
const sizes: readonly [type: Atom, lower: string, upper: string][] = [
  ["string", "minLength", "maxLength"],
  ["array", "minItems", "maxItems"],
  ["object", "minProperties", "maxProperties"],
];

/** Bounds of numbers, lengths, items and properties. */
export function compareBounds(pair: Pair): void {
  if (haveBoth(pair, "integer") || haveBoth(pair, "fraction")) {
    compareLimits(pair, lowerLimit, 1);
    compareLimits(pair, upperLimit, -1);
    compareMultiples(pair);
  }
  for (const [type, lower, upper] of sizes) {
    if (!haveBoth(pair, type)) continue;
    compareLimits(pair, (normal) => limitAt(normal, lower, false), 1);
    compareLimits(pair, (normal) => limitAt(normal, upper, false), -1);
  }
  if (haveBoth(pair, "array")) compareUniqueness(pair);
}

/** @param sign 1 for a limit from below, -1 for one from above */
function compareLimits(pair: Pair, limitOf: (normal: Normal) => Limit | undefined, sign: 1 | -1): void {
  const [before, after] = [limitOf(pair.old), limitOf(pair.new)];
  const difference = sign * (rankOf(after, sign) - rankOf(before, sign));
  if (difference === 0 || Number.isNaN(difference)) return;
  reportBound(pair, difference > 0 ? "bound-tightened" : "bound-loosened", before?.fact, after?.fact);
}

function reportBound(pair: Pair, rule: "bound-tightened" | "bound-loosened", before?: Fact, after?: Fact): void {
  const what = `${textOf(after)} instead of ${textOf(before)}.`;
  pair.report({
    rule,
    old: before?.place ?? pair.old.place,
    new: after?.place ?? pair.new.place,
    ...(before && { before: before.value }),
    ...(after && { after: after.value }),
    what: what.charAt(0).toUpperCase() + what.slice(1),
  });
}

/** `minimum 3`: the keyword is the last part of where it stands. */
function textOf(fact: Fact | undefined): string {
  if (!fact) return "no bound";
  return `${fact.place.pointer.slice(fact.place.pointer.lastIndexOf("/") + 1)} ${JSON.stringify(fact.value)}`;
}

/** A number for the limit that orders limits; `x < 3` is a little less than `x <= 3`. */
function rankOf(limit: Limit | undefined, sign: 1 | -1): number {
  if (!limit) return -sign * Number.MAX_VALUE;
  if (!limit.isExclusive) return limit.value;
  return limit.value + sign * Math.max(Number.EPSILON * Math.abs(limit.value), Number.MIN_VALUE);
}

function lowerLimit(normal: Normal): Limit | undefined {
  return stricter(limitAt(normal, "minimum", false), limitAt(normal, "exclusiveMinimum", true), 1);
}

function upperLimit(normal: Normal): Limit | undefined {
  return stricter(limitAt(normal, "maximum", false), limitAt(normal, "exclusiveMaximum", true), -1);
}

function stricter(one: Limit | undefined, other: Limit | undefined, sign: 1 | -1): Limit | undefined {
  if (!one || !other) return one ?? other;
  return sign * (rankOf(other, sign) - rankOf(one, sign)) > 0 ? other : one;
}

/** Of integers, `> 0` and `>= 1` are the same limit. */
function limitAt(normal: Normal, keyword: string, isExclusive: boolean): Limit | undefined {
  const fact = normal.facts.get(keyword);
  if (typeof fact?.value !== "number") return undefined;
  if (normal.types.has("fraction")) return { fact, value: fact.value, isExclusive };
  const isLower = /min/i.test(keyword);
  const next = isLower ? Math.floor(fact.value) + 1 : Math.ceil(fact.value) - 1;
  const same = isLower ? Math.ceil(fact.value) : Math.floor(fact.value);
  return { fact, value: isExclusive ? next : same, isExclusive: false };
}

function compareMultiples(pair: Pair): void {
  const [before, after] = [pair.old.facts.get("multipleOf"), pair.new.facts.get("multipleOf")];
  const [from, to] = [numberOf(before), numberOf(after)];
  if (JSON.stringify(before?.value) === JSON.stringify(after?.value)) return;
  if (from === undefined || (to !== undefined && divides(from, to)))
    return reportBound(pair, "bound-tightened", before, after);
  if (to === undefined || divides(to, from)) return reportBound(pair, "bound-loosened", before, after);
  pair.report({
    rule: "multiple-changed",
    old: before?.place ?? pair.old.place,
    new: after?.place ?? pair.new.place,
    before: from,
    after: to,
    what: `Multiples of ${to} instead of ${from}.`,
  });
}

/** Several numbers that values must all be multiples of come from `allOf`; their product is as good as the least one. */
function numberOf(fact: Fact | undefined): number | undefined {
  if (!fact) return undefined;
  const numbers = (Array.isArray(fact.value) ? fact.value : [fact.value]).filter((each) => typeof each === "number");
  return numbers.reduce((product, each) => product * each, 1);
}

/** Decimal fractions are no exact numbers here: 0.3 is a multiple of 0.1. */
function divides(divisor: number, number: number): boolean {
  const times = number / divisor;
  return Math.abs(times - Math.round(times)) < 1e-9;
}

function compareUniqueness(pair: Pair): void {
  const [before, after] = [pair.old.facts.get("uniqueItems"), pair.new.facts.get("uniqueItems")];
  if (after && !before) reportBound(pair, "bound-tightened", undefined, after);
  if (before && !after) reportBound(pair, "bound-loosened", before, undefined);
}
