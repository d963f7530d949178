import assert from "node:assert/strict";
import { test } from "node:test";
import { emitTypes, typeOf } from "../../../scripts/emit/types.ts";
import { refTo } from "../../../scripts/model/json-schema.ts";
import type { JsonSchema } from "../../../scripts/model/json-schema.ts";

const ref = (name: string): JsonSchema => ({ $ref: refTo(name) });
const text: JsonSchema = { type: "string" };
const nothing: JsonSchema = { type: "null" };
const point: JsonSchema = { type: "object", properties: { x: { type: "number" } }, required: ["x"] };

const cases: readonly { what: string; given: JsonSchema; want: string }[] = [
  { what: "a string", given: text, want: "string" },
  {
    what: "a string with bounds, a pattern and a format",
    given: { type: "string", minLength: 1, pattern: "^a", format: "date" },
    want: "string",
  },
  { what: "a number", given: { type: "number", maximum: 1 }, want: "number" },
  { what: "an integer", given: { type: "integer", minimum: 0 }, want: "number" },
  { what: "a boolean", given: { type: "boolean", default: true }, want: "boolean" },
  { what: "null", given: nothing, want: "null" },
  { what: "anything", given: {}, want: "unknown" },
  { what: "anything, described", given: { description: "Whatever.", examples: [1] }, want: "unknown" },
  { what: "a constant", given: { type: "string", const: "a" }, want: '"a"' },
  { what: "a constant null", given: { const: null }, want: "null" },
  {
    what: "a constant that would end the literal",
    given: { const: 'a" | any; //' },
    want: String.raw`"a\" | any; //"`,
  },
  { what: "an enumeration", given: { type: "string", enum: ["a", "b|c"] }, want: '"a" | "b|c"' },
  { what: "an enumeration of everything", given: { enum: ["a", 1, null, true] }, want: '"a" | 1 | null | true' },
  { what: "an empty enumeration", given: { enum: [] }, want: "never" },
  { what: "a reference", given: ref("Event"), want: "Event" },
  { what: "a described reference", given: { ...ref("Event"), description: "The last." }, want: "Event" },
  { what: "one of several", given: { oneOf: [ref("A"), ref("B")] }, want: "A | B" },
  {
    what: "any of several, the same type twice",
    given: { anyOf: [text, { type: "string", format: "date" }, nothing] },
    want: "string | null",
  },
  { what: "a choice in a choice", given: { anyOf: [{ anyOf: [ref("A"), ref("B")] }, nothing] }, want: "A | B | null" },
  { what: "several at once", given: { allOf: [ref("A"), ref("B")] }, want: "A & B" },
  {
    what: "several at once, one of them a choice",
    given: { allOf: [{ anyOf: [ref("A"), ref("B")] }, ref("C")] },
    want: "(A | B) & C",
  },
  {
    what: "a choice, one of them several at once",
    given: { anyOf: [{ allOf: [ref("A"), ref("B")] }, nothing] },
    want: "A & B | null",
  },
  { what: "a wrapped reference", given: { allOf: [ref("A")], description: "One." }, want: "A" },
  { what: "a list of types", given: { type: ["string", "null"] }, want: "string | null" },
  { what: "an array", given: { type: "array", items: text }, want: "string[]" },
  { what: "an array of anything", given: { type: "array" }, want: "unknown[]" },
  {
    what: "an array of choices",
    given: { type: "array", items: { anyOf: [ref("A"), nothing] } },
    want: "(A | null)[]",
  },
  {
    what: "an array of choices of arrays",
    given: { type: "array", items: { anyOf: [{ type: "array", items: { enum: [1, 2] } }, nothing] } },
    want: "((1 | 2)[] | null)[]",
  },
  {
    what: "an array of an object or null",
    given: { type: "array", items: { anyOf: [point, nothing] } },
    want: "({\n  x: number;\n} | null)[]",
  },
  {
    what: "an array of a list of types",
    given: { type: "array", items: { type: ["string", "null"] } },
    want: "(string | null)[]",
  },
  {
    what: "an array of a choice with one option, which is a choice",
    given: { type: "array", items: { anyOf: [{ enum: [1, 2] }] } },
    want: "(1 | 2)[]",
  },
  {
    what: "an array of several at once",
    given: { type: "array", items: { allOf: [ref("A"), ref("B")] } },
    want: "(A & B)[]",
  },
  {
    what: "an array of constants with an operator in them",
    given: { type: "array", items: { const: "a|b" } },
    want: '"a|b"[]',
  },
  {
    what: "an object",
    given: {
      type: "object",
      properties: { a: text, "b-c": { ...text, description: "Ends */ here." } },
      required: ["a"],
      additionalProperties: false,
    },
    want: '{\n  a: string;\n  /** Ends *\\/ here. */\n  "b-c"?: string;\n}',
  },
  {
    what: "an object that may hold more",
    given: { ...point, additionalProperties: {} },
    want: "{\n  x: number;\n  [key: string]: unknown;\n}",
  },
  {
    what: "an object that may hold more of one type, which is not the fields'",
    given: { ...point, additionalProperties: text },
    want: "{\n  x: number;\n  [key: string]: unknown;\n}",
  },
  {
    what: "a record",
    given: { type: "object", propertyNames: text, additionalProperties: { anyOf: [text, nothing] } },
    want: "Record<string, string | null>",
  },
  {
    what: "a record of anything",
    given: { type: "object", additionalProperties: true },
    want: "Record<string, unknown>",
  },
  {
    what: "an empty object that may hold more",
    given: { type: "object", properties: {} },
    want: "Record<string, unknown>",
  },
  {
    what: "an empty object",
    given: { type: "object", properties: {}, additionalProperties: false },
    want: "Record<string, never>",
  },
];

for (const { what, given, want } of cases) {
  test(`typeOf: ${what}`, () => assert.equal(typeOf(given), want));
}

const refused: readonly { what: string; given: object; want: string }[] = [
  {
    what: "a tuple",
    given: { type: "array", prefixItems: [text] },
    want: 'There is no TypeScript type for the JSON Schema keyword "prefixItems".',
  },
  {
    what: "a negation",
    given: { type: "object", properties: { a: { not: text } } },
    want: 'There is no TypeScript type for the JSON Schema keyword "not".',
  },
  {
    what: "a type that JSON does not have",
    given: { type: "date" },
    want: 'There is no TypeScript type for the JSON Schema type "date".',
  },
];

for (const { what, given, want } of refused) {
  test(`typeOf refuses to lose ${what}`, () => {
    assert.throws(() => typeOf(given as JsonSchema), { message: want }); // what JsonSchema does not know is the point
  });
}

test("emitTypes writes one declaration for each schema, interfaces where it can", () => {
  const schemas = {
    Point: { ...point, description: "Where." },
    Name: { ...text, description: "Whose." },
    Nothing: {},
    Bag: { type: "object" },
  };
  assert.equal(
    emitTypes(schemas),
    `/** Where. */
export interface Point {
  x: number;
}

/** Whose. */
export type Name = string;

/** Nothing */
export type Nothing = unknown;

/** Bag */
export type Bag = Record<string, unknown>;
`,
  );
});
