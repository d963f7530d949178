// The comparison must see what it is for: each mistake that the contract could make beside the reference.
import assert from "node:assert/strict";
import { test } from "node:test";
import type { JsonSchema } from "../../../scripts/model/json-schema.ts";
import { holds, may, must } from "./field.ts";
import type { Fields } from "./field.ts";
import { createSchemaReader } from "./published-schema.ts";

const reader = createSchemaReader({
  State: { type: "string", enum: ["user", "agent", "environment"] },
  Task: { type: "object", properties: { id: { type: "string" } }, required: ["id"] },
  Other: { type: "object", properties: {} },
});

const types: readonly [schema: JsonSchema, want: string][] = [
  [{ type: "string" }, "string"],
  [{ type: ["string", "null"] }, "null|string"],
  [{ const: "ok", type: "string" }, '"ok"'],
  [{ $ref: "#/components/schemas/State" }, "EventSource"],
  [{ anyOf: [{ $ref: "#/components/schemas/State" }, { type: "null" }] }, "EventSource|null"],
  [{ enum: ["user", "agent"] }, '"agent"|"user"'],
  [{ anyOf: [-1, 0, 1, 2].map((value) => ({ const: value })) }, "ActionSecurityRisk"],
  [{ type: "integer", minimum: -1, maximum: 2 }, "ActionSecurityRisk"],
  [{ type: "array", items: { $ref: "#/components/schemas/State" } }, "EventSource[]"],
  [{ type: "array", items: { anyOf: [{ type: "string" }, { type: "object" }] } }, "object[]|string[]"],
  [{}, "any"],
];

for (const [schema, want] of types) {
  test(`a type is read: ${want}`, () => assert.equal(reader.typeOf(schema).split("|").toSorted().join("|"), want));
}

interface Case {
  readonly what: string;
  readonly schema: JsonSchema;
  readonly fields: Fields;
  readonly strictness: Parameters<typeof reader.compare>[3];
  readonly want: readonly string[];
}

const server = { sent: "by the server" } as const;
const client = { sent: "by the client" } as const;
const event = { sent: "by both", closed: true, complete: true } as const;
const ofName = (name: JsonSchema, required: string[] = ["name"]): JsonSchema => ({ properties: { name }, required });

const cases: readonly Case[] = [
  {
    what: "what fits",
    schema: ofName({ type: "string" }),
    fields: { name: must("string") },
    strictness: client,
    want: [],
  },
  {
    what: "a misspelt field",
    schema: ofName({ type: "string" }),
    fields: { nam: holds("string") },
    strictness: event,
    want: ["x: nam is missing", "x: name is not in the reference"],
  },
  {
    what: "a field more, where that is no matter",
    schema: ofName({ type: "string" }),
    fields: {},
    strictness: server,
    want: [],
  },
  {
    what: "another type",
    schema: ofName({ type: "integer" }),
    fields: { name: holds("string") },
    strictness: server,
    want: ["x: name is integer, not string"],
  },
  {
    what: "a narrower answer and a wider request",
    schema: ofName({ const: "ok" }),
    fields: { name: holds("string|null") },
    strictness: server,
    want: [],
  },
  {
    what: "a number where the reference has an integer",
    schema: ofName({ const: 200 }),
    fields: { name: holds("integer") },
    strictness: server,
    want: [],
  },
  {
    what: "a request that takes anything",
    schema: { properties: { sent: { type: "array", items: {} }, name: {} }, required: ["sent", "name"] },
    fields: { sent: must("string[]"), name: must("string") },
    strictness: client,
    want: [],
  },
  {
    what: "an answer that may hold anything",
    schema: ofName({}),
    fields: { name: holds("string") },
    strictness: server,
    want: ["x: name is any, not string"],
  },
  {
    what: "a wider answer",
    schema: ofName({ type: ["string", "null"] }),
    fields: { name: holds("string") },
    strictness: server,
    want: ["x: name is null|string, not string"],
  },
  {
    what: "a narrower request",
    schema: ofName({ $ref: "#/components/schemas/State" }),
    fields: { name: must("string") },
    strictness: client,
    want: ["x: name is EventSource, not string"],
  },
  {
    what: "a wider request",
    schema: ofName({ type: ["string", "null"] }),
    fields: { name: must("string") },
    strictness: client,
    want: [],
  },
  {
    what: "a value that goes both ways and is narrower",
    schema: ofName({ $ref: "#/components/schemas/State" }),
    fields: { name: must("string") },
    strictness: event,
    want: ["x: name is EventSource, not string"],
  },
  {
    what: "a field that must be sent and should not",
    schema: ofName({ type: "string" }),
    fields: { name: may("string") },
    strictness: client,
    want: ["x: name must be sent"],
  },
  {
    what: "a field that may be left out and should not",
    schema: ofName({ type: "string" }, []),
    fields: { name: must("string") },
    strictness: client,
    want: ["x: name may be left out"],
  },
  {
    what: "another default",
    schema: ofName({ type: "integer", default: 1 }),
    fields: { name: may("integer", 0) },
    strictness: event,
    want: ["x: name has the default 1, not 0"],
  },
  {
    what: "a field of an event that is not always there",
    schema: ofName({ type: "string" }, []),
    fields: { name: holds("string") },
    strictness: event,
    want: ["x: name may be absent"],
  },
  {
    what: "a mistake within a list within a choice",
    schema: ofName({ anyOf: [{ type: "null" }, { type: "array", items: { $ref: "#/components/schemas/Task" } }] }),
    fields: { name: holds("object[]|null", { id: holds("integer"), title: holds("string") }) },
    strictness: server,
    want: ["x: name: id is string, not integer", "x: name: title is missing"],
  },
];

for (const { what, schema, fields, strictness, want } of cases) {
  test(`the comparison sees ${what}`, () => assert.deepEqual(reader.compare("x", schema, fields, strictness), want));
}
