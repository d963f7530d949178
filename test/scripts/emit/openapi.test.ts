import assert from "node:assert/strict";
import { test } from "node:test";
import { parse } from "yaml";
import * as z from "zod";
import { channels, contract } from "../../../contract/index.ts";
import type { Contract } from "../../../contract/index.ts";
import type { OperationDefinition } from "../../../contract/operation.ts";
import { booleanParameter, integerParameter, listParameter } from "../../../contract/primitives.ts";
import { emitOpenApi } from "../../../scripts/emit/openapi.ts";
import { refsOf } from "../../../scripts/model/json-schema.ts";
import type { JsonSchema } from "../../../scripts/model/json-schema.ts";
import { buildModel } from "../../../scripts/model/model.ts";
import { channelWith, messageWith, modelOf, named, operationWith } from "../small-contract.ts";

interface Operation {
  readonly operationId: string;
  readonly parameters: readonly unknown[];
  readonly requestBody?: unknown;
  readonly responses: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  readonly [key: string]: unknown;
}

interface Document {
  readonly tags: readonly { readonly name: string }[];
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: Readonly<
    Record<"schemas" | "responses" | "parameters" | "headers", Readonly<Record<string, JsonSchema>>>
  >;
}

function documentOf(operations: Contract[string], closed: readonly "v1"[] = []): Document {
  return parse(emitOpenApi(modelOf(operations), closed)) as Document; // the tests say what is in it
}

/** The one operation of a document, made from `change`. */
function emitted(change: Partial<OperationDefinition>): Operation {
  const [item] = Object.values(documentOf({ one: operationWith(change) }).paths);
  const [operation] = Object.values(item ?? {});
  assert.ok(operation);
  return operation;
}

const requestId = { $ref: "#/components/parameters/RequestId" };
const requestIdHeader = { "X-Request-ID": { $ref: "#/components/headers/RequestId" } };
const mebibytes = "At most 4 MiB, unless the operator has set another limit; 413 beyond.";

test("parameters: style, explode and typed examples", () => {
  const { parameters } = emitted({
    path: "/things/:number",
    params: z.object({ number: integerParameter({ min: 0 }).describe("Which.") }),
    query: z.object({
      kinds: listParameter(z.enum(["a", "b"])).optional(),
      exact: booleanParameter().default(false).describe("Whether to be exact."),
      text: z.string().optional(),
    }),
    example: { request: { params: { number: "7" }, query: { kinds: "a,b", exact: "1" } }, response: {} },
  });
  assert.deepEqual(parameters, [
    {
      name: "number",
      in: "path",
      description: "Which.",
      required: true,
      schema: { type: "integer", minimum: 0 },
      example: 7,
    },
    {
      name: "kinds",
      in: "query",
      required: false,
      style: "form",
      explode: false,
      schema: { type: "array", items: { type: "string", enum: ["a", "b"] } },
      example: ["a", "b"],
    },
    {
      name: "exact",
      in: "query",
      description: "Whether to be exact.",
      required: false,
      schema: { type: "boolean", default: false },
      example: true,
    },
    { name: "text", in: "query", required: false, schema: { type: "string" } },
    requestId,
  ]);
});

test("a parameter with a named schema has an example of that schema's type", () => {
  const Count = integerParameter().meta({ id: "OpenApiCount", description: "How many.", examples: ["3"] });
  const { parameters } = emitted({
    query: z.object({ count: Count }),
    example: { request: { query: { count: "3" } }, response: {} },
  });
  assert.deepEqual(parameters[0], {
    name: "count",
    in: "query",
    required: true,
    schema: { $ref: "#/components/schemas/OpenApiCount" },
    example: 3,
  });
});

test("bodies: required, or read as {} when left out", () => {
  const Body = named("OpenApiBody");
  const content = (example: object) => ({
    "application/json": { schema: { $ref: "#/components/schemas/OpenApiBody" }, ...example },
  });
  const post = { method: "POST", body: Body } as const;
  assert.deepEqual(emitted({ ...post, example: { request: { body: {} }, response: {} } }).requestBody, {
    description: mebibytes,
    required: true,
    content: content({ example: {} }),
  });
  assert.deepEqual(emitted({ ...post, optionalBody: true }).requestBody, {
    description: mebibytes,
    required: false,
    content: content({}),
  });
  assert.equal(emitted({ method: "POST" }).requestBody, undefined);
});

