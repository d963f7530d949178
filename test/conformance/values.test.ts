// The values that the runner makes up, held against ajv: what is made to fit fits, and the edges are on both sides.
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { Ajv2020 } from "ajv/dist/2020.js";
import formats from "ajv-formats";
import { isObject } from "../../conformance/json.ts";
import type { Json, JsonObject } from "../../conformance/json.ts";
import { arbitraryOf } from "../../conformance/values/arbitrary.ts";
import { candidatesOf, exampleOf } from "../../conformance/values/candidates.ts";
import { dependsAt } from "../../conformance/values/depends.ts";
import { only } from "../../conformance/values/judged.ts";
import { changed, mutated } from "../../conformance/values/mutations.ts";
import { flat } from "../../conformance/values/schema.ts";

const root: JsonObject = {
  Name: { type: "string", pattern: "^[a-z]{3,5}$" },
  Tree: {
    type: "object",
    properties: { left: { $ref: "#/Tree" }, right: { $ref: "#/Tree" }, size: { type: "integer", minimum: 0 } },
    required: ["size"],
    additionalProperties: false,
  },
  Cat: {
    type: "object",
    properties: { kind: { const: "cat" }, lives: { type: "integer" } },
    required: ["kind", "lives"],
  },
  Dog: { type: "object", properties: { kind: { const: "dog" }, name: { $ref: "#/Name" } }, required: ["kind"] },
};

/** A schema, what its edges must hold that fits, and what that does not. */
const schemas: { schema: JsonObject; fits: Json[]; others: Json[] }[] = [
  { schema: { type: "boolean" }, fits: [true, false], others: [null, 1, "true"] },
  { schema: { type: ["string", "null"] }, fits: [null, ""], others: [true, {}, []] },
  { schema: { const: "on" }, fits: ["on"], others: ["on_not", "ON", ""] },
  { schema: { enum: ["a", "b", 3] }, fits: ["a", "b", 3], others: ["A", ""] },
  {
    schema: { type: "string", minLength: 2, maxLength: 4 },
    fits: ["aa", "aaaa", "🙂🙂🙂🙂"],
    others: ["", "a", "aaaaa"],
  },
  { schema: { $ref: "#/Name" }, fits: [], others: ["", "a text"] },
  { schema: { type: "integer", minimum: 1, maximum: 9 }, fits: [1, 9], others: [0, 10, 1.5, -1, "1"] },
  { schema: { type: "number", exclusiveMinimum: 0, maximum: 2.5 }, fits: [2.5], others: [0, 3, -1] },
  { schema: { type: "integer", multipleOf: 5, minimum: 5, maximum: 50 }, fits: [5, 50], others: [0, 1.5] },
  {
    schema: { type: "array", minItems: 1, maxItems: 2, items: { type: "integer" } },
    fits: [],
    others: [[], ["a text"], [null]],
  },
  {
    schema: { type: "array", uniqueItems: true, items: { enum: ["a", "b"] } },
    fits: [["a"], ["b"], []],
    others: [["a", "a"]],
  },
  {
    schema: { type: "string", format: "date-time" },
    fits: ["2024-02-29T12:30:00Z"],
    others: ["2023-02-29T12:30:00Z", "2024-01-01"],
  },
  {
    schema: { type: "object", additionalProperties: { type: "boolean" } },
    fits: [{}],
    others: [{ x_conformance: "a text" }],
  },
  { schema: { $ref: "#/Tree" }, fits: [], others: [{}] },
  { schema: { oneOf: [{ $ref: "#/Cat" }, { $ref: "#/Dog" }] }, fits: [{ kind: "dog" }], others: [{}] },
  { schema: { anyOf: [{ $ref: "#/Name" }, { type: "null" }] }, fits: [null], others: ["", 12] },
  {
    schema: { allOf: [{ $ref: "#/Cat" }], properties: { lives: { maximum: 9 } } },
    fits: [],
    others: [{ kind: "cat" }],
  },
];

const source = { root, kept: new Set<string>(), omitted: new Set<string>() };

