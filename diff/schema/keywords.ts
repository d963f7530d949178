/** For people alone: nothing on the wire depends on them. */
const documentation = new Set([
  "title",
  "description",
  "examples",
  "example",
  "$comment",
  "externalDocs",
  "x-since",
  "x-upstream-differences",
]);

/** What says something about a schema and nothing about its values. */
const annotations = new Set([
  ...documentation,
  "default",
  "deprecated",
  "x-deprecation",
  "x-sunset",
  "readOnly",
  "writeOnly",
]);

/** Where schemas are kept for others, or what names them: compared where they are used. */
const organisation = new Set(["$defs", "definitions", "$id", "$anchor", "$schema"]);

/** What a keyword's absence means, where it means a value. */
const meanings: Readonly<Record<string, unknown>> = {
  minLength: 0,
  minItems: 0,
  minProperties: 0,
  uniqueItems: false,
  deprecated: false,
  readOnly: false,
  writeOnly: false,
};

export function isDocumentation(keyword: string): boolean {
  return documentation.has(keyword);
}

export function isAnnotation(keyword: string): boolean {
  return annotations.has(keyword);
}

export function isOrganisation(keyword: string): boolean {
  return organisation.has(keyword);
}

/** Whether a keyword says no more than its absence does. */
export function saysNothing(keyword: string, value: unknown): boolean {
  return Object.hasOwn(meanings, keyword) && meanings[keyword] === value;
}
