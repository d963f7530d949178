import type { Direction } from "../change.ts";
import { addAll, compareRest, compareSchemas } from "../context.ts";
import type { Context, Sides } from "../context.ts";
import { noticeOf, sunsetFindings } from "../deprecation.ts";
import { at, membersOf, objectAt, textAt } from "../place.ts";
import type { Place } from "../place.ts";
import { compareMediaTypes } from "./media-types.ts";
import type { Operation } from "./document.ts";
import { namesIn } from "../addresses.ts";
import { plain, shown } from "../text.ts";

const handled = [
  "name",
  "in",
  "required",
  "deprecated",
  "x-deprecation",
  "x-sunset",
  "schema",
  "content",
  "style",
  "explode",
  "allowReserved",
];

/** Headers that OpenAPI does not let a parameter describe. */
const reserved = new Set(["accept", "content-type", "authorization"]);

export function compareParameters(context: Context, old: Operation, next: Operation): void {
  comparePathNames(context, old, next);
  const [before, after] = [parametersOf(old), parametersOf(next)];
  for (const [key, place] of before) {
    const other = after.get(key);
    const use = `${next.name}: ${labelOf(place)}`;
    if (other) compareParameter(context, { old: place, new: other }, use);
    else {
      const what = `The ${labelOf(place)} is gone.`;
      context.recorder.add({ rule: "parameter-removed", old: place, new: next.place, what }, use);
    }
  }
  for (const [key, place] of after) if (!before.has(key)) reportAdded(context, old, next, place);
}

function compareParameter(context: Context, sides: Sides, use: string): void {
  compareRequired(context, sides, use);
  addAll(context, sunsetFindings(noticeOf(objectAt(sides.old)), noticeOf(objectAt(sides.new)), sides), use);
  compareValue(context, sides, "request", use);
}

/** The value of a parameter or of a header: how it is written, and what it may be. */
export function compareValue(context: Context, sides: Sides, direction: Direction, use: string): void {
  const [before, after] = [styleOf(sides.old), styleOf(sides.new)];
  if (before !== after) {
    const what = `It is written as ${after} instead of ${before}.`;
    context.recorder.add({ rule: "serialization-changed", ...sides, before, after, what }, use);
  }
  const [hadContent, hasContent] = [at(sides.old, "content"), at(sides.new, "content")];
  if (hadContent && hasContent) compareMediaTypes(context, sides, direction, use);
  if (!hadContent && !hasContent) compareSchemas(context, sides, "schema", direction, use);
  compareRest(context, sides, handled, use);
}

function compareRequired({ recorder }: Context, sides: Sides, use: string): void {
  const [before, after] = [isRequired(sides.old), isRequired(sides.new)];
  if (before === after) return;
  const rule = after ? "parameter-became-required" : "parameter-became-optional";
  recorder.add({ rule, ...sides, before, after, what: `It ${after ? "must be sent" : "may be left out"} now.` }, use);
}

function reportAdded({ recorder }: Context, old: Operation, next: Operation, place: Place): void {
  const rule = isRequired(place) ? "required-parameter-added" : "parameter-added";
  const what = `The ${labelOf(place)} is new${isRequired(place) ? " and must be sent" : ""}.`;
  recorder.add({ rule, old: old.place, new: place, what }, `${next.name}: ${labelOf(place)}`);
}

/** The parts of a path have their place in it, not their name. */
function comparePathNames({ recorder }: Context, old: Operation, next: Operation): void {
  const [before, after] = [namesIn(old.address), namesIn(next.address)];
  before.forEach((name, index) => {
    const other = after[index] ?? name;
    if (other === name) return;
    const what = `The path parameter \`${name}\` is called \`${other}\`.`;
    const places = { old: old.place, new: next.place };
    recorder.add({ rule: "path-parameter-renamed", ...places, before: name, after: other, what }, next.name);
  });
}

/** `query parameter limit`. */
function labelOf(parameter: Place): string {
  return `${textAt(parameter, "in")} parameter ${textAt(parameter, "name")}`;
}

/** By place and name, those of the operation before those of its path; names of headers are the same in any case. */
function parametersOf({ path, place, address }: Operation): Map<string, Place> {
  const found = new Map<string, Place>();
  for (const owner of [path, place]) {
    for (const parameter of membersOf(at(owner, "parameters")).values()) {
      const [where, name] = [textAt(parameter, "in") ?? "", textAt(parameter, "name") ?? ""];
      const plain = where === "header" ? name.toLowerCase() : name;
      if (where === "header" && reserved.has(plain)) continue;
      found.set(where === "path" ? `path ${namesIn(address).indexOf(name)}` : `${where} ${plain}`, parameter);
    }
  }
  return found;
}

function isRequired(place: Place): boolean {
  return objectAt(place)["required"] === true;
}

/** The form on the wire; OpenAPI says what holds where nothing is said. */
function styleOf(place: Place): string {
  const value = objectAt(place);
  if (Object.hasOwn(value, "content")) return "content";
  const style = value["style"] ?? (["query", "cookie"].includes(plain(value["in"])) ? "form" : "simple");
  const explode = value["explode"] ?? style === "form";
  const isList = ["array", "object"].includes(textAt(place, "schema", "type") ?? "");
  const exploded = isList ? `, explode ${shown(explode)}` : "";
  return `${plain(style)}${exploded}${value["allowReserved"] === true ? ", reserved characters allowed" : ""}`;
}
