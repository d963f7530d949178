import { isDeepStrictEqual } from "node:util";
import { isObject } from "../../conformance/json.ts";
import type { Json, JsonObject } from "../../conformance/json.ts";
import { absent } from "../place.ts";
import type { Place } from "../place.ts";
import { isAnnotation, isOrganisation, saysNothing } from "./keywords.ts";
import type { Layer } from "./layers.ts";
import type { Fact, Normal, Schema } from "./model.ts";
import { everyType, typeOf, typesNamed, typesOfKeyword } from "./types.ts";
import type { Atom } from "./types.ts";

/** Keywords whose value is one schema that values, or parts of them, are held against. */
const schemaKeywords = new Set([
  "items",
  "propertyNames",
  "contains",
  "not",
  "if",
  "then",
  "else",
  "unevaluatedItems",
  "contentSchema",
]);

/** Those of which two say the same as one that both schemas must fit. What is in neither `not` is no such thing. */
const merging = new Set(["items", "propertyNames"]);

/** Keywords that become something else than a fact. */
const structure = new Set([
  "type",
  "nullable",
  "enum",
  "const",
  "properties",
  "patternProperties",
  "additionalProperties",
  "unevaluatedProperties",
  "required",
  "prefixItems",
  "additionalItems",
]);

/** One schema of several that a value must fit all of. Unions stay out of it. */
export function mergeLayers(key: string, layers: readonly Layer[]): Normal {
  const place = (layers.find(({ value }) => Object.keys(value).some((name) => !isAnnotation(name))) ?? layers[0])
    ?.place;
  if (!place) throw new TypeError("A schema has at least one layer.");
  const values = valuesOf(layers);
  const types = intersect(layers.map(typesOfLayer));
  const typed = layers.find(({ value }) => Object.hasOwn(value, "type"));
  const facts = factsOf(layers, types);
  if (values && types.size > 0) addEnum(facts, values, types);
  return {
    key,
    place,
    types,
    typePlace: typed ? keywordPlace(typed, "type") : place,
    facts,
    properties: propertiesOf(layers),
    patternProperties: mergedMaps(layers, "patternProperties"),
    additional: additionalOf(layers, place),
    required: requiredOf(layers),
    prefixItems: prefixItemsOf(layers),
    schemas: schemasOf(layers, types),
  };
}

function typesOfLayer({ value }: Layer): ReadonlySet<Atom> {
  if (isNever(value["not"])) return new Set<Atom>();
  const stated = value["type"] === undefined ? everyType : typesNamed(value["type"]);
  const listed = listedValues(value);
  const found = listed ? new Set(listed.map(typeOf)).intersection(stated) : stated;
  return value["nullable"] === true && value["type"] !== undefined ? new Set<Atom>([...found, "null"]) : found;
}

/** `not: {}` and `not: true`: no value fits. */
function isNever(not: Json | undefined): boolean {
  return not === true || (isObject(not) && Object.keys(not).every(isAnnotation));
}

function listedValues(value: JsonObject): Json[] | undefined {
  if (Object.hasOwn(value, "const")) return [value["const"] ?? null];
  return Array.isArray(value["enum"]) ? value["enum"] : undefined;
}

/** The values that every enumeration among the layers has, null aside; undefined where there is none. */
function valuesOf(layers: readonly Layer[]): Fact | undefined {
  let found: { place: Place; values: Json[] } | undefined;
  for (const layer of layers) {
    const listed = listedValues(layer.value);
    if (!listed) continue;
    const place = keywordPlace(layer, Object.hasOwn(layer.value, "const") ? "const" : "enum");
    const values = listed.filter((value) => value !== null);
    found = found
      ? { ...found, values: found.values.filter((value) => values.some((other) => isDeepStrictEqual(value, other))) }
      : { place, values };
  }
  return found && { place: found.place, value: found.values };
}

/** `enum: [true, false]` says no more than `type: boolean`. */
function addEnum(facts: Map<string, Fact>, { place, value }: Fact, types: ReadonlySet<Atom>): void {
  const values = (value as Json[]).filter((each) => types.has(typeOf(each))); // valuesOf has made it
  const isEveryBoolean = values.includes(true) && values.includes(false);
  const areBooleans = [...types].every((type) => type === "null" || type === "boolean");
  if (values.length > 0 && !(isEveryBoolean && areBooleans)) facts.set("enum", { place, value: values });
}

function factsOf(layers: readonly Layer[], types: ReadonlySet<Atom>): Map<string, Fact> {
  const facts = new Map<string, Fact>();
  for (const layer of layers) {
    for (const [keyword, value] of Object.entries(plainBounds(layer.value))) {
      if (structure.has(keyword) || schemaKeywords.has(keyword) || isOrganisation(keyword)) continue;
      if (saysNothing(keyword, value) || !concerns(keyword, types)) continue;
      const known = facts.get(keyword);
      const place = keywordPlace(layer, keyword);
      facts.set(keyword, known ? { ...known, value: combine(keyword, known.value, value) } : { place, value });
    }
  }
  return facts;
}

/** OpenAPI 3.0 writes `minimum: 0, exclusiveMinimum: true`, 3.1 `exclusiveMinimum: 0`. */
function plainBounds(value: JsonObject): JsonObject {
  let plain = value;
  for (const [bound, exclusive] of [
    ["minimum", "exclusiveMinimum"],
    ["maximum", "exclusiveMaximum"],
  ] as const) {
    if (typeof plain[exclusive] !== "boolean") continue;
    const { [bound]: limit, [exclusive]: isExclusive, ...rest } = plain;
    plain = limit === undefined ? rest : { ...rest, [isExclusive === true ? exclusive : bound]: limit };
  }
  return plain;
}