test("bodies: a form of files, as OpenAPI 3.1 describes it", () => {
  const { requestBody, responses } = emitted({
    method: "POST",
    upload: { field: "parts", description: "The files." },
    example: { request: { upload: [{ name: "a.txt", content: "Hello" }] }, response: {} },
  });
  const contentMediaType = "application/octet-stream";
  assert.deepEqual(requestBody, {
    description: mebibytes.replace("4", "100"),
    required: true,
    content: {
      "multipart/form-data": {
        schema: {
          type: "object",
          properties: {
            parts: { type: "array", minItems: 1, items: { contentMediaType }, description: "The files." },
          },
          required: ["parts"],
        },
        encoding: { parts: { contentType: contentMediaType } },
        example: { parts: ["Hello"] },
      },
    },
  });
  const refs = Object.values(responses).map(({ $ref }) => $ref);
  assert.ok(refs.includes("#/components/responses/MalformedFormOrValidationFailed"));
  assert.ok(refs.includes("#/components/responses/PayloadTooLarge"));
  assert.ok(refs.includes("#/components/responses/UnsupportedMediaType"));
});

test("answers: a file has a media type, a name to be saved under, and no schema", () => {
  const { responses } = emitted({
    responses: {},
    download: { mediaType: "application/zip", fileName: "all.zip", description: "The archive." },
    example: {},
  });
  assert.deepEqual(responses[200], {
    description: "The archive.",
    headers: {
      ...requestIdHeader,
      "Content-Disposition": {
        description: "Makes a browser save the answer as a file of this name (RFC 6266).",
        required: true,
        schema: { type: "string", const: 'attachment; filename="all.zip"' },
      },
    },
    content: { "application/zip": {} },
  });
});

test("answers: the first has the example, each its description and headers", () => {
  const { responses } = emitted({
    responses: { 200: named("OpenApiFull"), 202: named("OpenApiEmpty") },
    responseHeaders: { ETag: { description: "The version.", schema: z.string() } },
  });
  const headers = {
    ...requestIdHeader,
    ETag: { description: "The version.", required: true, schema: { type: "string" } },
  };
  assert.deepEqual(responses[200], {
    description: "A OpenApiFull.",
    headers,
    content: {
      "application/json": { schema: { $ref: "#/components/schemas/OpenApiFull" }, example: {} },
      "application/vnd.openhands.envelope+json": { schema: { $ref: "#/components/schemas/OpenApiFullEnvelope" } },
    },
  });
  assert.deepEqual(responses[202], {
    description: "A OpenApiEmpty.",
    headers,
    content: {
      "application/json": { schema: { $ref: "#/components/schemas/OpenApiEmpty" } },
      "application/vnd.openhands.envelope+json": { schema: { $ref: "#/components/schemas/OpenApiEmptyEnvelope" } },
    },
  });
});

test("answers: a redirect has its headers, `Location` first, and no body", () => {
  const cookie = { description: "A cookie.", schema: z.string() };
  const { responses } = emitted({
    redirect: "Where it goes on.",
    responses: {},
    responseHeaders: { "Set-Cookie": cookie },
    example: {},
  });
  assert.deepEqual(responses["302"], {
    description: "Where it goes on.",
    headers: {
      ...requestIdHeader,
      Location: {
        description: "Where the browser goes next (RFC 9110 §10.2.2).",
        required: true,
        schema: { type: "string" },
      },
      "Set-Cookie": { description: "A cookie.", required: true, schema: { type: "string" } },
    },
  });
  assert.deepEqual(Object.keys(responses), ["302", "400", "500"]);
});

test("errors: shared by name, with a discriminator where a status has several codes", () => {
  const document = documentOf({ one: operationWith({ security: "user" }) });
  const operation = document.paths["/things"]?.["get"];
  assert.deepEqual(operation?.responses[401], { $ref: "#/components/responses/InvalidCredentialsOrUnauthenticated" });
  assert.deepEqual(document.components.responses["InvalidCredentialsOrUnauthenticated"], {
    description:
      "`invalid_credentials`: The credentials are not, or no longer, valid. `unauthenticated`: The request carries no credentials.",
    headers: { ...requestIdHeader, "WWW-Authenticate": { $ref: "#/components/headers/WwwAuthenticate" } },
    content: {
      "application/json": {
        schema: {
          oneOf: [
            { $ref: "#/components/schemas/InvalidCredentialsError" },
            { $ref: "#/components/schemas/UnauthenticatedError" },
          ],
          discriminator: {
            propertyName: "code",
            mapping: {
              invalid_credentials: "#/components/schemas/InvalidCredentialsError",
              unauthenticated: "#/components/schemas/UnauthenticatedError",
            },
          },
        },
      },
      "application/vnd.openhands.envelope+json": {
        schema: {
          oneOf: [
            { $ref: "#/components/schemas/InvalidCredentialsErrorEnvelope" },
            { $ref: "#/components/schemas/UnauthenticatedErrorEnvelope" },
          ],
          discriminator: {
            propertyName: "code",
            mapping: {
              invalid_credentials: "#/components/schemas/InvalidCredentialsErrorEnvelope",
              unauthenticated: "#/components/schemas/UnauthenticatedErrorEnvelope",
            },
          },
        },
      },
    },
  });
});

