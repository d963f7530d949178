import fc from "fast-check";
import type { JsonObject } from "../json.ts";
import { numberAt } from "./schema.ts";
import { formats } from "./formats.ts";

/** Longer texts are not made up where a schema sets no limit: what is long is for the boundaries. */
const usualLength = 24;

/** Texts that fit `pattern`, `format` and the lengths of a flat schema. Lengths count code points (JSON Schema §6.3). */
export function texts(schema: JsonObject): fc.Arbitrary<string> {
  const { pattern, format } = schema;
  const minLength = numberAt(schema, "minLength") ?? 0;
  const maxLength = numberAt(schema, "maxLength") ?? Infinity;
  if (typeof pattern === "string" && format === undefined) return matching(pattern, minLength, maxLength);
  const formed = typeof format === "string" ? formats[format] : undefined;
  if (formed) return formed;
  const bounds = { minLength, maxLength: Math.min(maxLength, minLength + usualLength) };
  return fc.oneof(
    { weight: 3, arbitrary: fc.string(bounds) },
    { weight: 1, arbitrary: fc.string({ ...bounds, unit: "binary" }) },
  );
}

function matching(pattern: string, minLength: number, maxLength: number): fc.Arbitrary<string> {
  const length = (text: string): number => Array.from(text).length;
  const made = fc.stringMatching(new RegExp(pattern, "u"), { size: "small" });
  return made.filter((text) => length(text) >= minLength && length(text) <= maxLength);
}
