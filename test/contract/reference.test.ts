// The contract beside the reference of upstream's API, whose tables stand in reference/ as data. Every finding is either
// mended or decided: a decision has its reason, and one that no longer applies fails here too.
import assert from "node:assert/strict";
import { test } from "node:test";
import { channels } from "../../contract/index.ts";
import type { JsonSchema } from "../../scripts/model/json-schema.ts";
import { publishedOpenApi, readDocument } from "./published.ts";
import type { OpenApiOperation, WithSchemas } from "./published.ts";
import { deviations } from "./reference/deviations.ts";
import { enums } from "./reference/enums.ts";
import { actionEnvelope, actions, observationEnvelope, observations, withSuccess } from "./reference/events.ts";
import type { Fields } from "./reference/field.ts";
import { operationsOfV1 } from "./reference/operations-v1.ts";
import { added, leftOut, operations as operationsOfV0 } from "./reference/operations.ts";
import type { ReferenceOperation } from "./reference/operations.ts";
import { createSchemaReader } from "./reference/published-schema.ts";
import { socketMessages, socketQuery } from "./reference/socket.ts";

const operations = [...operationsOfV0, ...operationsOfV1];
const openapi = publishedOpenApi().content;
const { schemas } = openapi.components;
const reader = createSchemaReader(schemas);

/** Everything that has been found, for the test at the end. */
const found: string[] = [];

function assertDecided(findings: readonly string[]): void {
  found.push(...findings);
  assert.deepEqual(
    findings.filter((finding) => !deviations.has(finding)),
    [],
  );
}

/** `GET /api/settings` -> the operation of the document. */
const published = new Map<string, OpenApiOperation>(
  Object.entries(openapi.paths).flatMap(([path, item]) =>
    Object.entries(item).map(([method, operation]) => [`${method.toUpperCase()} ${path}`, operation] as const),
  ),
);

for (const reference of operations.filter(({ request }) => !leftOut.has(request))) {
  test(`reference: ${reference.request}`, () => {
    const operation = published.get(reference.request);
    assertDecided(operation ? operationFindings(reference, operation) : [`${reference.request} is missing`]);
  });
}

function operationFindings(reference: ReferenceOperation, operation: OpenApiOperation): string[] {
  const { request, query = {}, body, status = 200, answer, mediaType = "application/json" } = reference;
  const bodySchema = Object.values(operation.requestBody?.content ?? {})[0]?.schema ?? {};
  const response = operation.responses[status];
  const answerSchema = response?.content?.[mediaType]?.schema;
  return [
    ...reader.compare(`${request}: query`, querySchema(operation), query, { sent: "by the client", closed: true }),
    ...(body ? reader.compare(`${request}: body`, bodySchema, body, { sent: "by the client", closed: true }) : []),
    ...(response ? [] : [`${request}: no answer ${status}`]),
    ...(answer === undefined ? [] : answerFindings(request, answerSchema ?? {}, answer)),
    ...(answer === undefined && reference.mediaType && !response?.content?.[mediaType]
      ? [`${request}: no answer in ${mediaType}`]
      : []),
  ];
}

/** The query parameters as the fields of an object. */
function querySchema({ parameters }: OpenApiOperation): JsonSchema {
  const query = parameters.filter((parameter) => parameter.in === "query");
  return {
    properties: Object.fromEntries(query.map(({ name, schema }) => [name ?? "", schema ?? {}])),
    required: query.filter(({ required }) => required).map(({ name }) => name ?? ""),
  };
}

/** An answer may hold more than upstream's, not less. */
function answerFindings(request: string, schema: JsonSchema, want: Fields | string): string[] {
  if (typeof want !== "string") return reader.compare(`${request}: answer`, schema, want, { sent: "by the server" });
  const type = reader.typeOf(schema);
  return reader.fits(type, want, "by the server") ? [] : [`${request}: answer is ${type}, not ${want}`];
}

test("reference: what is left out is not here, and is an operation of the reference", () => {
  const stale = [...leftOut.keys()].filter((request) => published.has(request));
  const unknown = [...leftOut.keys()].filter(
    (request) => !operations.some((reference) => reference.request === request),
  );
  assert.deepEqual({ stale, unknown }, { stale: [], unknown: [] });
});

