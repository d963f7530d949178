import fc from "fast-check";
import { isObject } from "../json.ts";
import type { Json, JsonObject } from "../json.ts";
import { unknownName } from "./arbitrary.ts";
import type { Source } from "./arbitrary.ts";
import { boundariesOf } from "./boundaries.ts";
import { alternativesOf, flat, propertiesOf, propertySchema } from "./schema.ts";

/** A place in a value, with what the schema says about it. */
interface Place {
  readonly at: readonly string[];
  readonly schema: Json;
}

/**
 * Values in which one place was changed: to something at the edges of its schema, or to anything, or it was left out, or
 * something unknown was added. Some still fit; a validator tells.
 */
export function mutated(valid: fc.Arbitrary<Json>, schema: Json, source: Source): fc.Arbitrary<Json> {
  return fc.tuple(valid, fc.nat(), change).map(([value, index, { kind, edge, other }]) => {
    const places = placesIn(value, schema, source.root);
    const place = places[index % places.length] ?? { at: [], schema };
    if (kind === "remove") return place.at.length === 0 ? other : changed(value, place.at, undefined);
    if (kind === "add") return changed(value, [...objectAt(value, place.at), unknownName], other);
    if (kind === "other") return changed(value, place.at, other);
    const edges = boundariesOf(flat(place.schema, source.root), source.root);
    return changed(value, place.at, edges[edge % edges.length]?.value ?? other);
  });
}

const change = fc.record({
  kind: fc.constantFrom("edge", "edge", "edge", "remove", "add", "other"),
  edge: fc.nat(),
  other: fc.jsonValue({ maxDepth: 1 }).map((value) => JSON.parse(JSON.stringify(value)) as Json),
});

/** Every place of a value. Below alternatives, those of the alternative that has the value's properties. */
function placesIn(value: Json, schema: Json, root: JsonObject, at: readonly string[] = []): Place[] {
  const own = flat(schema, root);
  const here = { at, schema };
  if (!isObject(value) && !Array.isArray(value)) return [here];
  const alternative = alternativesOf(own, root)?.find((one) => hasShape(one, value, root)) ?? own;
  if (alternative !== own && alternativesOf(alternative, root)) return placesIn(value, alternative, root, at);
  if (Array.isArray(value))
    return [
      here,
      ...value.flatMap((item, index) => placesIn(item, alternative["items"] ?? true, root, [...at, String(index)])),
    ];
  const members = Object.entries(value).flatMap(([name, member]) =>
    placesIn(member, propertySchema(alternative, name) ?? true, root, [...at, name]),
  );
  return [here, ...members];
}

function hasShape(schema: JsonObject, value: Json[] | JsonObject, root: JsonObject): boolean {
  const alternatives = alternativesOf(schema, root);
  if (alternatives) return alternatives.some((one) => hasShape(one, value, root));
  if (Array.isArray(value)) return schema["type"] === "array";
  if (schema["type"] === "array") return false;
  return propertiesOf(schema).every(([name, property]) => {
    const { const: only } = flat(property, root);
    return only === undefined || value[name] === undefined || value[name] === only;
  });
}

/** The nearest object at or above a place. */
function objectAt(value: Json, at: readonly string[]): readonly string[] {
  let here: Json | undefined = value;
  let depth = 0;
  let found = 0;
  for (const name of at) {
    if (isObject(here)) found = depth;
    here = memberOf(here, name);
    depth += 1;
  }
  return at.slice(0, isObject(here) ? depth : found);
}

function memberOf(value: Json | undefined, name: string): Json | undefined {
  if (Array.isArray(value)) return value[Number(name)];
  return isObject(value) ? value[name] : undefined;
}

/** A value with another one in one place; without the place, when it is undefined. */
export function changed(value: Json, at: readonly string[], next: Json | undefined): Json {
  const [name, ...rest] = at;
  if (name === undefined) return next ?? null;
  const inner = rest.length === 0 ? next : changed(memberOf(value, name) ?? {}, rest, next);
  if (Array.isArray(value))
    return value.flatMap((item, index) => (String(index) === name ? (inner === undefined ? [] : [inner]) : [item]));
  const { [name]: _, ...others } = isObject(value) ? value : {};
  return inner === undefined ? others : { ...others, [name]: inner };
}