test("a deprecated operation says so in its answers, which nobody else shares; its replacement has an address", () => {
  const deprecation = {
    state: "deprecated",
    since: "2026-01-01",
    sunset: "2027-01-01",
    replacement: "things.better",
    reason: "Better.",
  } as const;
  const document = documentOf({ worse: operationWith({ deprecation }), better: operationWith({ path: "/better" }) });
  const worse = document.paths["/things"]?.["get"];
  const names = ["X-Request-ID", "Deprecation", "Sunset", "Link"];
  assert.deepEqual([worse?.["deprecated"], worse?.["x-sunset"]], [true, "2027-01-01"]);
  assert.deepEqual(worse?.["x-deprecation"], {
    ...deprecation,
    replacement: { operationId: "things.better", request: "GET /better" },
  });
  assert.deepEqual(Object.keys(worse.responses[200]?.["headers"] as object), names);
  assert.deepEqual(Object.keys(worse.responses[410]?.["headers"] as object), names);
  assert.deepEqual(Object.keys(worse.responses[400]?.["headers"] as object), names);
  assert.deepEqual(Object.keys(worse.responses[500]?.["headers"] as object), ["X-Request-ID"]);
  assert.equal(document.paths["/better"]?.["get"]?.["deprecated"], undefined);
});

test("links: from an answer to each operation that takes what it produces, unless that one is gone", () => {
  const id = z.string().describe("The id.");
  const takesId = { params: z.object({ thing_id: id }), path: "/things/:thing_id" } as const;
  const example = { request: { params: { thing_id: "a" } } };
  const gone = {
    state: "gone",
    since: "2025-01-01",
    sunset: "2025-06-30",
    replacement: "things.get",
    reason: "No use.",
  } as const;
  const document = documentOf({
    create: operationWith({
      method: "POST",
      responses: { 200: named("OpenApiMade", { id }, { id: "a" }) },
      example: { response: { id: "a" } },
      produces: { thing_id: "id" },
    }),
    get: operationWith({ ...takesId, example: { ...example, response: {} } }),
    reset: operationWith({ ...takesId, method: "PATCH", responses: {}, example, deprecation: gone }),
    list: operationWith(),
  });
  assert.deepEqual(document.paths["/things"]?.["post"]?.responses[200]?.["links"], {
    "things.get": {
      operationId: "things.get",
      description: "`id` is the `thing_id` of `things.get`.",
      parameters: { "path.thing_id": "$response.body#/id" },
    },
  });
  assert.equal(document.paths["/things"]["get"]?.responses[200]?.["links"], undefined);
});

test("links: what a request gives a name to is found by that name", () => {
  const id = z.string().describe("The id.");
  const document = documentOf({
    create: operationWith({
      method: "POST",
      body: named("OpenApiNaming", { id }, { id: "a" }),
      example: { request: { body: { id: "a" } }, response: {} },
      names: { thing_id: "id" },
    }),
    get: operationWith({
      params: z.object({ thing_id: id }),
      path: "/things/:thing_id",
      example: { request: { params: { thing_id: "a" } }, response: {} },
    }),
  });
  assert.deepEqual(document.paths["/things"]?.["post"]?.responses[200]?.["links"], {
    "things.get": {
      operationId: "things.get",
      description: "`id` of the request is the `thing_id` of `things.get`.",
      parameters: { "path.thing_id": "$request.body#/id" },
    },
  });
});

test("security: the document's alternatives by default, none where none is asked for, and no credentials in a query", () => {
  assert.equal(emitted({ security: "user" })["security"], undefined);
  assert.deepEqual(emitted({ security: "none" })["security"], []);
  assert.doesNotMatch(emitOpenApi(modelOf({ one: operationWith() })), /session_api_key/);
});

test("metadata: tags, since, rate limit and gate", () => {
  const { tags, ...operation } = emitted({ gate: "v1", rateLimit: "address", since: "0.2.0", tag: "Users" });
  assert.deepEqual(tags, ["Users"]);
  assert.deepEqual([operation["x-since"], operation["x-rate-limit"], operation["x-gate"]], ["0.2.0", "address", "v1"]);
});

