import { isDeepStrictEqual } from "node:util";
import { absent } from "../place.ts";
import { shown } from "../text.ts";
import type { Pair } from "./comparison.ts";
import { isAnnotation } from "./keywords.ts";

/** Keywords that have a family of their own. */
const handled = new Set([
  "enum",
  "minimum",
  "maximum",
  "exclusiveMinimum",
  "exclusiveMaximum",
  "multipleOf",
  "minLength",
  "maxLength",
  "minItems",
  "maxItems",
  "uniqueItems",
  "minProperties",
  "maxProperties",
  "format",
  "pattern",
  "contentEncoding",
  "contentMediaType",
  "items",
  "propertyNames",
]);

/**
 * Keywords without a rule: a change of one is risky, never overlooked. Below `not`, `if` and the like more may be less, so
 * a change there is risky too.
 */
export function compareOthers(pair: Pair): void {
  compareFacts(pair);
  for (const keyword of new Set([...pair.old.schemas.keys(), ...pair.new.schemas.keys()])) {
    if (handled.has(keyword)) continue;
    const [before, after] = [pair.old.schemas.get(keyword), pair.new.schemas.get(keyword)];
    if (before && after) {
      pair.descend(before, after, "unclear");
      continue;
    }
    const [old, next] = [before?.[0] ?? pair.old.place, after?.[0] ?? pair.new.place];
    const what = `\`${keyword}\` is ${after ? "new" : "gone"}.`;
    pair.report({ rule: "keyword-changed", old, new: next, what });
  }
}

function compareFacts(pair: Pair): void {
  for (const keyword of new Set([...pair.old.facts.keys(), ...pair.new.facts.keys()])) {
    if (handled.has(keyword) || isAnnotation(keyword)) continue;
    const [before, after] = [pair.old.facts.get(keyword), pair.new.facts.get(keyword)];
    if (isDeepStrictEqual(before?.value, after?.value)) continue;
    pair.report({
      rule: "keyword-changed",
      old: before?.place ?? absent(pair.old.place, null),
      new: after?.place ?? absent(pair.new.place, null),
      ...(before && { before: before.value }),
      ...(after && { after: after.value }),
      what: `\`${keyword}\` is ${shown(after?.value)} instead of ${shown(before?.value)}.`,
    });
  }
}
