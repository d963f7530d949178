import fc from "fast-check";
import { isObject } from "../json.ts";
import type { Json, JsonObject } from "../json.ts";
import { arbitraryOf, exampleAt, examplesOf, unknownName } from "./arbitrary.ts";
import type { Source } from "./arbitrary.ts";
import { boundariesOf } from "./boundaries.ts";
import type { Variant } from "./boundaries.ts";
import { alternativesOf, flat, numberAt, propertiesOf, requiredOf } from "./schema.ts";

/** A whole value in which one place is special. */
export interface Candidate extends Variant {
  /** The place, as the names that lead to it. */
  readonly at: readonly string[];
}

/** Deeper places are left to what is generated. */
const deepest = 6;

/**
 * Every place of a value at the edges of what the schema allows there, one at a time: each property missing, of another
 * type, at its bounds and beyond them, each value of an enumeration, an unknown property. Most need a validator to tell
 * whether they fit.
 * @param base a value that fits, in which one place after the other is changed
 */
export function candidatesOf(schema: Json, source: Source, base: Json): Candidate[] {
  const seen = new Set<string>();
  return placesOf(schema, source, base, []).filter(({ value }) => {
    const text = JSON.stringify(value);
    if (seen.has(text)) return false;
    seen.add(text);
    return true;
  });
}

/** The candidates of one place, and of all below it. Their values are those of the place. */
function placesOf(schema: Json, source: Source, base: Json, at: readonly string[]): Candidate[] {
  const own = flat(schema, source.root);
  const here = boundariesOf(own, source.root).map((variant) => ({ ...variant, at }));
  if (at.length >= deepest) return here;
  const alternatives = alternativesOf(own, source.root) ?? [own];
  return [...here, ...alternatives.flatMap((alternative) => insideOf(alternative, source, base, at))];
}

function insideOf(schema: JsonObject, source: Source, base: Json, at: readonly string[]): Candidate[] {
  const value = isLike(schema, base) ? base : exampleOf(schema, source);
  const whole = { what: "an example", value, at };
  if (isObject(value)) return [whole, ...membersOf(schema, source, value, at)];
  return Array.isArray(value) ? [whole, ...itemsOf(schema, source, value, at)] : [];
}

function membersOf(schema: JsonObject, source: Source, base: JsonObject, at: readonly string[]): Candidate[] {
  const named = propertiesOf(schema).flatMap(([name, property]) => {
    const place = [...at, name];
    const { [name]: present, ...rest } = base;
    const missing = { what: "missing", value: rest, at: place };
    const example = present ?? exampleAt(schema, name, property, source.root) ?? exampleOf(property, source);
    const inside = placesOf(property, source, example, place).map((one) => ({
      ...one,
      value: { ...base, [name]: one.value },
    }));
    return [missing, ...inside];
  });
  const extra = { what: "an unknown property", value: { ...base, [unknownName]: "a text" }, at: [...at, unknownName] };
  return [...named, extra];
}

function itemsOf(schema: JsonObject, source: Source, base: readonly Json[], at: readonly string[]): Candidate[] {
  const item = base[0] ?? exampleOf(schema["items"] ?? true, source);
  const [least, most] = [numberAt(schema, "minItems"), numberAt(schema, "maxItems")];
  const many = (what: string, count: number): Candidate => ({ what, value: Array<Json>(count).fill(item), at });
  const counts = [
    ...(least === undefined ? [] : [many(`minItems ${least}`, least)]),
    ...(least === undefined || least === 0 ? [] : [many(`one under minItems ${least}`, least - 1)]),
    ...(most === undefined ? [] : [many(`maxItems ${most}`, most), many(`one over maxItems ${most}`, most + 1)]),
  ];
  const inside = placesOf(schema["items"] ?? true, source, item, [...at, "0"]).map((one) => ({
    ...one,
    value: [one.value],
  }));
  return [...counts, ...inside];
}

/** Whether a value is of the kind that a schema is about: the constants that tell alternatives apart are the same. */
function isLike(schema: JsonObject, value: Json): boolean {
  if (Array.isArray(value)) return schema["type"] === "array";
  if (!isObject(value)) return false;
  const constants = propertiesOf(schema).filter(([, property]) => isObject(property) && "const" in property);
  if (schema["type"] === "array" || constants.some(([name, property]) => !isConstant(property, value[name])))
    return false;
  return requiredOf(schema).every((name) => name in value);
}

function isConstant(property: Json, value: Json | undefined): boolean {
  return isObject(property) && property["const"] === value;
}

/** The example of a schema; one that is made up where it has none, the same each time. */
export function exampleOf(schema: Json, source: Source): Json {
  const own = flat(schema, source.root);
  const [example] = examplesOf(own);
  if (example !== undefined) return example;
  return fc.sample(arbitraryOf(own, source), { seed: 1, numRuns: 1 })[0] ?? null;
}
