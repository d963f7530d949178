// The events of V1 beside the reference of upstream's API: names, fields and values are kept to the letter.
import assert from "node:assert/strict";
import { test } from "node:test";
import type { JsonSchema } from "../../scripts/model/json-schema.ts";
import { publishedOpenApi, readDocument } from "./published.ts";
import type { WithSchemas } from "./published.ts";
import { createSchemaReader } from "./reference/published-schema.ts";
import type { Fields } from "./reference/field.ts";
import { v1Common, v1Kinds, v1Message, v1ToolActions, v1ToolObservations } from "./reference/v1-events.ts";

const { schemas } = publishedOpenApi().content.components;
const reader = createSchemaReader(schemas);

/** The members of a union by the value that tells them apart. Several may share one: the changes of a state do. */
function membersOf(union: string): Map<string, JsonSchema[]> {
  const flat = (schema: JsonSchema): JsonSchema[] => {
    const { oneOf } = schemas[schema.$ref?.split("/").at(-1) ?? ""] ?? {};
    return oneOf ? (oneOf as JsonSchema[]).flatMap(flat) : [schema];
  };
  const members = ((schemas[union]?.oneOf ?? []) as JsonSchema[]).flatMap(flat);
  return Map.groupBy(members, (member) => String(reader.objectOf(member).properties["kind"]?.const));
}

const result: Fields = { content: { type: "object[]" }, is_error: { type: "boolean" } };

for (const [union, reference, shared] of [
  ["V1Event", v1Kinds, v1Common],
  ["V1ToolAction", v1ToolActions, { kind: { type: "string" } }],
  ["V1ToolObservation", v1ToolObservations, { kind: { type: "string" }, ...result }],
] as const) {
  const members = membersOf(union);

  test(`reference V1: ${union} has the kinds of the reference, and no others`, () => {
    assert.deepEqual([...members.keys()].toSorted(), Object.keys(reference).toSorted());
  });

  for (const [kind, fields] of Object.entries(reference))
    test(`reference V1: ${kind} has the fields of the reference, and no others`, () => {
      for (const member of members.get(kind) ?? [])
        assert.deepEqual(
          reader.compare(
            kind,
            member,
            { ...shared, ...fields },
            { sent: "by the server", closed: true, complete: true },
          ),
          [],
        );
    });
}

test("reference V1: a message has the fields of the reference, and no others", () => {
  const message = schemas["V1Message"] ?? {};
  assert.deepEqual(
    reader.compare("message", message, v1Message, { sent: "by the server", closed: true, complete: true }),
    [],
  );
});

test("reference V1: the query of the socket", () => {
  interface Document extends WithSchemas {
    readonly channels: Readonly<Record<string, { readonly bindings: { readonly ws: { readonly query: JsonSchema } } }>>;
  }
  const { channels } = readDocument<Document>("asyncapi.yaml");
  const properties = Object.keys(channels["eventsV1"]?.bindings.ws.query.properties ?? {});
  assert.deepEqual(properties.toSorted(), ["resend_all", "session_api_key"]);
});
