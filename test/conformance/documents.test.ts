import assert from "node:assert/strict";
import { test } from "node:test";
import { brokenJson, brokenText, unknownId } from "../../conformance/recipes/ammunition.ts";
import { child, parseDocument, rootOf } from "../../conformance/documents.ts";
import type { DocumentNode } from "../../conformance/documents.ts";
import type { Json, JsonObject } from "../../conformance/json.ts";
import { operationsOf } from "../../conformance/operations.ts";
import { createValidator } from "../../conformance/schemas.ts";

const cat = {
  type: "object",
  properties: { kind: { const: "cat", type: "string" }, lives: { type: "integer" } },
  required: ["kind", "lives"],
};
const dog = {
  type: "object",
  properties: { kind: { const: "dog", type: "string" } },
  required: ["kind"],
  additionalProperties: false,
};

const schemas: JsonObject = {
  Cat: cat,
  Dog: dog,
  Animal: { oneOf: [{ $ref: "#/components/schemas/Cat" }, { $ref: "#/components/schemas/Dog" }] },
  Id: { type: "string", pattern: "^[0-9a-f]{4}$" },
  Limit: { type: "integer", minimum: 1 },
  Moment: { type: "string", format: "date-time" },
  Anything: {},
  "a/b~c": { type: "boolean" },
};

function documentOf(parts: JsonObject) {
  return parseDocument("openapi", "test.yaml", JSON.stringify({ openapi: "3.1.0", ...parts }));
}

const document = documentOf({ components: { schemas } });
const validator = createValidator(document);

function schema(name: string): DocumentNode {
  const node = child(rootOf(document), "components", "schemas", name);
  assert.ok(node);
  return node;
}

const mismatches: [schema: string, value: Json, told: string[]][] = [
  ["Cat", { kind: "cat", lives: 9 }, []],
  ["Cat", { kind: "cat", lives: "nine" }, ["/lives must be integer /components/schemas/Cat/properties/lives/type"]],
  ["Animal", { kind: "dog" }, []],
  ["Animal", { kind: "cat" }, [" must have required property 'lives' /components/schemas/Cat/required"]],
  [
    "Animal",
    { kind: "dog", lives: 9 },
    [' must NOT have additional properties: "lives" /components/schemas/Dog/additionalProperties'],
  ],
  [
    "Animal",
    { kind: "cow" },
    [' value of tag "kind" must be in oneOf, not "cow" /components/schemas/Animal/discriminator'],
  ],
  ["Moment", "2026-11-22T10:15:30Z", []],
  ["Moment", "2026-11-22", [' must match format "date-time" /components/schemas/Moment/format']],
  ["a/b~c", true, []],
  ["a/b~c", 1, [" must be boolean /components/schemas/a~1b~0c/type"]],
];

for (const [name, value, told] of mismatches)
  test(`${JSON.stringify(value)} ${told.length === 0 ? "fits" : "does not fit"} ${name}`, () => {
    const found = validator.mismatches(schema(name), value);
    assert.deepEqual(
      found.map(({ at, message, pointer }) => `${at} ${message} ${pointer}`),
      told,
    );
  });

test("ammunition is wrong by the schema, and where nothing is, there is none", () => {
  assert.deepEqual(brokenJson(validator, schema("Cat"), { kind: "cat", lives: 9 }), {
    kind: "cat",
    lives: { unexpected: true },
  });
  assert.equal(brokenJson(validator, schema("Anything"), {}), undefined);
  assert.equal(brokenText(validator, schema("Limit")), "not a value");
  assert.equal(brokenText(validator, schema("Id")), "not a value");
  assert.equal(brokenText(validator, schema("Anything")), undefined);
});

test("an unknown id has the form of the known one", () => {
  const known = "5f0c2b7e9d1a4c3e8b6f7a2d1c0e9f84";
  assert.match(unknownId(known), /^[0-9a-f]{32}$/);
  assert.notEqual(unknownId(known), known);
});

const broken: { name: string; text: string; says: RegExp }[] = [
  { name: "no YAML", text: "a: [", says: /is not YAML/ },
  { name: "another version", text: "openapi: 3.0.3", says: /is no openapi 3\.1\.x document.*"3\.0\.3"/ },
];

for (const { name, text, says } of broken)
  test(`a document is refused: ${name}`, () => assert.throws(() => parseDocument("openapi", "bad.yaml", text), says));

const uncountable: { name: string; operation: JsonObject; says: RegExp }[] = [
  { name: "an operation without an id", operation: { responses: {} }, says: /has no operationId/ },
  {
    name: "a status that is none",
    operation: { operationId: "a", responses: { default: {} } },
    says: /the status default is no number/,
  },
  {
    name: "a reference that leads nowhere",
    operation: { operationId: "a", responses: { "200": { $ref: "#/none" } } },
    says: /#\/none leads nowhere/,
  },
  {
    name: "a reference out of the document",
    operation: { operationId: "a", responses: { "200": { $ref: "x.yaml#/a" } } },
    says: /leads out of the document/,
  },
  {
    name: "a reference in a circle",
    operation: { operationId: "a", responses: { "200": { $ref: "#/paths/~1a/get/responses/200" } } },
    says: /in a circle/,
  },
];

for (const { name, operation, says } of uncountable)
  test(`operations are refused: ${name}`, () => {
    assert.throws(() => operationsOf(documentOf({ paths: { "/a": { get: operation } } })), says);
  });
