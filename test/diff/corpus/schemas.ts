import type { JsonObject } from "../../../conformance/json.ts";
import { ref, tagged } from "./pair.ts";
import type { SchemaRow } from "./pair.ts";

const text: JsonObject = { type: "string" };
const number: JsonObject = { type: "number" };
const integer: JsonObject = { type: "integer" };

const closed = false;

/** Schemas by what differs: forth, and back. */
export const schemas: readonly SchemaRow[] = [
  // Types
  ["another type", text, integer, ["type-changed breaking breaking"], ["type-changed breaking breaking"]],
  ["an object for a text", text, ref("Sized"), ["type-changed breaking breaking"], ["type-changed breaking breaking"]],
  ["integers for numbers", number, integer, ["type-narrowed breaking safe"], ["type-widened safe breaking"]],
  [
    "one type of two",
    { type: ["string", "integer"] },
    integer,
    ["type-narrowed breaking safe"],
    ["type-widened safe breaking"],
  ],
  ["any value for a text", text, {}, ["type-widened safe breaking"], ["type-narrowed breaking safe"]],
  [
    "a type of two goes, with what was said of it",
    { anyOf: [{ type: "string", minLength: 3 }, integer] },
    integer,
    ["type-narrowed breaking safe"],
    ["type-widened safe breaking"],
  ],
  ["null", text, { type: ["string", "null"] }, ["null-allowed safe breaking"], ["null-refused breaking safe"]],
  [
    "null beside a reference",
    ref("Sized"),
    { anyOf: [ref("Sized"), { type: "null" }] },
    ["null-allowed safe breaking"],
    ["null-refused breaking safe"],
  ],
  [
    "null in a property",
    { type: "object", properties: { a: text } },
    { type: "object", properties: { a: { type: "string", nullable: true } } },
    ["null-allowed safe breaking"],
    ["null-refused breaking safe"],
  ],
  [
    "null among listed values",
    { enum: ["a", "b"] },
    { enum: ["a", "b", null] },
    ["null-allowed safe breaking"],
    ["null-refused breaking safe"],
  ],

  // Enumerations
  [
    "a value more",
    { type: "string", enum: ["a", "b"] },
    { type: "string", enum: ["a", "b", "c"] },
    ["enum-value-added safe risky"],
    ["enum-value-removed breaking safe"],
  ],
  [
    "a value for another of two",
    { enum: ["a", "b"] },
    { enum: ["a", "c"] },
    ["enum-value-removed breaking safe", "enum-value-added safe risky"],
    ["enum-value-removed breaking safe", "enum-value-added safe risky"],
  ],
  [
    "other values",
    { enum: ["a", "b"] },
    { enum: ["c", "d"] },
    ["enum-replaced breaking breaking"],
    ["enum-replaced breaking breaking"],
  ],
  [
    "another constant",
    { const: "a" },
    { const: "b" },
    ["enum-replaced breaking breaking"],
    ["enum-replaced breaking breaking"],
  ],
  ["listed values", text, { type: "string", enum: ["a"] }, ["enum-added breaking safe"], ["enum-lifted safe risky"]],
  ["a constant", text, { type: "string", const: "a" }, ["enum-added breaking safe"], ["enum-lifted safe risky"]],
  [
    "a constant, listed with another",
    { const: 1 },
    { enum: [2, 1] },
    ["enum-value-added safe risky"],
    ["enum-value-removed breaking safe"],
  ],

  // Bounds
  [
    "a lower minimum",
    { type: "integer", minimum: 1 },
    { type: "integer", minimum: 0 },
    ["bound-loosened safe breaking"],
    ["bound-tightened breaking safe"],
  ],
  [
    "a list of integers that a range is longer than",
    { enum: [0, 1] },
    { type: "integer", minimum: 0, maximum: 2 },
    ["enum-value-added safe risky"],
    ["enum-value-removed breaking safe"],
  ],
  [
    "an exclusive maximum",
    { type: "number", maximum: 5 },
    { type: "number", exclusiveMaximum: 5 },
    ["bound-tightened breaking safe"],
    ["bound-loosened safe breaking"],
  ],
  [
    "a length",
    text,
    { type: "string", minLength: 1, maxLength: 9 },
    ["bound-tightened breaking safe", "bound-tightened breaking safe"],
    ["bound-loosened safe breaking", "bound-loosened safe breaking"],
  ],
  [
    "more items",
    { type: "array", items: text, maxItems: 10 },
    { type: "array", items: text, maxItems: 100 },
    ["bound-loosened safe breaking"],
    ["bound-tightened breaking safe"],
  ],
  [
    "unique items",
    { type: "array", items: text },
    { type: "array", items: text, uniqueItems: true },
    ["bound-tightened breaking safe"],
    ["bound-loosened safe breaking"],
  ],
  [
    "fewer properties",
    { type: "object", maxProperties: 5 },
    { type: "object", maxProperties: 4 },
    ["bound-tightened breaking safe"],
    ["bound-loosened safe breaking"],
  ],
  [
    "multiples of a multiple",
    { type: "integer", multipleOf: 5 },
    { type: "integer", multipleOf: 10 },
    ["bound-tightened breaking safe"],
    ["bound-loosened safe breaking"],
  ],
  [
    "multiples of another number",
    { type: "integer", multipleOf: 4 },
    { type: "integer", multipleOf: 6 },
    ["multiple-changed breaking breaking"],
    ["multiple-changed breaking breaking"],
  ],
  [
    "multiples of another fraction",
    { type: "number", multipleOf: 0.2 },
    { type: "number", multipleOf: 0.3 },
    ["multiple-changed breaking breaking"],
    ["multiple-changed breaking breaking"],
  ],

  // Forms
  [
    "a format",
    text,
    { type: "string", format: "uuid" },
    ["format-narrowed breaking safe"],
    ["format-widened safe breaking"],
  ],
  [
    "a wider format",
    { type: "integer", format: "int32" },
    { type: "integer", format: "int64" },
    ["format-widened safe breaking"],
    ["format-narrowed breaking safe"],
  ],
  [
    "another format",
    { type: "string", format: "date" },
    { type: "string", format: "date-time" },
    ["format-changed breaking breaking"],
    ["format-changed breaking breaking"],
  ],
  [
    "another format in a list",
    { type: "array", items: { type: "string", format: "ipv4" } },
    { type: "array", items: { type: "string", format: "ipv6" } },
    ["format-changed breaking breaking"],
    ["format-changed breaking breaking"],
  ],
  [
    "a pattern",
    text,
    { type: "string", pattern: "^a" },
    ["pattern-added breaking safe"],
    ["pattern-removed safe breaking"],
  ],
  [
    "a pattern beside another",
    { type: "string", pattern: "^a" },
    { type: "string", pattern: "^a", allOf: [{ pattern: "b$" }] },
    ["pattern-added breaking safe"],
    ["pattern-removed safe breaking"],
  ],
  [
    "another pattern",
    { type: "string", pattern: "^a" },
    { type: "string", pattern: "^b" },
    ["pattern-changed risky risky"],
    ["pattern-changed risky risky"],
  ],
  [
    "base64",
    text,
    { type: "string", contentEncoding: "base64" },
    ["content-changed breaking breaking"],
    ["content-changed breaking breaking"],
  ],
  [
    "another content",
    { type: "string", contentMediaType: "image/png" },
    { type: "string", contentMediaType: "image/jpeg" },
    ["content-changed breaking breaking"],
    ["content-changed breaking breaking"],
  ],
  [
    "a default",
    { type: "integer" },
    { type: "integer", default: 1 },
    ["default-changed risky safe"],
    ["default-changed risky safe"],
  ],
  [
    "another default",
    { type: "object", properties: { a: { type: "boolean", default: true } } },
    { type: "object", properties: { a: { type: "boolean", default: false } } },
    ["default-changed risky safe"],
    ["default-changed risky safe"],
  ],

  // Objects
  [
    "an optional property",
    { type: "object", properties: { a: text } },
    { type: "object", properties: { a: text, b: text } },
    ["property-added safe safe"],
    ["property-removed risky risky"],
  ],
  [
    "an optional property of a closed object",
    { type: "object", properties: { a: text }, additionalProperties: closed },
    { type: "object", properties: { a: text, b: text }, additionalProperties: closed },
    ["property-added safe safe"],
    ["property-refused breaking -", "property-removed - risky"],
  ],
  [
    "a required property",
    { type: "object", properties: { a: text } },
    { type: "object", properties: { a: text, b: text }, required: ["b"] },
    ["required-property-added breaking safe"],
    ["required-property-removed risky breaking"],
  ],
  [
    "a required property of a closed object",
    { type: "object", properties: {}, additionalProperties: closed },
    { type: "object", properties: { b: text }, required: ["b"], additionalProperties: closed },
    ["required-property-added breaking safe"],
    ["property-refused breaking -", "required-property-removed - breaking"],
  ],
  [
    "a property that must be there",
    { type: "object", properties: { a: text } },
    { type: "object", properties: { a: text }, required: ["a"] },
    ["property-became-required breaking safe"],
    ["property-became-optional safe breaking"],
  ],
  [
    "a name that must be there and is declared nowhere",
    { type: "object" },
    { type: "object", required: ["a"] },
    ["property-became-required breaking safe"],
    ["property-became-optional safe breaking"],
  ],
  [
    "a property that only answers have",
    { type: "object", properties: { a: text } },
    { type: "object", properties: { a: { type: "string", readOnly: true } } },
    ["property-removed risky -"],
    ["property-added safe -"],
  ],
  [
    "a property that only requests have",
    { type: "object", properties: { a: text }, required: ["a"] },
    { type: "object", properties: { a: { type: "string", writeOnly: true } }, required: ["a"] },
    ["required-property-removed - breaking"],
    ["required-property-added - safe"],
  ],
  [
    "nothing but the declared properties",
    { type: "object", properties: { a: text } },
    { type: "object", properties: { a: text }, additionalProperties: closed },
    ["additional-properties-refused breaking safe"],
    ["additional-properties-allowed safe risky"],
  ],
  [
    "nothing that no part of all declares",
    { allOf: [ref("Sized"), ref("Named")] },
    { allOf: [ref("Sized"), ref("Named")], unevaluatedProperties: closed },
    ["additional-properties-refused breaking safe"],
    ["additional-properties-allowed safe risky"],
  ],
  [
    "a part of all that declares nothing else",
    { allOf: [ref("Sized"), ref("Named")], unevaluatedProperties: closed },
    { allOf: [ref("Sized")], unevaluatedProperties: closed },
    ["property-refused breaking -", "property-removed - risky"],
    ["property-added safe safe"],
  ],
  [
    "no other entries of a map",
    { type: "object", properties: { a: text }, additionalProperties: integer },
    { type: "object", properties: { a: text }, additionalProperties: closed },
    ["additional-properties-refused breaking safe"],
    ["additional-properties-allowed safe risky"],
  ],
  [
    "other values in a map",
    { type: "object", additionalProperties: integer },
    { type: "object", additionalProperties: number },
    ["type-widened safe breaking"],
    ["type-narrowed breaking safe"],
  ],
  [
    "an entry of a map with a name of its own",
    { type: "object", additionalProperties: number },
    { type: "object", properties: { a: integer }, additionalProperties: number },
    ["type-narrowed breaking safe"],
    ["type-widened safe breaking"],
  ],
  [
    "names of entries",
    { type: "object", additionalProperties: integer },
    { type: "object", additionalProperties: integer, propertyNames: { pattern: "^x" } },
    ["pattern-added breaking safe"],
    ["pattern-removed safe breaking"],
  ],
  [
    "entries by a pattern",
    { type: "object", patternProperties: { "^a": integer } },
    { type: "object", patternProperties: { "^a": number } },
    ["type-widened safe breaking"],
    ["type-narrowed breaking safe"],
  ],
  ["deep in a circle", ref("Tree"), ref("Bush"), ["null-allowed safe breaking"], ["null-refused breaking safe"]],
  [
    "a part of all",
    { allOf: [ref("Sized")] },
    { allOf: [ref("Sized"), ref("Named")] },
    ["property-added safe safe"],
    ["property-removed risky risky"],
  ],

  // Arrays
  [
    "other items",
    { type: "array", items: integer },
    { type: "array", items: number },
    ["type-widened safe breaking"],
    ["type-narrowed breaking safe"],
  ],
  [
    "a first item of its own",
    { type: "array", items: number },
    { type: "array", prefixItems: [integer], items: number },
    ["type-narrowed breaking safe"],
    ["type-widened safe breaking"],
  ],

  // Alternatives
  [
    "another kind",
    { oneOf: [ref("Cat"), ref("Dog")] },
    { oneOf: [ref("Cat"), ref("Dog"), ref("Cow")] },
    ["kind-added safe risky"],
    ["alternative-removed breaking safe"],
  ],
  [
    "kinds of one",
    ref("Cat"),
    { anyOf: [ref("Cat"), ref("Dog")] },
    ["kind-added safe risky"],
    ["alternative-removed breaking safe"],
  ],
  [
    "another kind, told by another property",
    {
      anyOf: [ref("Cat"), ref("Dog")],
    },
    {
      anyOf: [ref("Cat"), ref("Dog"), { type: "object", properties: { sort: { const: "plant" } }, required: ["sort"] }],
    },
    ["kind-added safe risky"],
    ["alternative-removed breaking safe"],
  ],
  [
    "forms of anything",
    {},
    { anyOf: [ref("Sized"), ref("Named")] },
    ["alternative-removed breaking safe", "null-refused breaking safe"],
    ["alternative-added safe breaking", "null-allowed safe breaking"],
  ],
  [
    "a form that another one takes in",
    { anyOf: [ref("Named"), { type: "object", properties: { name: { const: "a" } } }] },
    ref("Named"),
    [],
    [],
  ],
  [
    "another form, told by nothing",
    { anyOf: [ref("Sized"), { type: "string", minLength: 1 }] },
    { anyOf: [ref("Sized"), { type: "string", minLength: 1 }, ref("Named")] },
    ["alternative-added safe breaking"],
    ["alternative-removed breaking safe"],
  ],
  [
    "two forms of one",
    ref("Sized"),
    { anyOf: [ref("Sized"), ref("Named")] },
    ["alternative-added safe breaking"],
    ["alternative-removed breaking safe"],
  ],
  [
    "a kind that takes more",
    { oneOf: [ref("Cat"), tagged("dog", { tricks: integer })] },
    { oneOf: [ref("Cat"), tagged("dog", { tricks: number })] },
    ["type-widened safe breaking"],
    ["type-narrowed breaking safe"],
  ],
  [
    "exactly one of two that nothing tells apart",
    { anyOf: [ref("Sized"), ref("Named")] },
    { oneOf: [ref("Sized"), ref("Named")] },
    ["exclusiveness-changed risky risky"],
    ["exclusiveness-changed risky risky"],
  ],
  [
    "a discriminator",
    { oneOf: [ref("Cat"), ref("Dog")] },
    { oneOf: [ref("Cat"), ref("Dog")], discriminator: { propertyName: "kind" } },
    ["discriminator-added safe safe"],
    ["discriminator-changed risky risky"],
  ],
  [
    "a discriminator with its mapping",
    { anyOf: [ref("Cat"), ref("Cow")] },
    { anyOf: [ref("Cow"), ref("Cat")], discriminator: discriminator("kind", { cat: "Cat", cow: "Cow" }) },
    ["discriminator-added safe safe"],
    ["discriminator-changed risky risky"],
  ],
  [
    "a discriminator that leads elsewhere",
    { oneOf: [ref("Cat"), ref("Dog")], discriminator: discriminator("kind", { cat: "Cat", dog: "Dog" }) },
    { oneOf: [ref("Cat"), ref("Dog")], discriminator: discriminator("kind", { cat: "Dog", dog: "Cat" }) },
    ["discriminator-changed risky risky", "discriminator-changed risky risky"],
    ["discriminator-changed risky risky", "discriminator-changed risky risky"],
  ],
  [
    "a discriminator by another property",
    { anyOf: [twofold("a"), twofold("b")], discriminator: { propertyName: "kind" } },
    { anyOf: [twofold("a"), twofold("b")], discriminator: { propertyName: "sort" } },
    ["discriminator-replaced breaking breaking"],
    ["discriminator-replaced breaking breaking"],
  ],

  // Others
  [
    "what must not be",
    { type: "string", not: { const: "a" } },
    { type: "string", not: { enum: ["a", "b"] } },
    ["enum-value-added unclear risky"],
    ["enum-value-removed unclear risky"],
  ],
  [
    "a condition",
    { type: "object" },
    { type: "object", if: { required: ["a"] }, else: { required: ["b"] } },
    ["keyword-changed risky risky", "keyword-changed risky risky"],
    ["keyword-changed risky risky", "keyword-changed risky risky"],
  ],
  [
    "a keyword that nobody knows",
    { type: "string", "x-colour": "red" },
    { type: "string", "x-colour": "blue" },
    ["keyword-changed risky risky"],
    ["keyword-changed risky risky"],
  ],
  [
    "properties that ask for others",
    { type: "object" },
    { type: "object", dependentRequired: { a: ["b"] } },
    ["keyword-changed risky risky"],
    ["keyword-changed risky risky"],
  ],
  [
    "a deprecated property",
    { type: "object", properties: { a: text } },
    { type: "object", properties: { a: { type: "string", deprecated: true } } },
    ["deprecated safe safe"],
    ["undeprecated safe safe"],
  ],
  [
    "a sunset of a property",
    { type: "object", properties: { a: { type: "string", deprecated: true, "x-sunset": "2027-01-01" } } },
    { type: "object", properties: { a: { type: "string", deprecated: true, "x-sunset": "2027-06-30" } } },
    ["sunset-postponed safe safe"],
    ["sunset-moved-up risky risky"],
  ],
];

function discriminator(propertyName: string, names: Record<string, string>): JsonObject {
  const mapping = Object.entries(names).map(([value, name]) => [value, `#/components/schemas/${name}`]);
  return { propertyName, mapping: Object.fromEntries(mapping) };
}

/** Two properties tell it from others. */
function twofold(value: string): JsonObject {
  return { type: "object", properties: { kind: { const: value }, sort: { const: value } }, required: ["kind", "sort"] };
}