test("reference: an operation that upstream does not have has its reason, and no reason is left over", () => {
  const inReference = new Set(operations.map(({ request }) => request));
  const more = [...published.keys()].filter((request) => !inReference.has(request));
  assert.deepEqual(more.toSorted(), [...added.keys()].toSorted());
});

for (const [kind, union, part, reference] of [
  ["action", "ActionEvent", "args", actions],
  ["observation", "ObservationEvent", "extras", observations],
] as const) {
  const events = new Map(membersOf(union).map((event) => [nameOf(event, kind), event]));

  for (const [name, fields] of Object.entries(reference)) {
    test(`reference: ${kind} ${name}`, () => {
      const schema = reader.objectOf(events.get(name) ?? {}).properties[part];
      const findings = schema
        ? reader.compare(`${kind} ${name}: ${part}`, schema, fields, { sent: "by both", closed: true, complete: true })
        : [`${kind} ${name} is missing`];
      assertDecided(findings);
    });
  }

  test(`reference: every ${kind} is in the reference`, () => {
    assertDecided(
      [...events.keys()]
        .filter((name) => !Object.hasOwn(reference, name))
        .map((name) => `${kind} ${name} is not in the reference`),
    );
  });

  test(`reference: the envelope of an ${kind}`, () => {
    const properties = Object.assign({}, ...[...events.values()].map((event) => reader.objectOf(event).properties));
    const envelope = kind === "action" ? actionEnvelope : observationEnvelope;
    const { [kind]: _, success: __, ...compared } = envelope as Fields;
    const { [kind]: ___, success: ____, ...own } = properties;
    assertDecided(
      reader.compare(`envelope of an ${kind}`, { properties: own }, compared, { sent: "by both", closed: true }),
    );
  });
}

function membersOf(union: string): JsonSchema[] {
  return (schemas[union]?.oneOf ?? []) as JsonSchema[];
}

/** The wire name of an event: the value of its `action` or `observation`. */
function nameOf(event: JsonSchema, kind: string): string {
  return String(reader.objectOf(event).properties[kind]?.const);
}

test("reference: success stands with the observations that can fail, and with no other", () => {
  const names = membersOf("ObservationEvent")
    .filter((event) => "success" in reader.objectOf(event).properties)
    .map((event) => nameOf(event, "observation"));
  assert.deepEqual(names.toSorted(), withSuccess.toSorted());
});

interface SocketDocument extends WithSchemas {
  readonly channels: Readonly<Record<string, { readonly bindings: { readonly ws: { readonly query: JsonSchema } } }>>;
}

test("reference: the query of the socket", () => {
  const { channels: documented, components } = readDocument<SocketDocument>("asyncapi.yaml");
  const query = documented["events"]?.bindings.ws.query ?? {};
  const socketReader = createSchemaReader(components.schemas);
  assertDecided(socketReader.compare("socket: query", query, socketQuery, { sent: "by the client", closed: true }));
});

test("reference: the messages of the socket", () => {
  const here = new Set(Object.values(channels.events.messages).map(({ direction, name }) => `${direction} ${name}`));
  const there = new Set(Object.entries(socketMessages).map(([name, direction]) => `${direction} ${name}`));
  assertDecided([
    ...[...there.difference(here)].map((message) => `socket: ${message} is missing`),
    ...[...here.difference(there)].map((message) => `socket: ${message} is not in the reference`),
  ]);
});

/** Every type that some field or parameter of the document has. */
const types = new Set(
  [
    ...Object.values(schemas).flatMap((schema) => [schema, ...Object.values(reader.objectOf(schema).properties)]),
    ...[...published.values()].flatMap(({ parameters }) => parameters.flatMap(({ schema }) => schema ?? [])),
  ].flatMap((schema) => reader.typeOf(schema).replace(/\[\]/, "").split("|")),
);

for (const name of Object.keys(enums)) {
  test(`reference: enum ${name}`, () => {
    assertDecided(types.has(name) ? [] : [`enum ${name}: nothing has exactly its values`]);
  });
}

test("reference: every deviation that has been decided is still one", () => {
  assert.deepEqual(
    [...deviations.keys()].filter((finding) => !found.includes(finding)),
    [],
  );
});
