import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { Ajv2020 } from "ajv/dist/2020.js";
import fc from "fast-check";
import { isObject } from "../../conformance/json.ts";
import type { Json, JsonObject } from "../../conformance/json.ts";
import { compareDocuments } from "../../diff/compare.ts";
import { loadDocuments } from "../../diff/load.ts";
import { echo, schemaPair, tagged, today, verdictsOn } from "./corpus/pair.ts";
import { lookAlikes } from "./corpus/look-alikes.ts";
import { schemas } from "./corpus/schemas.ts";

const root = join(import.meta.dirname, "../..");

test("the published documents are no change to themselves", async () => {
  for (const name of ["openapi.yaml", "asyncapi.yaml", "generated/documents/asyncapi.client.yaml"]) {
    const { documents } = await loadDocuments(join(root, name));
    assert.deepEqual(compareDocuments(documents, structuredClone(documents), today), [], name);
  }
});

/** A schema within another one. */
const wraps: Readonly<Record<string, (schema: Json) => JsonObject>> = {
  property: (schema) => ({ type: "object", properties: { inner: schema, other: { type: "string" } } }),
  "required property": (schema) => ({
    type: "object",
    properties: { inner: schema },
    required: ["inner"],
    additionalProperties: false,
  }),
  items: (schema) => ({ type: "array", items: schema, minItems: 1 }),
  map: (schema) => ({ type: "object", additionalProperties: schema }),
  tuple: (schema) => ({ type: "array", prefixItems: [{ type: "string" }, schema], items: false }),
  "all of one": (schema) => ({ allOf: [wraps["property"]?.(schema) ?? false] }),
  "all of two": (schema) => ({ type: "object", allOf: [{ properties: { inner: schema } }, { required: ["inner"] }] }),
  "an alternative": (schema) => ({ oneOf: [tagged("other", {}), tagged("this", { inner: schema })] }),
  "beside null": (schema) => ({ anyOf: [{ type: "object", properties: { inner: schema } }, { type: "null" }] }),
};

test("a change has the same class wherever it stands", () => {
  const rows = fc.constantFrom(...schemas, ...lookAlikes);
  const around = fc.array(fc.constantFrom(...Object.keys(wraps)), { maxLength: 4 });
  fc.assert(
    fc.property(rows, around, (row, names) => {
      const wrap = (schema: Json): Json => names.reduce((inner, name) => wraps[name]?.(inner) ?? inner, schema);
      const { forth, back } = schemaPair(row);
      const [old, next] = [echo(wrap(row[1])), echo(wrap(row[2]))];
      assert.deepEqual(verdictsOn(old, next).toSorted(), forth.toSorted());
      assert.deepEqual(verdictsOn(next, old).toSorted(), back.toSorted());
    }),
    { numRuns: 150 },
  );
});

const { schema: anySchema } = fc.letrec<{ schema: JsonObject; leaf: JsonObject; object: JsonObject; list: JsonObject }>(
  (tie) => ({
    schema: fc.oneof(
      { depthSize: "small", withCrossShrink: true },
      tie("leaf"),
      tie("object"),
      tie("list"),
      fc.tuple(tie("schema"), tie("schema")).map((anyOf) => ({ anyOf })),
      fc.tuple(tie("schema"), tie("schema")).map((allOf) => ({ allOf })),
      fc.record({ type: fc.constant("string"), not: tie("leaf") }),
    ),
    leaf: fc.oneof(
      fc.constantFrom<JsonObject>(
        {},
        { type: "null" },
        { type: "boolean" },
        { type: ["string", "null"] },
        { const: "a" },
      ),
      fc.constantFrom<JsonObject>({ enum: ["a", "ab"] }, { enum: ["a", 1, null] }, { enum: [0, 1, 2] }),
      fc.record(
        {
          type: fc.constantFrom("integer", "number"),
          minimum: small(),
          exclusiveMaximum: small(),
          multipleOf: fc.constantFrom(1, 2, 3),
        },
        { requiredKeys: ["type"] },
      ),
      fc.record(
        { type: fc.constant("string"), minLength: small(), maxLength: small(), pattern: fc.constantFrom("^a", "b$") },
        { requiredKeys: ["type"] },
      ),
    ),
    object: fc.record(
      {
        type: fc.constant("object"),
        properties: fc.record({ a: tie("schema"), b: tie("schema") }, { requiredKeys: [] }),
        required: fc.constantFrom(["a"], ["b"], ["a", "b"]),
        additionalProperties: fc.oneof(fc.boolean(), tie("leaf")),
        maxProperties: small(),
      },
      { requiredKeys: ["type"] },
    ),
    list: fc.record(
      {
        type: fc.constant("array"),
        items: tie("schema"),
        minItems: small(),
        maxItems: small(),
        uniqueItems: fc.boolean(),
      },
      { requiredKeys: ["type"] },
    ),
  }),
);

