import { isObject } from "../../conformance/json.ts";
import type { JsonObject } from "../../conformance/json.ts";
import { targetOf } from "../place.ts";
import type { Place } from "../place.ts";
import type { Schema } from "./model.ts";

/** One object of keywords; a value must fit all layers of a schema. It holds no `$ref` and no `allOf`. */
export interface Layer {
  readonly place: Place;
  readonly value: JsonObject;
}

/** A schema's layers: what stands at its places, and what `$ref` and `allOf` add to it, nearest first. */
export function layersOf(schema: Schema): Layer[] {
  return schema.flatMap((place) => expand(place, new Set()));
}

function expand(place: Place, within: ReadonlySet<string>): Layer[] {
  if (place.value === false) return [{ place, value: { not: {} } }];
  if (!isObject(place.value)) return [{ place, value: {} }];
  const { $ref: reference, allOf, ...own } = place.value;
  const refersTo = typeof reference === "string" ? reference : undefined;
  // A schema that is among its own conjuncts does not constrain itself further.
  if (refersTo !== undefined && within.has(refersTo)) return [];
  const inner = refersTo === undefined ? within : new Set([...within, refersTo]);
  const target = refersTo === undefined ? [] : expand(targetOf(place, refersTo), inner);
  const conjuncts = (Array.isArray(allOf) ? allOf : []).flatMap((value, index) =>
    expand({ document: place.document, pointer: `${place.pointer}/allOf/${index}`, value }, within),
  );
  const others = [...target, ...conjuncts];
  return Object.keys(own).length > 0 || others.length === 0 ? [{ place, value: own }, ...others] : others;
}
