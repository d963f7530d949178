import { isObject } from "../../conformance/json.ts";
import type { Json } from "../../conformance/json.ts";

/** The types of JSON values, numbers in two: `number` is both of them, so that sets of types can be compared. */
export type Atom = "null" | "boolean" | "integer" | "fraction" | "string" | "array" | "object";

export const everyType: ReadonlySet<Atom> = new Set<Atom>([
  "null",
  "boolean",
  "integer",
  "fraction",
  "string",
  "array",
  "object",
]);

/** The types that a `type` keyword means: one name or several. */
export function typesNamed(type: Json): Set<Atom> {
  const names = Array.isArray(type) ? type : [type];
  return new Set(names.flatMap((name): Atom[] => (name === "number" ? ["integer", "fraction"] : [name as Atom])));
}

/** `integer or null`, `number`, `any value`: types for a person. */
export function typesText(types: ReadonlySet<Atom>): string {
  if (types.size === everyType.size) return "any value";
  if (types.size === 0) return "no value";
  const names = [...everyType].filter((type) => types.has(type) && !(type === "integer" && types.has("fraction")));
  return names.map((name) => (name === "fraction" ? "number" : name)).join(" or ");
}

export function typeOf(value: Json): Atom {
  if (value === null) return "null";
  if (Array.isArray(value)) return "array";
  if (isObject(value)) return "object";
  if (typeof value === "number") return Number.isInteger(value) ? "integer" : "fraction";
  return typeof value === "string" ? "string" : "boolean";
}

/** The types that a keyword says something about; undefined for one that is about all. */
export function typesOfKeyword(keyword: string): readonly Atom[] | undefined {
  return subjects[keyword];
}

const subjects: Readonly<Record<string, readonly Atom[]>> = {
  ...about(["integer", "fraction"], "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"),
  ...about(["string"], "minLength", "maxLength", "pattern", "contentEncoding", "contentMediaType", "contentSchema"),
  ...about(["string", "integer", "fraction"], "format"),
  ...about(["array"], "minItems", "maxItems", "uniqueItems", "items", "contains", "minContains", "maxContains"),
  ...about(["array"], "unevaluatedItems"),
  ...about(["object"], "minProperties", "maxProperties", "propertyNames", "dependentRequired", "dependentSchemas"),
};

function about(types: readonly Atom[], ...keywords: readonly string[]): Record<string, readonly Atom[]> {
  return Object.fromEntries(keywords.map((keyword) => [keyword, types]));
}