test("metadata: where the operation differs from upstream", () => {
  const difference = { topic: "the order", upstream: "none", here: "by name", why: "to find it", change: "Nothing." };
  assert.deepEqual(emitted({ differences: [difference] })["x-upstream-differences"], [difference]);
  assert.equal("x-upstream-differences" in emitted({}), false);
});

test("scope: what a key must be good for, where one is asked for", () => {
  const scopeOf = (change: Parameters<typeof emitted>[0]) => emitted({ security: "user", ...change })["x-scope"];
  assert.equal(scopeOf({}), "read");
  assert.equal(scopeOf({ method: "POST" }), "write");
  assert.equal(scopeOf({ method: "POST", scope: "read" }), "read");
  assert.equal(scopeOf({ security: "none" }), undefined);
});

test("a closed gate leaves no trace: no path, no tag, no schema, no answer, no link", () => {
  const id = z.string().describe("The id.");
  const operations = {
    create: operationWith({
      method: "POST",
      responses: { 200: named("OpenApiOpened", { id }, { id: "a" }) },
      example: { response: { id: "a" } },
      produces: { thing_id: "id" },
    }),
    get: operationWith({
      path: "/api/v1/things/:thing_id",
      params: z.object({ thing_id: id }),
      gate: "v1",
      tag: "Users",
      responses: { 200: named("OpenApiGated", { deep: named("OpenApiGatedDeep").optional() }) },
      example: { request: { params: { thing_id: "a" } }, response: {} },
    }),
  };
  const closed = documentOf(operations, ["v1"]);
  assert.deepEqual(Object.keys(closed.paths), ["/things"]);
  assert.deepEqual(
    closed.tags.map(({ name }) => name),
    ["Options"],
  );
  assert.doesNotMatch(JSON.stringify(closed), /Gated|v1|RouteNotFound|links/);
  assert.match(
    JSON.stringify(documentOf(operations)),
    /OpenApiGatedDeep.*RouteNotFound|RouteNotFound.*OpenApiGatedDeep/,
  );
});

for (const closed of [[], ["v1"]] as const) {
  test(`the contract's document, closed gates [${closed.join()}]: every reference leads somewhere, and every schema is reached`, () => {
    const text = emitOpenApi(buildModel(contract, channels), closed);
    const { paths, components } = parse(text) as Document;
    const referred = [...text.matchAll(/#\/components\/(\w+)\/([\w.]+)/g)].map(
      ([, section, name]) => `${section}/${name}`,
    );
    const present = Object.entries(components).flatMap(([section, entries]) =>
      Object.keys(entries).map((name) => `${section}/${name}`),
    );
    assert.deepEqual(
      referred.filter((name) => !present.includes(name)),
      [],
    );
    const unused = Object.keys(components.responses).filter((name) => !referred.includes(`responses/${name}`));
    assert.deepEqual(unused, []);
    assert.deepEqual(
      Object.keys(components.schemas).filter((name) => !reachableNames(paths, components).has(name)),
      [],
    );
    assert.equal(
      Object.keys(paths).some((path) => path.startsWith("/api/v1/")),
      closed.length === 0,
    );
  });
}

/** By another way than the emitter's: everything that is referred to from outside the schemas, and from there on. */
function reachableNames(paths: Document["paths"], { schemas, ...others }: Document["components"]): Set<string> {
  const reached = new Set<string>();
  const queue = [paths, others] as JsonSchema[]; // no schemas, but references are found in anything
  for (let node = queue.pop(); node; node = queue.pop()) {
    for (const name of refsOf(node)) {
      if (reached.has(name) || !schemas[name]) continue;
      reached.add(name);
      queue.push(schemas[name]);
    }
  }
  return reached;
}

test("what only a client sends over REST is open there, though the socket sends the same, closed", () => {
  const Note = named("OpenApiNote");
  const send = operationWith({ method: "POST", body: Note, example: { request: { body: {} }, response: {} } });
  const model = modelOf({ send }, { live: channelWith({ messages: { note: messageWith({ payload: Note }) } }) });
  const { components } = parse(emitOpenApi(model)) as Document;
  assert.equal(components.schemas["OpenApiNote"]?.additionalProperties, undefined);
  assert.equal(components.schemas["OpenApiNoteInput"], undefined);
});

test("the same contract gives the same bytes", () => {
  const write = () => emitOpenApi(buildModel(contract, channels));
  assert.equal(write(), write());
});
