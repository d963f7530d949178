import { isDeepStrictEqual } from "node:util";
import { isObject } from "../conformance/json.ts";
import type { Direction, Finding } from "./change.ts";
import { absent, at } from "./place.ts";
import type { Place } from "./place.ts";
import type { Recorder } from "./recorder.ts";
import type { SchemaComparison } from "./schema/comparison.ts";
import { isDocumentation } from "./schema/keywords.ts";
import { shown } from "./text.ts";

/** What every part of a comparison needs. */
export interface Context {
  readonly recorder: Recorder;
  readonly schemas: SchemaComparison;
  /** YYYY-MM-DD: a sunset on or before it is over. */
  readonly today: string;
}

/** The same thing in both documents. */
export interface Sides {
  readonly old: Place;
  readonly new: Place;
}

/** Compares two schemas; what stands in for an absent one is any value. */
export function compareSchemas(
  { recorder, schemas }: Context,
  sides: Sides,
  keyword: string,
  direction: Direction,
  use: string,
): void {
  const [before, after] = [at(sides.old, keyword), at(sides.new, keyword)];
  if (!before && !after) return;
  const [old, next] = [before ?? absent(sides.old, true), after ?? absent(sides.new, true)];
  for (const finding of schemas.compare([old], [next], direction)) recorder.add(finding, use);
}

/** The keywords of two objects that no rule of their own takes care of: texts for people are safe, others are risky. */
export function compareRest(context: Context, sides: Sides, handled: readonly string[], use?: string): void {
  const [before, after] = [objectOf(sides.old), objectOf(sides.new)];
  for (const keyword of new Set([...Object.keys(before), ...Object.keys(after)])) {
    const [old, next] = [before[keyword], after[keyword]];
    if (handled.includes(keyword) || isDeepStrictEqual(old, next)) continue;
    const isForPeople = isDocumentation(keyword) || keyword === "summary" || keyword === "tags";
    context.recorder.add(
      {
        rule: isForPeople ? "documentation-changed" : "keyword-changed",
        old: keywordAt(sides.old, keyword),
        new: keywordAt(sides.new, keyword),
        ...(old !== undefined && { before: old }),
        ...(next !== undefined && { after: next }),
        what: isForPeople
          ? `${keyword} is worded otherwise.`
          : `\`${keyword}\` is ${shown(next)} instead of ${shown(old)}.`,
      },
      use,
    );
  }
}

/** Where a keyword stands, or what it is absent from. */
export function keywordAt(place: Place, keyword: string): Place {
  return at(place, keyword) ?? absent(place, null);
}

/** Adds the findings under one use. */
export function addAll({ recorder }: Context, findings: readonly Finding[], use: string): void {
  for (const finding of findings) recorder.add(finding, use);
}

function objectOf({ value }: Place) {
  return isObject(value) ? value : {};
}