/** A schema, and one that differs from it in one place. */
const change = fc.tuple(anySchema, anySchema, fc.nat({ max: 30 })).map(([old, part, place]) => {
  const places = schemasIn(old);
  return { old, new: replaced(old, places[place % places.length] ?? old, part) };
});

const { value: anyValue } = fc.letrec<{ value: Json }>((tie) => ({
  value: fc.oneof(
    { depthSize: "small" },
    fc.constantFrom<Json>(null, true, false, -1, 0, 1, 2, 3, 4, 0.5, 6, "", "a", "b", "ab", "abc"),
    fc.array(tie("value"), { maxLength: 3 }),
    fc.dictionary(fc.constantFrom("a", "b", "c"), tie("value"), { maxKeys: 3, noNullPrototype: true }),
  ),
}));

/** Policy, not logic: clients neither send nor choke on properties that are not declared. */
const byPolicy = ["property-added", "required-property-added"];

test("what is called safe refuses no request and lets no new answer through, says another validator", () => {
  let judged = 0;
  const property = fc.property(change, fc.array(anyValue, { minLength: 20, maxLength: 20 }), (pair, values) => {
    const verdicts = verdictsOn(echo(pair.old), echo(pair.new));
    if (verdicts.some((verdict) => byPolicy.some((rule) => verdict.startsWith(rule)))) return;
    const [fitsOld, fitsNew] = [validator(pair.old), validator(pair.new)];
    const isSafe = (direction: string): boolean =>
      verdicts.every((verdict) => verdict.endsWith(" safe") || !new RegExp(` (${direction}|unclear) `).test(verdict));
    for (const value of values) {
      const [old, next] = [fitsOld(value), fitsNew(value)];
      const told = `${JSON.stringify(value)}: ${verdicts.join(", ") || "no change"}`;
      if (isSafe("request") && old) assert.ok(next, `It was taken and is refused: ${told}`);
      if (isSafe("response") && next) assert.ok(old, `It comes and could not before: ${told}`);
      if ((isSafe("request") && old) || (isSafe("response") && next)) judged++;
    }
  });
  fc.assert(property, { numRuns: 600 });
  assert.ok(judged > 20, `${judged} values`);
});

function validator(schema: JsonObject): (value: Json) => boolean {
  const validate = new Ajv2020({ strict: false, meta: false, validateSchema: false }).compile(schema);
  return (value) => validate(value);
}

function small(): fc.Arbitrary<number> {
  return fc.nat({ max: 3 });
}

/** A schema and all schemas in it. */
function schemasIn(schema: Json): Json[] {
  if (!isObject(schema)) return [schema];
  const { properties, items, additionalProperties, anyOf, allOf } = schema;
  const below = [...Object.values(isObject(properties) ? properties : {}), items, additionalProperties];
  const members = [anyOf, allOf].flatMap((list) => (Array.isArray(list) ? list : []));
  return [schema, ...[...below, ...members].flatMap((each) => (each === undefined ? [] : schemasIn(each)))];
}

/** The schema with one of those in it replaced, which is told by what it is, not by what it holds. */
function replaced<T extends Json>(schema: T, target: Json, part: JsonObject): T | JsonObject {
  if (schema === target && isObject(schema)) return part;
  if (Array.isArray(schema)) return schema.map((each) => replaced(each, target, part)) as T; // a list stays one
  if (!isObject(schema)) return schema;
  const entries = Object.entries(schema).map(([name, value]) => [name, replaced(value, target, part)]);
  return Object.fromEntries(entries) as T; // an object stays one
}
