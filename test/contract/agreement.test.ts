// The published JSON Schemas and the Zod schemas that they were made from accept and refuse the same values: what a client
// reads in a document is what the server checks. Values are made up from the documents alone; a counter-example is shrunk.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { isDeepStrictEqual } from "node:util";
import fc from "fast-check";
import * as z from "zod";
import { child, parseDocument, placeOf, rootOf } from "../../conformance/documents.ts";
import type { ApiDocument, DocumentKind, DocumentNode } from "../../conformance/documents.ts";
import { isSendable } from "../../conformance/interactions/sendable.ts";
import { partsOf, textOf } from "../../conformance/json.ts";
import type { Json } from "../../conformance/json.ts";
import { parameterValue } from "../../conformance/parameter-text.ts";
import { createValidator } from "../../conformance/schemas.ts";
import type { Validator } from "../../conformance/schemas.ts";
import { arbitraryOf } from "../../conformance/values/arbitrary.ts";
import { only } from "../../conformance/values/judged.ts";
import { mutated } from "../../conformance/values/mutations.ts";
import { channels, contract, operationsOf } from "../../contract/index.ts";
import type { NamedOperation } from "../../contract/index.ts";
import { pathTemplate } from "../../scripts/model/paths.ts";

/** A place in a document, and the Zod schema that it was made from. */
interface Pair {
  readonly what: string;
  readonly node: DocumentNode;
  readonly accepts: (value: Json) => boolean;
  /** Where a value is sent as text; undefined for JSON. */
  readonly place?: "path" | "query" | "header";
}

/** The same values each time: a new disagreement belongs to a change, not to chance. */
const runs = { seed: 1, numRuns: 200 };

const documents = { openapi: read("openapi"), asyncapi: read("asyncapi") };

for (const { what, node, accepts, place } of [...operationsOf(contract).flatMap(operationPairs), ...channelPairs()]) {
  const { validator } = documents[node.document.kind];
  const source = { root: node.document.root, kept: new Set<string>(), omitted: new Set<string>() };
  const made = arbitraryOf(node.value, source);
  const isSent = (value: Json): boolean => place === undefined || isSendable({ place, schema: node }, value);
  const fits = (value: Json): boolean =>
    validator.mismatches(node, place === undefined ? value : parameterValue(node, textOf(value))).length === 0;
  const fitting = only(made, (value) => isSent(value) && fits(value));
  const others = only(mutated(made, node.value, source), (value) => isSent(value) && !fits(value));

  test(`${what}: Zod accepts what ${placeOf(node)} accepts`, () => {
    assert.ok(fitting, "values that fit can be made up");
    fc.assert(fc.property(fitting, accepts), runs);
  });

  if (others)
    test(`${what}: Zod refuses what ${placeOf(node)} refuses`, () => {
      fc.assert(
        fc.property(others, (value) => !accepts(value)),
        runs,
      );
    });
}

function read(kind: DocumentKind): { document: ApiDocument; validator: Validator } {
  const file = join(import.meta.dirname, `../../${kind}.yaml`);
  const document = parseDocument(kind, file, readFileSync(file, "utf8"));
  return { document, validator: createValidator(document) };
}

function operationPairs({ id, operation }: NamedOperation): Pair[] {
  const { definition } = operation;
  const node = at("openapi", "paths", pathTemplate(operation.path), operation.method.toLowerCase());
  const body = definition.body && child(node, "requestBody", "content", "application/json", "schema");
  return [
    ...(definition.body && body ? [{ what: `${id} body`, node: body, accepts: input(definition.body) }] : []),
    ...parameterPairs(id, node, "path", definition.params),
    ...parameterPairs(id, node, "query", definition.query),
    ...Object.entries(definition.responses).map(([status, schema]) => ({
      what: `${id} ${status}`,
      node: at("openapi", node.pointer, "responses", status, "content", "application/json", "schema"),
      accepts: output(schema),
    })),
  ];
}

function channelPairs(): Pair[] {
  return Object.entries(channels).flatMap(([name, { messages, params, query }]) => {
    const node = at("asyncapi", "channels", name);
    const ofQuery = Object.entries(query.shape).map(([key, schema]) => ({
      what: `${name} query.${key}`,
      node: at("asyncapi", node.pointer, "bindings", "ws", "query", "properties", key),
      accepts: text(schema),
      place: "query" as const,
    }));
    const ofPath = Object.entries(params.shape).map(([key, schema]) => ({
      what: `${name} path.${key}`,
      node: at("asyncapi", node.pointer, "parameters", key, "x-schema"),
      accepts: text(schema),
      place: "path" as const,
    }));
    const ofMessages = Object.entries(messages).map(([key, { payload, direction }]) => ({
      what: `${name} ${key}`,
      node: at("asyncapi", node.pointer, "messages", key, "payload"),
      accepts: direction === "send" ? output(payload) : input(payload),
    }));
    return [...ofQuery, ...ofPath, ...ofMessages];
  });
}

function parameterPairs(
  id: string,
  operation: DocumentNode,
  place: "path" | "query",
  schemas: z.ZodObject | undefined,
): Pair[] {
  return Object.entries(schemas?.shape ?? {}).map(([key, schema]) => {
    const parameters = child(operation, "parameters")?.value;
    assert.ok(Array.isArray(parameters));
    const index = parameters.findIndex((_, one) => {
      const { name, in: where } = Object(child(operation, "parameters", String(one))?.value) as Record<string, unknown>;
      return name === key && where === place;
    });
    const node = at("openapi", operation.pointer, "parameters", String(index), "schema");
    return { what: `${id} ${place}.${key}`, node, accepts: text(schema), place };
  });
}

/** A place in a document: a pointer, and the names that lead on from there. */
function at(kind: DocumentKind, start: string, ...names: string[]): DocumentNode {
  const root = rootOf(documents[kind].document);
  const path = start.startsWith("/") ? [...partsOf(start), ...names] : [start, ...names];
  const node = child(root, ...path);
  assert.ok(node, `${kind}.yaml has a place ${path.join(" ")}`);
  return node;
}

/** What a client sends: the server goes on with whatever Zod makes of it. */
function input(schema: z.core.$ZodType): Pair["accepts"] {
  return (value) => z.safeParse(schema, value).success;
}

/** What a client gets: Zod must leave it as it is, since what it drops or fills in is not in the document's value. */
function output(schema: z.core.$ZodType): Pair["accepts"] {
  return (value) => {
    const read = z.safeParse(schema, value);
    return read.success && isDeepStrictEqual(read.data, value);
  };
}

function text(schema: z.core.$ZodType): Pair["accepts"] {
  const accepts = input(schema);
  return (value) => accepts(textOf(value));
}
