import type { Pair } from "./comparison.ts";
import type { Normal } from "./model.ts";

/** A range of more whole numbers than that is not written as a list. */
const longest = 1000;

const bounds = ["minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"];

/** `minimum: 0, maximum: 2` of integers is `enum: [0, 1, 2]`: where one side lists and the other bounds, both are lists. */
export function withRangesAsLists(pair: Pair): Pair {
  const [old, next] = [listed(pair.old, pair.new), listed(pair.new, pair.old)];
  return old === pair.old && next === pair.new ? pair : { ...pair, old, new: next };
}

function listed(normal: Normal, other: Normal): Normal {
  if (normal.facts.has("enum") || !other.facts.has("enum")) return normal;
  const isInteger = [...normal.types].every((type) => type === "integer" || type === "null");
  const lowest = limitOf(normal, "minimum", "exclusiveMinimum", Math.max, 1);
  const highest = limitOf(normal, "maximum", "exclusiveMaximum", Math.min, -1);
  const place = (normal.facts.get("minimum") ?? normal.facts.get("exclusiveMinimum"))?.place;
  const count = highest - lowest + 1;
  if (!isInteger || !place || normal.facts.has("multipleOf") || !(count > 0 && count <= longest)) return normal;
  const value = Array.from({ length: count }, (_, index) => lowest + index);
  const facts = [...normal.facts].filter(([keyword]) => !bounds.includes(keyword));
  return { ...normal, facts: new Map([...facts, ["enum", { place, value }]]) };
}

/** The outermost whole number; infinite without a bound. */
function limitOf(
  { facts }: Normal,
  inclusive: string,
  exclusive: string,
  stricter: (...limits: number[]) => number,
  step: 1 | -1,
): number {
  const round = step === 1 ? Math.ceil : Math.floor;
  const limits = [inclusive, exclusive].flatMap((keyword) => {
    const value = facts.get(keyword)?.value;
    if (typeof value !== "number") return [];
    const whole = round(value);
    return [keyword === exclusive && whole === value ? whole + step : whole];
  });
  return stricter(...limits);
}
