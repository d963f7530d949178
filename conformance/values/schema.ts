import { isDeepStrictEqual } from "node:util";
import { atPointer, isObject } from "../json.ts";
import type { Json, JsonObject } from "../json.ts";

/** The types of JSON Schema (2020-12 validation, §6.1.1). */
export type Kind = "null" | "boolean" | "integer" | "number" | "string" | "array" | "object";

/** What a schema says by itself: references are followed, and `allOf` is one schema. `root` is the document it stands in. */
export function flat(schema: Json | undefined, root: JsonObject): JsonObject {
  if (!isObject(schema)) return schema === false ? { not: {} } : {};
  const { $ref, allOf, ...own } = schema;
  const target = typeof $ref === "string" ? atPointer(root, $ref.slice(1)) : undefined;
  const parts = [...(target === undefined ? [] : [target]), ...(Array.isArray(allOf) ? allOf : [])];
  return parts.reduce<JsonObject>((merged, part) => both(merged, flat(part, root)), own);
}

/** The alternatives of a schema, each with what the schema says beside them; undefined when it has none. */
export function alternativesOf(schema: JsonObject, root: JsonObject): JsonObject[] | undefined {
  const { oneOf, anyOf, discriminator: _, ...rest } = schema;
  const alternatives = Array.isArray(oneOf) ? oneOf : Array.isArray(anyOf) ? anyOf : undefined;
  return alternatives?.map((alternative) => both(flat(alternative, root), withoutTexts(rest)));
}

/** The kinds of values that a flat schema is about: those that it names, else those that its keywords are for. */
export function kindsOf(schema: JsonObject): Kind[] {
  const { type } = schema;
  if (typeof type === "string") return [type as Kind]; // what JSON Schema knows
  if (Array.isArray(type)) return type as Kind[];
  const hinted = hints.filter(({ words }) => words.some((word) => word in schema)).map(({ kind }) => kind);
  return hinted;
}

/** The schema of a property; undefined where an object may have no such property. */
export function propertySchema(schema: JsonObject, name: string): Json | undefined {
  const { properties, additionalProperties } = schema;
  if (isObject(properties) && Object.hasOwn(properties, name)) return properties[name];
  return additionalProperties === false ? undefined : (additionalProperties ?? true);
}

export function propertiesOf(schema: JsonObject): [string, Json][] {
  return isObject(schema["properties"]) ? Object.entries(schema["properties"]) : [];
}

export function requiredOf(schema: JsonObject): string[] {
  const { required } = schema;
  return Array.isArray(required) ? required.filter((name) => typeof name === "string") : [];
}

/** A keyword that is a number; undefined when the schema has it not. */
export function numberAt(schema: JsonObject, keyword: string): number | undefined {
  const value = schema[keyword];
  return typeof value === "number" ? value : undefined;
}

const hints: readonly { kind: Kind; words: readonly string[] }[] = [
  { kind: "object", words: ["properties", "required", "additionalProperties", "propertyNames", "minProperties"] },
  { kind: "array", words: ["items", "prefixItems", "minItems", "maxItems", "uniqueItems"] },
  { kind: "string", words: ["pattern", "format", "minLength", "maxLength"] },
  { kind: "number", words: ["minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"] },
];

/** What is for people, and holds of the whole and not of each alternative. */
function withoutTexts(schema: JsonObject): JsonObject {
  const { examples: _, example: __, description: ___, default: ____, ...rest } = schema;
  return rest;
}

/** A schema that asks for what both ask for. Of two patterns, or two lists of alternatives, only the first is kept. */
function both(a: JsonObject, b: JsonObject): JsonObject {
  const merged: JsonObject = { ...b, ...a };
  for (const [keyword, value] of Object.entries(b)) {
    const own = a[keyword];
    if (own !== undefined && !isDeepStrictEqual(own, value)) merged[keyword] = mergers[keyword]?.(own, value) ?? own;
  }
  return merged;
}

type Merge = (a: Json, b: Json) => Json;

const larger: Merge = (a, b) => Math.max(Number(a), Number(b));
const smaller: Merge = (a, b) => Math.min(Number(a), Number(b));
const together: Merge = (a, b) => (a === false || b === false ? false : { allOf: [a, b] });
const shared: Merge = (a, b) => listOf(a).filter((value) => listOf(b).some((other) => isDeepStrictEqual(value, other)));
const union: Merge = (a, b) => [...new Set([...listOf(a), ...listOf(b)])];

const mergers: Readonly<Record<string, Merge>> = {
  type: shared,
  enum: shared,
  required: union,
  minimum: larger,
  exclusiveMinimum: larger,
  minLength: larger,
  minItems: larger,
  minProperties: larger,
  maximum: smaller,
  exclusiveMaximum: smaller,
  maxLength: smaller,
  maxItems: smaller,
  maxProperties: smaller,
  items: together,
  additionalProperties: together,
  propertyNames: together,
  properties: (a, b) => {
    const [left, right] = [isObject(a) ? a : {}, isObject(b) ? b : {}];
    const names = [...new Set([...Object.keys(left), ...Object.keys(right)])];
    return Object.fromEntries(
      names.map((name) => {
        const [x, y] = [left[name], right[name]];
        return [name, x !== undefined && y !== undefined ? together(x, y) : (x ?? y ?? true)];
      }),
    );
  },
};

function listOf(value: Json): Json[] {
  return Array.isArray(value) ? value : [value];
}
