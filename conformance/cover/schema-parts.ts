import { child, children, placeOf } from "../documents.ts";
import type { DocumentNode } from "../documents.ts";
import { isObject } from "../json.ts";
import type { Json, JsonObject } from "../json.ts";

/** What a schema can be met in: each property, and each value of an enum. */
export interface SchemaParts {
  /** `Settings.language`, `EventPage.events[].id`. */
  readonly properties: Set<string>;
  /** `ConversationStatus = "RUNNING"`. */
  readonly values: Set<string>;
}

export function noParts(): SchemaParts {
  return { properties: new Set(), values: new Set() };
}

/** Adds all that a schema declares, and the schemas that it leads to. @param seen places that have been looked at */
export function declareParts(schema: DocumentNode, parts: SchemaParts, seen: Set<string>): void {
  const place = placeOf(schema);
  if (seen.has(place)) return;
  seen.add(place);
  for (const value of valuesOf(schema)) parts.values.add(valueName(schema, value));
  for (const [name, property] of children(child(schema, "properties"))) {
    parts.properties.add(propertyName(schema, name));
    declareParts(property, parts, seen);
  }
  for (const inner of [...alternativesOf(schema), ...wholes(schema), ...listed(schema)])
    declareParts(inner, parts, seen);
}

/** Adds what a value shows of its schema. The value fits the schema: that has been judged elsewhere. */
export function meetParts(schema: DocumentNode, value: Json, parts: SchemaParts): void {
  for (const allowed of valuesOf(schema)) if (allowed === value) parts.values.add(valueName(schema, allowed));
  for (const part of wholes(schema)) meetParts(part, value, parts);
  for (const alternative of alternativesOf(schema))
    if (couldBe(alternative, value)) meetParts(alternative, value, parts);
  if (Array.isArray(value)) for (const inner of listed(schema)) for (const item of value) meetParts(inner, item, parts);
  if (!isObject(value)) return;
  for (const [name, property] of children(child(schema, "properties"))) {
    const own = value[name];
    if (own === undefined) continue;
    parts.properties.add(propertyName(schema, name));
    meetParts(property, own, parts);
  }
}

/** The values of an enum; one constant alone is no choice. */
function valuesOf(schema: DocumentNode): Json[] {
  const values = child(schema, "enum")?.value;
  return Array.isArray(values) ? values : [];
}

function alternativesOf(schema: DocumentNode): DocumentNode[] {
  return ["oneOf", "anyOf"].flatMap((keyword) => children(child(schema, keyword)).map(([, node]) => node));
}

function wholes(schema: DocumentNode): DocumentNode[] {
  return children(child(schema, "allOf")).map(([, node]) => node);
}

function listed(schema: DocumentNode): DocumentNode[] {
  const items = child(schema, "items");
  return items && !Array.isArray(items.value) ? [items] : [];
}

/** Whether a value is of the kind that an alternative is for: its type, and the constants of its properties. */
function couldBe(alternative: DocumentNode, value: Json): boolean {
  const schema = alternative.value;
  if (!isObject(schema)) return true;
  if (schema["const"] !== undefined) return schema["const"] === value;
  if (schema["type"] !== undefined && ![schema["type"]].flat().some((type) => isOfType(type, value))) return false;
  return !isObject(value) || (hasRequired(schema, value) && hasConstants(alternative, value));
}

function isOfType(type: Json, value: Json): boolean {
  if (type === "integer") return Number.isInteger(value);
  if (type === "array") return Array.isArray(value);
  if (type === "object") return isObject(value);
  return type === (value === null ? "null" : typeof value);
}

function hasRequired(schema: JsonObject, value: JsonObject): boolean {
  const required = Array.isArray(schema["required"]) ? schema["required"] : [];
  return required.every((name) => typeof name === "string" && value[name] !== undefined);
}

function hasConstants(alternative: DocumentNode, value: JsonObject): boolean {
  return children(child(alternative, "properties")).every(([name, property]) => {
    const constant = child(property, "const")?.value;
    return constant === undefined || value[name] === undefined || value[name] === constant;
  });
}

function propertyName(schema: DocumentNode, name: string): string {
  return `${nameOf(schema)}.${name}`;
}

function valueName(schema: DocumentNode, value: Json): string {
  return `${nameOf(schema)} = ${JSON.stringify(value)}`;
}

/** A place of a document as a reader would say it: `Settings`, `EventPage.events[]`. */
function nameOf({ pointer }: DocumentNode): string {
  return pointer
    .replace(/^\/components\/(schemas|messages)\//, "")
    .replaceAll(/\/properties\/([^/]+)/g, ".$1")
    .replaceAll(/\/items(?=[/.]|$)/g, "[]")
    .replaceAll(/\/(oneOf|anyOf|allOf)\/\d+/g, "");
}
