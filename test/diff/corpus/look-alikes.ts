import { ref, tagged } from "./pair.ts";
import type { SchemaRow } from "./pair.ts";

const nothing: readonly string[] = [];

/** Schemas that look different and say the same. */
export const lookAlikes: readonly SchemaRow[] = [
  same(
    "null as a type or as an alternative",
    { type: ["string", "null"] },
    { anyOf: [{ type: "string" }, { type: "null" }] },
  ),
  same("null as OpenAPI 3.0 wrote it", { type: "string", nullable: true }, { type: ["null", "string"] }),
  same(
    "null beside a reference, in any order",
    { anyOf: [{ type: "null" }, ref("Cat")] },
    { oneOf: [ref("Cat"), { type: "null" }] },
  ),
  same("a constant or an enumeration of one", { type: "string", const: "a" }, { type: "string", enum: ["a"] }),
  same("a constant with and without its type", { const: "a" }, { type: "string", const: "a" }),
  same(
    "an enumeration or alternatives of constants",
    { enum: ["a", "b"] },
    { anyOf: [{ const: "b" }, { const: "a" }] },
  ),
  same("an enumeration in another order", { enum: ["a", "b", "c"] }, { enum: ["c", "a", "b"] }),
  same("both booleans, or booleans", { type: "boolean" }, { enum: [true, false] }),
  same("all of one", { allOf: [ref("Cat")] }, ref("Cat")),
  same("all of one, said at once", ref("Sized"), { type: "object", properties: { size: { type: "integer" } } }),
  same(
    "all of two, or one",
    { allOf: [ref("Sized"), ref("Named")] },
    {
      type: "object",
      properties: { name: { type: "string" }, size: { type: "integer" } },
    },
  ),
  same("any of one", { anyOf: [ref("Cat")] }, ref("Cat")),
  same(
    "a list of types or alternatives",
    { type: ["string", "integer"] },
    { anyOf: [{ type: "integer" }, { type: "string" }] },
  ),
  same("alternatives in another order", { oneOf: [ref("Cat"), ref("Dog")] }, { oneOf: [ref("Dog"), ref("Cat")] }),
  same(
    "one of or any of what a property tells apart",
    { oneOf: [ref("Cat"), ref("Dog")] },
    { anyOf: [ref("Cat"), ref("Dog")] },
  ),
  same(
    "alternatives within alternatives",
    { anyOf: [ref("Cat"), { anyOf: [ref("Dog"), ref("Cow")] }] },
    {
      anyOf: [ref("Cat"), ref("Dog"), ref("Cow")],
    },
  ),
  same("a component by another name", { oneOf: [ref("Cat"), ref("Dog")] }, { oneOf: [ref("Kitten"), ref("Dog")] }),
  same(
    "a component or what stands in it",
    { oneOf: [ref("Cow"), ref("Dog")] },
    { oneOf: [tagged("cow", {}), ref("Dog")] },
  ),
  same(
    "the same for all alternatives, within or beside them",
    {
      type: "object",
      properties: { id: { type: "integer" } },
      oneOf: [tagged("a", {}), tagged("b", {})],
    },
    { oneOf: [tagged("a", { id: { type: "integer" } }), tagged("b", { id: { type: "integer" } })] },
  ),
  same(
    "properties in another order",
    { type: "object", properties: { a: {}, b: {} }, required: ["a", "b"] },
    {
      required: ["b", "a"],
      properties: { b: {}, a: {} },
      type: "object",
    },
  ),
  same("open to anything, said or not", { type: "object" }, { type: "object", additionalProperties: true }),
  same(
    "names that are texts",
    { type: "object", additionalProperties: {} },
    { type: "object", propertyNames: { type: "string" } },
  ),
  same("no length at least", { type: "string" }, { type: "string", minLength: 0 }),
  same(
    "what is the default anyway",
    { type: "array" },
    { type: "array", uniqueItems: false, minItems: 0, deprecated: false },
  ),
  same("a range of few integers, or a list", { type: "integer", minimum: -1, maximum: 1 }, { enum: [1, 0, -1] }),
  same("a range of one integer, or a constant", { type: "integer", minimum: 2, exclusiveMaximum: 3 }, { const: 2 }),
  same("integers above 0", { type: "integer", minimum: 1 }, { type: "integer", exclusiveMinimum: 0 }),
  same(
    "an exclusive bound as OpenAPI 3.0 wrote it",
    { type: "number", exclusiveMinimum: 0 },
    {
      type: "number",
      minimum: 0,
      exclusiveMinimum: true,
    },
  ),
  same("items of any kind, said or not", { type: "array" }, { type: "array", items: {} }),
  same(
    "draft 7's items by place",
    { type: "array", items: [{ type: "string" }], additionalItems: false },
    {
      type: "array",
      prefixItems: [{ type: "string" }],
      items: false,
    },
  ),
  same("bounds that are about another type", { type: "integer" }, { type: "integer", maxLength: 3 }),
  same("a reference with a text beside it", { $ref: "#/components/schemas/Sized" }, { allOf: [ref("Sized")] }),
  same(
    "read-only in a definition or beside it",
    { type: "object", properties: { a: { type: "string", readOnly: true } } },
    {
      type: "object",
      properties: { a: { allOf: [{ type: "string" }], readOnly: true } },
    },
  ),
  [
    "another description, title and example",
    { type: "string", title: "A", description: "One.", examples: ["a"] },
    { type: "string", title: "B", description: "Two.", examples: ["b"] },
    Array<string>(3).fill("documentation-changed safe safe"),
    Array<string>(3).fill("documentation-changed safe safe"),
  ],
  [
    "a description of a constant",
    { const: 1 },
    { const: 1, description: "One." },
    ["documentation-changed safe safe"],
    ["documentation-changed safe safe"],
  ],
];

function same(name: string, one: SchemaRow[1], other: SchemaRow[2]): SchemaRow {
  return [name, one, other, nothing, nothing];
}
