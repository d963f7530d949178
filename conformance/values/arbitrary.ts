import fc from "fast-check";
import { isObject } from "../json.ts";
import type { Json, JsonObject } from "../json.ts";
import { integers, numbers } from "./numbers.ts";
import { alternativesOf, flat, kindsOf, numberAt, propertiesOf, requiredOf } from "./schema.ts";
import type { Kind } from "./schema.ts";
import { texts } from "./texts.ts";

/** What the values are made from. */
export interface Source {
  /** The document in which references are followed. */
  readonly root: JsonObject;
  /** Names of properties that are given no other value than their example has, at any depth. */
  readonly kept: ReadonlySet<string>;
  /** Names of properties that are left out, at any depth. */
  readonly omitted: ReadonlySet<string>;
}

/** Below this depth an object has only the properties that it must have, and an array the items. */
const usualDepth = 5;

/** No schema of a finite value is as deep: what is below is a circle that the filter of the caller throws out. */
const greatestDepth = 12;

/**
 * Values of a schema. Nearly all fit: a few keywords (`not`, `contains`, two patterns at once) are not looked at, so whoever
 * needs to be sure asks a validator.
 */
export function arbitraryOf(schema: Json | undefined, source: Source, depth = 0): fc.Arbitrary<Json> {
  const own = flat(schema, source.root);
  if (own["const"] !== undefined) return fc.constant(own["const"]);
  if (Array.isArray(own["enum"]) && own["enum"].length > 0) return fc.constantFrom(...own["enum"]);
  if (depth > greatestDepth) return fc.constant(null);
  const alternatives = alternativesOf(own, source.root);
  if (alternatives && alternatives.length > 0)
    return fc.oneof(...shallowFirst(alternatives, depth).map((one) => arbitraryOf(one, source, depth + 1)));
  const kinds = kindsOf(own);
  if (kinds.length === 0) return anything;
  return fc.oneof(...kinds.map((kind) => makers[kind](own, source, depth)));
}

/** Any JSON value. */
const anything = fc.jsonValue({ maxDepth: 2 }).map((value) => JSON.parse(JSON.stringify(value)) as Json); // -0 becomes 0

type Maker = (schema: JsonObject, source: Source, depth: number) => fc.Arbitrary<Json>;

const makers: Readonly<Record<Kind, Maker>> = {
  null: () => fc.constant(null),
  boolean: () => fc.boolean(),
  integer: integers,
  number: numbers,
  string: texts,
  array: arrays,
  object: objects,
};

function arrays(schema: JsonObject, source: Source, depth: number): fc.Arbitrary<Json> {
  const minLength = numberAt(schema, "minItems") ?? 0;
  const most = depth > usualDepth ? minLength : Math.max(minLength, 3);
  const maxLength = Math.min(numberAt(schema, "maxItems") ?? most, most);
  const item = arbitraryOf(schema["items"], source, depth + 1);
  if (schema["uniqueItems"] !== true) return fc.array(item, { minLength, maxLength });
  return fc.uniqueArray(item, { minLength, maxLength, selector: (value) => JSON.stringify(value) });
}

function objects(schema: JsonObject, source: Source, depth: number): fc.Arbitrary<Json> {
  const required = requiredOf(schema);
  const named = propertiesOf(schema).filter(([name]) => depth <= usualDepth || required.includes(name));
  const members = named.flatMap(([name, property]): [string, fc.Arbitrary<Json>][] => {
    if (source.omitted.has(name)) return [];
    if (!source.kept.has(name)) return [[name, arbitraryOf(property, source, depth + 1)]];
    const example = exampleAt(schema, name, property, source.root);
    return example === undefined ? [] : [[name, fc.constant(example)]];
  });
  const known = fc.record(Object.fromEntries(members), {
    requiredKeys: members.map(([name]) => name).filter((name) => required.includes(name)),
    noNullPrototype: true,
  });
  return fc
    .tuple(known, others(schema, source, depth))
    .map(([own, more]) => Object.fromEntries([...Object.entries(more), ...Object.entries(own)]));
}

/** Properties that a schema does not name, where it allows them. */
function others(schema: JsonObject, source: Source, depth: number): fc.Arbitrary<JsonObject> {
  const { additionalProperties, propertyNames } = schema;
  const minKeys = numberAt(schema, "minProperties") ?? 0;
  const isMap = isObject(additionalProperties) || propertyNames !== undefined;
  if (additionalProperties === false || depth > usualDepth) return fc.constant({});
  if (!isMap) return fc.oneof({ weight: 3, arbitrary: fc.constant({}) }, { weight: 1, arbitrary: unknownProperty });
  const names = arbitraryOf(propertyNames ?? { type: "string" }, source, depth + 1).filter(isName);
  const values = arbitraryOf(additionalProperties, source, depth + 1);
  return fc.dictionary(names, values, { minKeys, maxKeys: Math.max(minKeys, 3), noNullPrototype: true });
}

const unknownProperty = anything.map((value) => ({ [unknownName]: value }));

/** A property that no document names. */
export const unknownName = "x_conformance";

/** `__proto__` is no name that every reader of JSON keeps. */
function isName(value: Json): value is string {
  return typeof value === "string" && value !== "__proto__";
}

/** The example that a schema gives for one of its properties. */
export function exampleAt(schema: JsonObject, name: string, property: Json, root: JsonObject): Json | undefined {
  const [own] = examplesOf(flat(property, root));
  const [whole] = examplesOf(schema);
  return (isObject(whole) ? whole[name] : undefined) ?? own;
}

/** The examples of a flat schema. */
export function examplesOf({ examples, example }: JsonObject): Json[] {
  if (Array.isArray(examples)) return examples;
  return example === undefined ? [] : [example];
}

/** Deep down, alternatives without parts of their own are taken, where there are some. */
function shallowFirst(alternatives: readonly JsonObject[], depth: number): readonly JsonObject[] {
  if (depth <= usualDepth) return alternatives;
  const shallow = alternatives.filter((one) => !kindsOf(one).some((kind) => kind === "object" || kind === "array"));
  return shallow.length > 0 ? shallow : alternatives;
}
