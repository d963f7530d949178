import type { Direction } from "../change.ts";
import { absent } from "../place.ts";
import type { Place } from "../place.ts";
import type { RuleId } from "../rules.ts";
import type { Pair } from "./comparison.ts";
import { isAnything } from "./merge.ts";
import type { Normal, Schema } from "./model.ts";
import { normalise } from "./normal.ts";
import { haveBoth } from "./type.ts";

/** Properties, which of them must be there, and what others may be. */
export function compareObjects(pair: Pair): void {
  if (!haveBoth(pair, "object")) return;
  const [before, after] = [visible(pair.old, pair.direction), visible(pair.new, pair.direction)];
  for (const [name, schema] of before) {
    const other = after.get(name);
    if (other) compareProperty(pair, name, schema, other);
    else compareRemoved(pair, name, schema);
  }
  for (const [name, schema] of after) if (!before.has(name)) compareAdded(pair, name, schema);
  compareUndeclared(pair, before, after);
  compareAdditional(pair);
  comparePatterns(pair);
  comparePropertyNames(pair);
}

/** The properties that go that way: a client sends none that is read-only, and gets none that is write-only. */
function visible(normal: Normal, direction: Direction): Map<string, Schema> {
  const hiding = direction === "request" ? "readOnly" : "writeOnly";
  const shown = [...normal.properties].filter(([, schema]) => {
    const { facts, types } = normalise(schema);
    // In a closed object, what no value fits is as good as not declared.
    return (types.size > 0 || !isClosed(normal)) && (direction === "unclear" || facts.get(hiding)?.value !== true);
  });
  return new Map(shown);
}

function compareProperty(pair: Pair, name: string, schema: Schema, other: Schema): void {
  compareRequired(pair, name, schema, other);
  pair.descend(schema, other);
}

function compareRequired(pair: Pair, name: string, schema: Schema, other: Schema): void {
  const [before, after] = [pair.old.required.get(name), pair.new.required.get(name)];
  const sides = { old: before ?? placeOf(schema, pair.old), new: after ?? placeOf(other, pair.new) };
  const text = `The property \`${name}\``;
  if (after && !before) pair.report({ rule: "property-became-required", ...sides, what: `${text} must be there now.` });
  if (before && !after) pair.report({ rule: "property-became-optional", ...sides, what: `${text} may be absent now.` });
}

function compareRemoved(pair: Pair, name: string, schema: Schema): void {
  // What is not declared any more may still be there, as what other properties must be.
  if (says(pair.new, name)) return compareProperty(pair, name, schema, pair.new.additional);
  const rule = ((): RuleId => {
    if (pair.direction === "request" && isClosed(pair.new)) return "property-refused";
    return pair.old.required.has(name) ? "required-property-removed" : "property-removed";
  })();
  const what = `The property \`${name}\` is gone.`;
  pair.report({ rule, old: placeOf(schema, pair.old), new: pair.new.place, before: name, what });
}

function compareAdded(pair: Pair, name: string, schema: Schema): void {
  if (says(pair.old, name)) return compareProperty(pair, name, pair.old.additional, schema);
  const isRequired = pair.new.required.has(name);
  const what = `The property \`${name}\` is new${isRequired ? " and must be there" : ""}.`;
  const rule = isRequired ? "required-property-added" : "property-added";
  pair.report({ rule, old: pair.old.place, new: placeOf(schema, pair.new), after: name, what });
}

/** Names that must be there and are declared nowhere. */
function compareUndeclared(pair: Pair, before: Map<string, Schema>, after: Map<string, Schema>): void {
  for (const name of new Set([...pair.old.required.keys(), ...pair.new.required.keys()])) {
    const isDeclared = before.has(name) || after.has(name);
    const isHidden = pair.old.properties.has(name) || pair.new.properties.has(name);
    if (!isDeclared && !isHidden) compareRequired(pair, name, [pair.old.place], [pair.new.place]);
  }
}

function compareAdditional(pair: Pair): void {
  const { old, new: next } = pair;
  const sides = { old: placeOf(old.additional, old), new: placeOf(next.additional, next) };
  if (!isClosed(old) && !isClosed(next)) return pair.descend(old.additional, next.additional);
  if (isClosed(old) && isClosed(next)) return;
  const rule = isClosed(next) ? "additional-properties-refused" : "additional-properties-allowed";
  const what = `Properties that are not declared are ${isClosed(next) ? "refused" : "allowed"} now.`;
  pair.report({ rule, ...sides, before: !isClosed(old), after: !isClosed(next), what });
}

function comparePatterns(pair: Pair): void {
  const names = new Set([...pair.old.patternProperties.keys(), ...pair.new.patternProperties.keys()]);
  for (const name of names) {
    const [before, after] = [pair.old.patternProperties.get(name), pair.new.patternProperties.get(name)];
    if (before && after) pair.descend(before, after);
    else if (before) pair.descend(before, pair.new.additional, "unclear");
    else if (after) pair.descend(pair.old.additional, after, "unclear");
  }
}

/** Names are texts, whether a schema says so or not. */
function comparePropertyNames({ old, new: next, descend }: Pair): void {
  const [before, after] = [old.schemas.get("propertyNames"), next.schemas.get("propertyNames")];
  if (before || after) descend(namesOf(before, old), namesOf(after, next));
}

function namesOf(schema: Schema | undefined, normal: Normal): Schema {
  return [...(schema ?? []), absent(normal.place, { type: "string" })];
}

function isClosed({ additional }: Normal): boolean {
  return normalise(additional).types.size === 0;
}

/** Whether something is said of a property that is not declared: that it must be there, or what it must be. */
function says({ required, additional, properties }: Normal, name: string): boolean {
  return !properties.has(name) && (required.has(name) || isSchema(additional));
}

/** Neither open to anything nor closed. */
function isSchema(additional: Schema): boolean {
  return !additional.every(({ value }) => isAnything(value)) && normalise(additional).types.size > 0;
}

function placeOf(schema: Schema, normal: Normal): Place {
  return schema[0] ?? normal.place;
}
