import fc from "fast-check";
import type { JsonObject } from "../json.ts";
import { numberAt } from "./schema.ts";

/** Whole numbers beyond it are not the same to every reader of JSON (RFC 8259 §6), so none is sent. */
export const largestInteger = Number.MAX_SAFE_INTEGER;

/** Whole numbers within the bounds of a flat schema. */
export function integers(schema: JsonObject): fc.Arbitrary<number> {
  const [low, high] = bounds(schema, 1);
  const step = numberAt(schema, "multipleOf") ?? 1;
  const whole = { min: Math.ceil(low / step), max: Math.floor(high / step) };
  if (whole.min > whole.max) return fc.constant(low);
  return fc.integer(within(whole)).map((count) => count * step);
}

/** Numbers within the bounds of a flat schema. */
export function numbers(schema: JsonObject): fc.Arbitrary<number> {
  if (numberAt(schema, "multipleOf") !== undefined) return integers(schema);
  const [min, max] = bounds(schema, 0);
  const { exclusiveMinimum, exclusiveMaximum } = schema;
  return fc
    .double({
      min,
      max,
      minExcluded: exclusiveMinimum !== undefined,
      maxExcluded: exclusiveMaximum !== undefined,
      noNaN: true,
      noDefaultInfinity: true,
    })
    .map((value) => (value === 0 ? 0 : value)); // JSON has no -0
}

/** The least and the largest number that fit; `step` is the distance to a bound that does not fit itself. */
export function bounds(schema: JsonObject, step: number): [number, number] {
  const above = numberAt(schema, "exclusiveMinimum");
  const below = numberAt(schema, "exclusiveMaximum");
  return [
    Math.max(numberAt(schema, "minimum") ?? -largestInteger, above === undefined ? -largestInteger : above + step),
    Math.min(numberAt(schema, "maximum") ?? largestInteger, below === undefined ? largestInteger : below - step),
  ];
}

/** fast-check draws integers of 32 bits; what lies beyond is for the boundaries. */
function within({ min, max }: { min: number; max: number }): { min: number; max: number } {
  const [least, most] = [-0x7fffffff, 0x7fffffff];
  if (min > most || max < least) return { min, max: min };
  return { min: Math.max(min, least), max: Math.min(max, most) };
}