for (const { schema, fits, others } of schemas) {
  const name = JSON.stringify(schema);
  const accepts = validatorOf(schema);

  test(`values made for ${name} fit it`, () => {
    const made = only(arbitraryOf(schema, source), accepts);
    assert.ok(made, "hardly any does");
    const [values] = [fc.sample(arbitraryOf(schema, source), { seed: 1, numRuns: 200 })];
    const wrong = values.filter((value) => !accepts(value));
    assert.ok(wrong.length < 40, `${wrong.length} of 200 do not: ${JSON.stringify(wrong.slice(0, 3))}`);
  });

  test(`the edges of ${name} are on both sides of it`, () => {
    const tried = candidatesOf(schema, source, exampleOf(schema, source)).map(({ value }) => JSON.stringify(value));
    for (const value of [...fits, ...others])
      assert.ok(tried.includes(JSON.stringify(value)), `${JSON.stringify(value)} is not tried`);
    for (const value of fits) assert.ok(accepts(value), `${JSON.stringify(value)} fits`);
    for (const value of others) assert.ok(!accepts(value), `${JSON.stringify(value)} does not fit`);
  });

  test(`values for ${name} can be broken`, () => {
    assert.ok(only(mutated(arbitraryOf(schema, source), schema, source), (value) => !accepts(value)));
  });
}

test("each property is tried where it is missing, at its edges, and beside an unknown one", () => {
  const schema: JsonObject = {
    type: "object",
    properties: { name: { $ref: "#/Name" }, inner: { type: "object", properties: { on: { type: "boolean" } } } },
    required: ["name"],
    additionalProperties: false,
  };
  const base = { name: "abc", inner: { on: true } };
  const tried = candidatesOf(schema, source, base).map(({ at, what }) => `${at.join(".")}: ${what}`);
  for (const one of [
    "name: missing",
    "name: null",
    "inner: an empty object",
    "inner.on: false",
    "x_conformance: an unknown property",
  ])
    assert.ok(tried.includes(one), one);
  for (const { at, value } of candidatesOf(schema, source, base))
    if (at[0] === "inner" && isObject(value)) assert.equal(value["name"], "abc", "one place alone is changed");
});

test("what is kept has the value of the example, and what is omitted is left out", () => {
  const schema: JsonObject = {
    type: "object",
    properties: { command: { type: "string", examples: ["true"] }, key: { type: "string" }, free: { type: "string" } },
  };
  const careful = { root, kept: new Set(["command"]), omitted: new Set(["key"]) };
  for (const value of fc.sample(arbitraryOf(schema, careful), { seed: 1, numRuns: 100 })) {
    assert.ok(isObject(value) && !("key" in value));
    assert.ok(["true", undefined].includes(value["command"] as string | undefined));
  }
});

test("a filter that would not end is given up", () => {
  assert.equal(
    only(arbitraryOf({ type: "boolean" }, source), () => false),
    undefined,
  );
});

test("two schemas of one value are one", () => {
  const schema = {
    allOf: [
      { type: "object", properties: { a: { minimum: 1 } }, required: ["a"] },
      { properties: { a: { maximum: 3 }, b: {} }, required: ["b"], minProperties: 2 },
    ],
  };
  const { required, properties, minProperties } = flat(schema, root);
  assert.deepEqual([required, minProperties, Object.keys(Object(properties))], [["a", "b"], 2, ["a", "b"]]);
  assert.deepEqual(flat(isObject(properties) ? properties["a"] : undefined, root), { minimum: 1, maximum: 3 });
  assert.deepEqual(flat({ allOf: [{ enum: [1, 2, 3] }, { enum: [2, 3, 4] }] }, root), { enum: [2, 3] });
});

test("a place is changed, and nothing beside it", () => {
  const value = { a: [{ b: 1 }, { b: 2 }], c: 3 };
  assert.deepEqual(changed(value, ["a", "1", "b"], "x"), { a: [{ b: 1 }, { b: "x" }], c: 3 });
  assert.deepEqual(changed(value, ["a", "0"], undefined), { a: [{ b: 2 }], c: 3 });
  assert.deepEqual(changed(value, ["c"], undefined), { a: [{ b: 1 }, { b: 2 }] });
  assert.equal(changed(value, [], 5), 5);
});

test("x-depends-on counts for the place and for all below it", () => {
  const schema: JsonObject = {
    properties: {
      list: { type: "array", "x-depends-on": "the others", items: { properties: { a: {} } } },
      plain: { anyOf: [{ type: "null" }, { type: "string", "x-depends-on": "the time" }] },
      free: { type: "string" },
    },
  };
  const depends = (...at: string[]): boolean => dependsAt(schema, root, at);
  assert.deepEqual([depends("list"), depends("list", "0", "a"), depends("plain")], [true, true, true]);
  assert.deepEqual([depends("free"), depends(), depends("unknown")], [false, false, false]);
});

function validatorOf(schema: JsonObject): (value: Json) => boolean {
  const ajv = new Ajv2020({ strict: false });
  formats.default(ajv);
  ajv.addSchema({ ...root, schema }, "root", undefined, false);
  const validate = ajv.compile({ $ref: "root#/schema" });
  return (value) => validate(value);
}
