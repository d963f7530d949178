import { isDeepStrictEqual } from "node:util";
import { noticeOf, sunsetFindings } from "../deprecation.ts";
import type { Notice } from "../deprecation.ts";
import { shown } from "../text.ts";
import type { Pair } from "./comparison.ts";
import { isDocumentation } from "./keywords.ts";
import type { Fact, Normal } from "./model.ts";

/** What a schema says beside what its values must be. */
export function compareAnnotations(pair: Pair): void {
  for (const keyword of new Set([...pair.old.facts.keys(), ...pair.new.facts.keys()])) {
    if (keyword === "default") compareFact(pair, keyword, "default-changed");
    if (isDocumentation(keyword)) compareFact(pair, keyword, "documentation-changed");
  }
  compareDeprecation(pair);
}

function compareFact(pair: Pair, keyword: string, rule: "default-changed" | "documentation-changed"): void {
  const [before, after] = [pair.old.facts.get(keyword), pair.new.facts.get(keyword)];
  if (isDeepStrictEqual(before?.value, after?.value)) return;
  const values = `${shown(after?.value)} instead of ${shown(before?.value)}`;
  const what = rule === "default-changed" ? `default is ${values}.` : `${keyword} is worded otherwise.`;
  pair.report({
    rule,
    old: placeOf(before, pair.old),
    new: placeOf(after, pair.new),
    ...(before && { before: before.value }),
    ...(after && { after: after.value }),
    what,
  });
}

function placeOf(fact: Fact | undefined, normal: Normal): Fact["place"] {
  return fact?.place ?? normal.place;
}

function compareDeprecation(pair: Pair): void {
  const [before, after] = [stateOf(pair.old), stateOf(pair.new)];
  for (const finding of sunsetFindings(before, after, { old: pair.old.place, new: pair.new.place }))
    pair.report(finding);
}

function stateOf({ facts }: Normal): Notice {
  const values = ["deprecated", "x-deprecation", "x-sunset"].flatMap((keyword) => {
    const fact = facts.get(keyword);
    return fact ? [[keyword, fact.value] as const] : [];
  });
  return noticeOf(Object.fromEntries(values));
}
