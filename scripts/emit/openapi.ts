import type {
  HeadersObject,
  InfoObject,
  OpenAPIObject,
  ParameterObject,
  PathsObject,
  SchemaObject,
  SecuritySchemeObject,
} from "openapi3-ts/oas31";
import {
  api,
  limitHeadersOf,
  requestHeaders,
  requestHeadersOf,
  securitySchemes,
  standardHeaders,
  tags,
} from "../../contract/index.ts";
import type { Gate, RequestHeader } from "../../contract/index.ts";
import { reachableFrom } from "../model/json-schema.ts";
import type { JsonSchema } from "../model/json-schema.ts";
import type { Model, OperationModel } from "../model/model.ts";
import { document } from "./document.ts";
import { operationObject } from "./openapi/operation.ts";
import { errorResponses, whereLimited } from "./openapi/responses.ts";

/**
 * The OpenAPI 3.1 document of the REST operations, as YAML.
 * @param closed gates whose operations are left out, for a server that has them switched off
 */
export function emitOpenApi(model: Model, closed: readonly Gate[] = []): string {
  const operations = model.operations.filter(({ operation }) => !closed.includes(operation.metadata.gate as Gate));
  const openapi: OpenAPIObject = {
    openapi: "3.1.1",
    info: info(),
    servers: [{ url: `http://${api.server.host}`, description: api.server.description }],
    tags: tagsOf(operations),
    security: anyScheme(),
    paths: pathsOf(operations),
    components: {
      schemas: reachableSchemas(operations, model) as Record<string, SchemaObject>,
      responses: errorResponses(operations),
      parameters: headerParameters(operations, model),
      headers: headerComponents(model),
      securitySchemes: Object.fromEntries(restSchemes().map(([name, scheme]) => [name, securityScheme(scheme)])),
    },
  };
  return document(openapi, "contract/rest/*.ts");
}

/** `summary` is new in OpenAPI 3.1, and openapi3-ts 4.6.2 has not heard of it. */
function info(): InfoObject & { readonly summary: string } {
  const { title, summary, version, contact, license } = api;
  return {
    title,
    summary,
    version,
    description: `${api.description} ${api.rest}`,
    contact: { ...contact },
    license: { name: license.name, identifier: license.identifier },
  };
}

function tagsOf(operations: readonly OperationModel[]) {
  const used = new Set<string>(operations.map(({ operation }) => operation.metadata.tag));
  return Object.entries(tags)
    .filter(([name]) => used.has(name))
    .map(([name, description]) => ({ name, description }));
}

function pathsOf(operations: readonly OperationModel[]): PathsObject {
  const byPath = Map.groupBy(operations, ({ template }) => template);
  const paths = [...byPath].map(([template, group]) => [
    template,
    Object.fromEntries(
      group.map((model) => [model.operation.method.toLowerCase(), operationObject(model, operations)]),
    ),
  ]);
  return Object.fromEntries(paths);
}

const limitHeaders: ReadonlySet<string> = new Set(limitHeadersOf({ rateLimit: "user" }));

function headerComponents(model: Model): HeadersObject {
  const entries = Object.entries(standardHeaders).flatMap(([key, { description }]) => {
    const schema = model.headerSchemas[key] as SchemaObject;
    return [
      [key, { description, required: true, schema }],
      ...(limitHeaders.has(key) ? [[whereLimited(key), { description, required: false, schema }]] : []),
    ];
  });
  return Object.fromEntries(entries);
}

/** The headers that the operations of a document take, none of which a client has to send. */
function headerParameters(operations: readonly OperationModel[], model: Model): Record<string, ParameterObject> {
  const parameters = sentHeaders(operations).map((key) => {
    const { name, description } = requestHeaders[key];
    const schema = model.requestHeaderSchemas[key] as SchemaObject;
    return [key, { name, in: "header", description, required: false, schema }];
  });
  return Object.fromEntries(parameters);
}

function sentHeaders(operations: readonly OperationModel[]): RequestHeader[] {
  return [...new Set(operations.flatMap(({ operation }) => requestHeadersOf(operation.metadata)))];
}

/** Each scheme is enough alone: alternatives stand side by side in the list. */
function anyScheme() {
  return restSchemes().map(([name]) => ({ [name]: [] }));
}

/** Credentials in a query end up in logs, so only sockets take them. */
function restSchemes() {
  return Object.entries(securitySchemes).filter(([, { kind }]) => kind !== "query");
}

function securityScheme(scheme: (typeof securitySchemes)[keyof typeof securitySchemes]): SecuritySchemeObject {
  const { description } = scheme;
  return scheme.kind === "bearer"
    ? { type: "http", scheme: "bearer", description }
    : { type: "apiKey", in: scheme.kind, name: scheme.name, description };
}

function reachableSchemas(operations: readonly OperationModel[], model: Model): Record<string, JsonSchema> {
  const roots = operations.flatMap(({ parameters, body, responses, responseHeaders, failures, envelopes }) => [
    ...[...parameters, ...responses, ...responseHeaders, ...failures, ...(body ? [body] : [])].map(
      ({ schema }) => schema,
    ),
    ...Object.values(envelopes),
  ]);
  const sent = sentHeaders(operations).flatMap((key) => model.requestHeaderSchemas[key] ?? []);
  return reachableFrom([...roots, ...sent, ...Object.values(model.headerSchemas)], model.restSchemas);
}
