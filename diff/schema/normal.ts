import { isObject } from "../../conformance/json.ts";
import type { Json, JsonObject } from "../../conformance/json.ts";
import type { ApiDocument } from "../place.ts";
import { plain } from "../text.ts";
import { isAnnotation } from "./keywords.ts";
import { layersOf } from "./layers.ts";
import type { Layer } from "./layers.ts";
import { mergeLayers } from "./merge.ts";
import type { Discriminator, Normal, Schema } from "./model.ts";
import type { Atom } from "./types.ts";
import { foldUnion } from "./union.ts";

const known = new WeakMap<ApiDocument, Map<string, Normal>>();

/** What a schema says, in one spelling. Places below it are not looked at, but for the alternatives of a union. */
export function normalise(schema: Schema, within: ReadonlySet<string> = new Set()): Normal {
  const [first] = schema;
  if (first === undefined) throw new TypeError("A schema has at least one place.");
  const cache = known.get(first.document) ?? new Map<string, Normal>();
  known.set(first.document, cache);
  const key = keyOf(schema);
  const found = cache.get(key);
  if (found) return found;
  const layers = layersOf(schema);
  // An alternative that is the union itself again adds no value to it.
  if (within.has(key)) return { ...mergeLayers(key, layers), types: new Set<Atom>() };
  const normal = withUnion(key, layers, new Set([...within, key]));
  cache.set(key, normal);
  return normal;
}

/** Equal for the same places, and for stand-ins of the same content. */
export function keyOf(schema: Schema): string {
  const parts = schema.map(({ pointer, value }) => {
    const content = isObject(value) ? Object.keys(value).join() : JSON.stringify(value);
    return `${pointer}(${content})`;
  });
  return [...new Set(parts)].join("&");
}

function withUnion(key: string, layers: readonly Layer[], within: ReadonlySet<string>): Normal {
  const layer = layers.find(({ value }) => isUnion(value, "anyOf") || isUnion(value, "oneOf"));
  if (!layer) return mergeLayers(key, layers);
  const kind = isUnion(layer.value, "anyOf") ? "anyOf" : "oneOf";
  const rest = layers.map((each) => (each === layer ? without(each, kind, "discriminator") : each));
  const beside = rest.map(({ place, value }) => ({ ...place, value: constraintsOf(value) }));
  const constraints = beside.filter(({ value }) => value !== true);
  const annotations = rest.map((each) => ({ ...each, value: annotationsOf(each.value) }));
  const members = layer.value[kind] as Json[]; // isUnion has looked
  const alternatives = members.map((value, index) => {
    const place = { ...layer.place, pointer: `${layer.place.pointer}/${kind}/${index}`, value };
    const normal = normalise([place, ...constraints], within);
    const reference = isObject(value) ? value["$ref"] : undefined;
    return typeof reference === "string" ? { normal, name: reference } : { normal };
  });
  const union = { kind, place: layer.place, alternatives, ...discriminatorOf(layer) } as const;
  const isNullable = rest.some(({ value }) => value["nullable"] === true);
  return foldUnion(mergeLayers(key, annotations), union, isNullable);
}

function isUnion(value: JsonObject, kind: string): boolean {
  return Array.isArray(value[kind]);
}

function without(layer: Layer, ...names: readonly string[]): Layer {
  const value = Object.fromEntries(Object.entries(layer.value).filter(([name]) => !names.includes(name)));
  return { ...layer, value };
}

/** `true` where there is none. That null is allowed beside the union is no constraint on its alternatives. */
function constraintsOf(value: JsonObject): Json {
  const entries = Object.entries(value).filter(([name]) => !isAnnotation(name) && name !== "nullable");
  return entries.length === 0 ? true : Object.fromEntries(entries);
}

function annotationsOf(value: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(value).filter(([name]) => isAnnotation(name)));
}

function discriminatorOf({ value, place }: Layer): { discriminator?: Discriminator } {
  const stated = value["discriminator"];
  if (!isObject(stated) || typeof stated["propertyName"] !== "string") return {};
  const mapping = Object.entries(isObject(stated["mapping"]) ? stated["mapping"] : {});
  return {
    discriminator: {
      place: { ...place, pointer: `${place.pointer}/discriminator`, value: stated },
      property: stated["propertyName"],
      mapping: new Map(mapping.map(([tag, target]) => [tag, plain(target)])),
    },
  };
}
