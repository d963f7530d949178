import assert from "node:assert/strict";
import { test } from "node:test";
import { mapRefs, nameOfRef, reachableFrom, refTo, refsOf } from "../../../scripts/model/json-schema.ts";
import type { JsonSchema } from "../../../scripts/model/json-schema.ts";

const a = { $ref: refTo("A") };
const b = { $ref: refTo("B") };

/** `given` refers to A where it should become a reference to B, and nowhere else. */
const cases: readonly { what: string; given: JsonSchema; want: JsonSchema }[] = [
  { what: "the schema itself", given: a, want: b },
  { what: "a property", given: { properties: { one: a } }, want: { properties: { one: b } } },
  {
    what: "properties that are called like keywords with data",
    given: {
      properties: {
        default: a,
        examples: { items: a },
        enum: a,
        const: a,
        "x-one": a,
        properties: { properties: { default: a } },
      },
    },
    want: {
      properties: {
        default: b,
        examples: { items: b },
        enum: b,
        const: b,
        "x-one": b,
        properties: { properties: { default: b } },
      },
    },
  },
  { what: "a property that is called $ref", given: { properties: { $ref: a } }, want: { properties: { $ref: b } } },
  {
    what: "items, options and other values",
    given: { items: a, anyOf: [a], additionalProperties: a },
    want: { items: b, anyOf: [b], additionalProperties: b },
  },
  {
    what: "data, in which nothing is a reference",
    given: { default: a, examples: [a], const: a, enum: [a], "x-data": a },
    want: { default: a, examples: [a], const: a, enum: [a], "x-data": a },
  },
  {
    what: "a schema without references",
    given: { type: "string", minLength: 1 },
    want: { type: "string", minLength: 1 },
  },
];

for (const { what, given, want } of cases) {
  test(`mapRefs: ${what}`, () => {
    const before = structuredClone(given);
    assert.deepEqual(
      mapRefs(given, () => refTo("B")),
      want,
    );
    assert.deepEqual(given, before, "the original stays as it is");
  });
}

test("nameOfRef undoes refTo", () => assert.equal(nameOfRef(refTo("Event")), "Event"));

test("refsOf names each component once", () => {
  assert.deepEqual([...refsOf({ anyOf: [a, b, { items: a }], examples: [{ $ref: refTo("C") }] })], ["A", "B"]);
});

test("reachableFrom follows references over any number of steps and round in circles, and keeps the order of the components", () => {
  const components = {
    C: { items: a },
    A: { properties: { b } },
    B: { anyOf: [a, { $ref: refTo("C") }] },
    D: { items: a },
  };
  assert.deepEqual(Object.keys(reachableFrom([b], components)), ["C", "A", "B"]);
});

test("reachableFrom finds nothing where nothing is referred to", () => {
  assert.deepEqual(reachableFrom([{ type: "string" }], { A: { type: "string" } }), {});
});
