import assert from "node:assert/strict";
import { test } from "node:test";
import { contract, errorCatalogue, operationsOf, tags } from "../../contract/index.ts";
import type { ErrorCode, NamedOperation } from "../../contract/index.ts";
import { pathTemplate } from "../../scripts/model/paths.ts";
import { pointer, publishedOpenApi } from "./published.ts";

const operations = operationsOf(contract);
const openapi = publishedOpenApi();

for (const named of operations) {
  test(`rest.${named.id} says what it is`, () => {
    const { summary, description, tag, since } = named.operation.metadata;
    assert.match(summary, /^[A-Z].*[^.\s]$/, "a summary is a headline: no full stop");
    assert.match(description, /^[A-Z][\s\S]*[.)]$/, "a description is made of sentences");
    assert.notEqual(description, summary);
    assert.ok(Object.hasOwn(tags, tag));
    assert.match(since, /^\d+\.\d+\.\d+$/);
  });

  test(`rest.${named.id} has an example that Zod accepts`, () => {
    const { definition, metadata } = named.operation;
    const { request = {}, response } = metadata.example;
    const [success] = Object.values(definition.responses);
    definition.params?.parse(request.params);
    definition.query?.parse(request.query ?? {});
    if (definition.body && !(metadata.optionalBody && request.body === undefined)) definition.body.parse(request.body);
    if (success) assert.deepEqual(success.parse(response), response, "the answer holds every field, defaults included");
    else assert.ok(definition.download || definition.redirect || metadata.deprecation?.state === "gone");
  });

  test(`rest.${named.id} has examples in openapi.yaml that its published schemas accept`, () => {
    const examples = publishedExamples(named);
    const failures = examples.flatMap(({ schema, value }) =>
      openapi.errorsOf(schema, value).map((error) => `${schema} ${error}`),
    );
    assert.deepEqual(failures, []);
    assert.equal(examples.length, expectedExamples(named));
  });

  test(`rest.${named.id} lists the error codes that it shares with others of its kind`, () => {
    const { errors } = named.operation.metadata;
    const missing = sharedCodes(named).filter((code) => !errors.includes(code));
    assert.deepEqual(missing, []);
    assert.deepEqual(
      errors.map(statusOf),
      errors.map(statusOf).toSorted((a, b) => a - b),
      "in the order of their statuses",
    );
    assert.equal(new Set(errors).size, errors.length);
  });

  test(`rest.${named.id} publishes an answer for each status of its errors, and no other`, () => {
    const { definition, metadata } = named.operation;
    const want = new Set([
      ...(definition.download ? ["200"] : definition.redirect ? ["302"] : Object.keys(definition.responses)),
      ...metadata.errors.map((code) => String(statusOf(code))),
    ]);
    assert.deepEqual(Object.keys(publishedOperation(named).responses).toSorted(), [...want].toSorted());
  });
}

test("ids are unique, and openapi.yaml has each of them and no other", () => {
  const published = Object.values(openapi.content.paths).flatMap((item) =>
    Object.values(item).map(({ operationId }) => operationId),
  );
  assert.equal(new Set(published).size, published.length);
  assert.deepEqual(published.toSorted(), operations.map(({ id }) => id).toSorted());
});

function publishedOperation({ operation }: NamedOperation) {
  const published = openapi.content.paths[pathTemplate(operation.path)]?.[operation.method.toLowerCase()];
  assert.ok(published);
  return published;
}

/** Every example of an operation in the document, with the schema that stands beside it. */
function publishedExamples(named: NamedOperation): { schema: string; value: unknown }[] {
  const { parameters, requestBody, responses } = publishedOperation(named);
  const at = ["paths", pathTemplate(named.operation.path), named.operation.method.toLowerCase()];
  const ofParameters = parameters.flatMap(({ schema, example }, index) =>
    schema && example !== undefined ? [{ schema: pointer(...at, "parameters", index, "schema"), value: example }] : [],
  );
  const contents = [
    { content: requestBody?.content, path: [...at, "requestBody"] },
    ...Object.entries(responses).map(([status, { content }]) => ({ content, path: [...at, "responses", status] })),
  ];
  const ofBodies = contents.flatMap(({ content = {}, path }) =>
    Object.entries(content).flatMap(([type, { example }]) =>
      example === undefined ? [] : [{ schema: pointer(...path, "content", type, "schema"), value: example }],
    ),
  );
  return [...ofParameters, ...ofBodies];
}

/** One for each parameter and body of the contract's example. */
function expectedExamples({ operation }: NamedOperation): number {
  const { request = {}, response } = operation.metadata.example;
  const bodies = [request.body, request.upload, response].filter((body) => body !== undefined);
  return Object.keys({ ...request.params, ...request.query }).length + bodies.length;
}

function statusOf(code: ErrorCode): number {
  return errorCatalogue[code].status;
}

/** Design §3: what every operation shares, and what comes with a body, credentials, a rate limit or a gate. */
function sharedCodes({ operation }: NamedOperation): ErrorCode[] {
  const { security, scope, rateLimit, gate, deprecation } = operation.metadata;
  if (deprecation?.state === "gone") return ["operation_removed", "rate_limited", "internal_error"];
  return [
    ...(["internal_error", "validation_failed"] as const),
    ...(operation.definition.body ? (["malformed_json", "payload_too_large", "unsupported_media_type"] as const) : []),
    ...(operation.definition.upload
      ? (["malformed_form", "payload_too_large", "unsupported_media_type"] as const)
      : []),
    ...(security === "user"
      ? (["credentials_conflict", "unauthenticated", "invalid_credentials", "not_ready"] as const)
      : []),
    ...(security === "user" && scope === "write" ? (["scope_insufficient"] as const) : []),
    ...(security === "user" && operation.method !== "GET" ? (["origin_forbidden"] as const) : []),
    ...(rateLimit === "exempt" ? [] : (["rate_limited"] as const)),
    ...(gate ? (["route_not_found"] as const) : []),
    ...(deprecation ? (["operation_removed"] as const) : []),
  ];
}
