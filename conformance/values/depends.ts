import type { Json, JsonObject } from "../json.ts";
import { alternativesOf, flat, propertySchema } from "./schema.ts";

/**
 * Whether the document says of a place in a value, or of one that it is in, that a value which fits may be refused all the
 * same, since it is held against something else (`x-depends-on`).
 */
export function dependsAt(schema: Json | undefined, root: JsonObject, at: readonly string[]): boolean {
  const own = flat(schema, root);
  const sides = [own, ...(alternativesOf(own, root) ?? [])];
  if (sides.some((side) => "x-depends-on" in side)) return true;
  const [name, ...rest] = at;
  if (name === undefined) return false;
  return sides.some((side) => {
    const inner = side["type"] === "array" ? side["items"] : propertySchema(side, name);
    return inner !== undefined && inner !== true && dependsAt(inner, root, rest);
  });
}
