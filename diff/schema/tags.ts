import type { Alternative, Normal } from "./model.ts";
import { normalise } from "./normal.ts";

/** Properties that tell alternatives apart together: `action` those that have one, `observation` the others. */
export type Tags = readonly string[];

/**
 * The properties that tell the alternatives apart on both sides: each alternative must have one of them, and of those that
 * have the same one, no value is in two. undefined when there are none.
 */
export function tagsOf(old: Normal, next: Normal, before: Alternative[], after: Alternative[]): Tags | undefined {
  const named = [old, next].flatMap(({ union }) => union?.discriminator?.property ?? []);
  const required = [...before, ...after].flatMap(({ normal }) => [...normal.required.keys()]);
  const candidates = [...new Set([...named, ...required])];
  const tags: string[] = [];
  let [left, leftAfter] = [before, after];
  while (left.length + leftAfter.length > 0) {
    const tag = widest(candidates, left, leftAfter);
    if (tag === undefined) return undefined;
    tags.push(tag);
    left = left.filter((alternative) => valuesOf(alternative, tag).size === 0);
    leftAfter = leftAfter.filter((alternative) => valuesOf(alternative, tag).size === 0);
  }
  return tags;
}

/** What tells an alternative from the others: `action "run"`; a property and each of its values. */
export function marksOf(alternative: Alternative, tags: Tags): Set<string> {
  for (const tag of tags) {
    const values = valuesOf(alternative, tag);
    if (values.size > 0) return new Set([...values].map((value) => `${tag} ${value}`));
  }
  return new Set();
}

/** The property that tells the most apart; of several, the first. */
function widest(candidates: string[], before: Alternative[], after: Alternative[]): string | undefined {
  let best: { property: string; count: number } | undefined;
  for (const property of candidates) {
    const counts = [tells(before, property), tells(after, property)];
    const count = counts.includes(undefined) ? 0 : counts.reduce<number>((sum, each) => sum + (each ?? 0), 0);
    if (count > (best?.count ?? 0)) best = { property, count };
  }
  return best?.property;
}

/** How many alternatives have values of a property, none of which is in two; undefined where one is. */
function tells(alternatives: Alternative[], property: string): number | undefined {
  const values = alternatives
    .map((alternative) => [...valuesOf(alternative, property)])
    .filter(({ length }) => length > 0);
  const all = values.flat();
  return new Set(all).size === all.length ? values.length : undefined;
}

/** The values that a property of an alternative can have, as JSON; none where it may be anything or absent. */
function valuesOf({ normal }: Alternative, property: string): Set<string> {
  const schema = normal.properties.get(property);
  const listed = schema && normal.required.has(property) ? normalise(schema).facts.get("enum")?.value : undefined;
  return new Set((Array.isArray(listed) ? listed : []).map((value) => JSON.stringify(value)));
}
