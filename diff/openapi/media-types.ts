import type { Direction } from "../change.ts";
import { compareRest, compareSchemas, keywordAt } from "../context.ts";
import type { Context, Sides } from "../context.ts";
import { at, membersOf, objectAt } from "../place.ts";
import type { Place } from "../place.ts";

/** The media types of a body, and the schema of each. */
export function compareMediaTypes(context: Context, sides: Sides, direction: Direction, use: string): void {
  const [before, after] = [mediaTypesOf(sides.old), mediaTypesOf(sides.new)];
  for (const [type, old] of before) {
    const next = after.get(type);
    if (next) {
      compareEncoding(context, { old, new: next }, use);
      compareSchemas(context, { old, new: next }, "schema", direction, use);
      compareRest(context, { old, new: next }, ["schema", "encoding"], use);
    } else {
      const what = `${type} is gone.`;
      context.recorder.add({ rule: "media-type-removed", old, new: sides.new, direction, before: type, what }, use);
    }
  }
  for (const [type, next] of after) {
    if (before.has(type)) continue;
    const what = `${type} is new.`;
    context.recorder.add({ rule: "media-type-added", old: sides.old, new: next, direction, after: type, what }, use);
  }
}

/** By name in one spelling: names are the same in any case, and so are parameters with or without a space. */
function mediaTypesOf(place: Place): Map<string, Place> {
  const types = [...membersOf(at(place, "content"))];
  return new Map(types.map(([name, type]) => [name.toLowerCase().replaceAll(/\s+/g, ""), type]));
}

function compareEncoding({ recorder }: Context, sides: Sides, use: string): void {
  const [before, after] = [objectAt(sides.old)["encoding"], objectAt(sides.new)["encoding"]];
  if (JSON.stringify(before) === JSON.stringify(after)) return;
  recorder.add(
    {
      rule: "encoding-changed",
      old: keywordAt(sides.old, "encoding"),
      new: keywordAt(sides.new, "encoding"),
      before: before ?? null,
      after: after ?? null,
      what: "How the parts of the form are encoded is changed.",
    },
    use,
  );
}
