import { absent } from "../place.ts";
import type { Pair } from "./comparison.ts";
import type { Normal, Schema } from "./model.ts";
import { haveBoth } from "./type.ts";

/** The items of arrays: those at a place of their own, then all others. */
export function compareArrays(pair: Pair): void {
  if (!haveBoth(pair, "array")) return;
  const { old, new: next } = pair;
  const places = Math.max(old.prefixItems.length, next.prefixItems.length);
  for (let place = 0; place < places; place++)
    pair.descend(old.prefixItems[place] ?? itemsOf(old), next.prefixItems[place] ?? itemsOf(next));
  if (old.schemas.has("items") || next.schemas.has("items")) pair.descend(itemsOf(old), itemsOf(next));
}

function itemsOf({ schemas, place }: Normal): Schema {
  return schemas.get("items") ?? [absent(place, true)];
}