function concerns(keyword: string, types: ReadonlySet<Atom>): boolean {
  return typesOfKeyword(keyword)?.some((type) => types.has(type)) ?? true;
}

/** Both must hold. Of annotations the nearest counts. */
function combine(keyword: string, one: Json, other: Json): Json {
  if (isDeepStrictEqual(one, other)) return one;
  if (typeof one === "boolean" && typeof other === "boolean") return one || other;
  if (isAnnotation(keyword)) return one;
  if (typeof one === "number" && typeof other === "number") {
    if (/^(min|exclusiveMin)/.test(keyword)) return Math.max(one, other);
    if (/^(max|exclusiveMax)/.test(keyword)) return Math.min(one, other);
  }
  const both = [...(Array.isArray(one) ? one : [one]), ...(Array.isArray(other) ? other : [other])];
  return both.filter((value, index) => both.findIndex((each) => isDeepStrictEqual(each, value)) === index);
}

/**
 * Properties of all layers. A layer's `additionalProperties` is about the properties that this layer does not declare, so
 * it is added to those that only others do.
 */
function propertiesOf(layers: readonly Layer[]): Map<string, Schema> {
  const merged = new Map<string, Schema>();
  const names = new Set(layers.flatMap(({ value }) => Object.keys(objectOf(value["properties"]))));
  for (const name of names) {
    const places = layers.flatMap((layer) => declared(layer, name) ?? closing(layer, name));
    merged.set(name, places);
  }
  return merged;
}

function declared(layer: Layer, name: string): Place[] | undefined {
  const properties = objectOf(layer.value["properties"]);
  const value = Object.hasOwn(properties, name) ? properties[name] : undefined;
  return value === undefined ? undefined : [keywordPlace(layer, "properties", name, value)];
}

function closing(layer: Layer, name: string): Place[] {
  const value = layer.value["additionalProperties"];
  const isPattern = Object.keys(objectOf(layer.value["patternProperties"])).some((pattern) => fits(pattern, name));
  return value === undefined || isPattern || isAnything(value) ? [] : [keywordPlace(layer, "additionalProperties")];
}

function fits(pattern: string, name: string): boolean {
  try {
    return new RegExp(pattern, "u").test(name);
  } catch {
    return false;
  }
}

/** Once all layers are one, what none of them has evaluated is what none of them declares. */
function additionalOf(layers: readonly Layer[], place: Place): Schema {
  const keywords = ["additionalProperties", "unevaluatedProperties"];
  const found = layers.flatMap((layer) =>
    keywords.flatMap((keyword) => {
      const value = layer.value[keyword];
      return value === undefined || isAnything(value) ? [] : [keywordPlace(layer, keyword)];
    }),
  );
  return found.length > 0 ? found : [absent(place, true)];
}

function requiredOf(layers: readonly Layer[]): Map<string, Place> {
  const required = new Map<string, Place>();
  for (const layer of layers) {
    const names = layer.value["required"];
    if (!Array.isArray(names)) continue;
    for (const name of names) if (typeof name === "string") required.set(name, keywordPlace(layer, "required"));
  }
  return required;
}

/** Draft 7 calls `items` what is `prefixItems` since, when it is a list. */
function prefixItemsOf(layers: readonly Layer[]): Schema[] {
  const items: Place[][] = [];
  for (const layer of layers) {
    const keyword = Array.isArray(layer.value["items"]) ? "items" : "prefixItems";
    const list = layer.value[keyword];
    if (!Array.isArray(list)) continue;
    list.forEach((value, index) => (items[index] ??= []).push(keywordPlace(layer, keyword, String(index), value)));
  }
  return items;
}

function schemasOf(layers: readonly Layer[], types: ReadonlySet<Atom>): Map<string, Schema> {
  const schemas = new Map<string, Place[]>();
  for (const layer of layers) {
    for (const keyword of Object.keys(layer.value)) {
      const isItems = keyword === "additionalItems" && Array.isArray(layer.value["items"]);
      const name = isItems ? "items" : keyword;
      const isSchema = schemaKeywords.has(name) && !(keyword === "items" && Array.isArray(layer.value["items"]));
      if (!isSchema || !concerns(name, types)) continue;
      const places = schemas.get(name);
      const place = keywordPlace(layer, keyword);
      if (!places || merging.has(name)) schemas.set(name, [...(places ?? []), place]);
      else schemas.set(`${name} ${place.pointer}`, [place]);
    }
  }
  return schemas;
}

function mergedMaps(layers: readonly Layer[], keyword: string): Map<string, Schema> {
  const merged = new Map<string, Schema>();
  for (const layer of layers) {
    for (const [name, value] of Object.entries(objectOf(layer.value[keyword])))
      merged.set(name, [...(merged.get(name) ?? []), keywordPlace(layer, keyword, name, value)]);
  }
  return merged;
}

function intersect(sets: readonly ReadonlySet<Atom>[]): ReadonlySet<Atom> {
  return sets.reduce((all, set) => all.intersection(set), everyType);
}

/** A schema that any value fits. */
export function isAnything(value: Json): boolean {
  return value === true || (isObject(value) && Object.keys(value).every(isAnnotation));
}

function objectOf(value: Json | undefined): JsonObject {
  return isObject(value) ? value : {};
}

function keywordPlace({ place, value }: Layer, keyword: string, name?: string, member?: Json): Place {
  const pointer = `${place.pointer}/${keyword}${name === undefined ? "" : `/${escaped(name)}`}`;
  return { document: place.document, pointer, value: member ?? value[keyword] ?? null };
}

function escaped(name: string): string {
  return name.replaceAll("~", "~0").replaceAll("/", "~1");
}
