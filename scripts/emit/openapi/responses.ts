import type {
  ContentObject,
  HeadersObject,
  LinksObject,
  ResponseObject,
  ResponsesObject,
  SchemaObject,
} from "openapi3-ts/oas31";
import {
  envelopeMediaType,
  errorCatalogue,
  limitHeadersOf,
  standardHeaders,
  standardHeadersOf,
} from "../../../contract/index.ts";
import type { Download, StandardHeader } from "../../../contract/index.ts";
import { pascalCase } from "../../../contract/names.ts";
import type { OperationModel } from "../../model/model.ts";
import { jsonMediaType, refTo } from "./refs.ts";

type Failure = OperationModel["failures"][number];

/**
 * The answers of one operation: its successes in place, its errors by reference, except those of a deprecated operation,
 * which carry headers that only it has.
 * @see https://spec.openapis.org/oas/v3.1.1.html#responses-object
 */
export function responsesOf(model: OperationModel, all: readonly OperationModel[]): ResponsesObject {
  const successes = successesOf(model, all);
  const failures = model.failures.map((failure) => [
    failure.status,
    model.operation.metadata.deprecation
      ? errorResponse(failure, model)
      : refTo("responses", errorResponseName(failure)),
  ]);
  return Object.fromEntries([...successes, ...failures]);
}

function successesOf(model: OperationModel, all: readonly OperationModel[]): [number, ResponseObject][] {
  if (model.download) return [[200, fileResponse(model, model.download)]];
  if (model.redirect) return [[302, redirectResponse(model, model.redirect)]];
  return model.responses.map((response) => [response.status, successResponse(model, response, all)]);
}

function successResponse(
  model: OperationModel,
  response: OperationModel["responses"][number],
  all: readonly OperationModel[],
): ResponseObject {
  const { status, description, schema } = response;
  const isFirst = response === model.responses[0]; // the contract's example is the first answer's
  const links = linksOf(model, all);
  return {
    description,
    headers: successHeaders(model, status),
    content: {
      [jsonMediaType]: {
        schema: schema as SchemaObject,
        ...(isFirst && { example: model.operation.metadata.example.response }),
      },
      ...envelopeContent(model, status),
    },
    ...(Object.keys(links).length > 0 && { links }),
  };
}

/** A redirect has no body: `Location` says all. */
function redirectResponse(model: OperationModel, description: string): ResponseObject {
  return { description, headers: successHeaders(model, 302) };
}

/** A file has no schema: its media type says all. */
function fileResponse(model: OperationModel, { mediaType, description }: Download): ResponseObject {
  return {
    description,
    headers: successHeaders(model, 200),
    content: { [mediaType]: {} },
  };
}

function successHeaders(model: OperationModel, status: number): HeadersObject {
  const { metadata } = model.operation;
  const limits = limitHeadersOf(metadata).map((name) => [
    standardHeaders[name].name,
    refTo("headers", whereLimited(name)),
  ]);
  return { ...headerRefs(standardHeadersOf(metadata, status)), ...Object.fromEntries(limits), ...ownHeaders(model) };
}

/** The name of a header's component for answers that have it only where the operator has limits on. */
export function whereLimited(name: string): string {
  return `${name}WhereLimited`;
}

function ownHeaders({ responseHeaders }: OperationModel): HeadersObject {
  return Object.fromEntries(
    responseHeaders.map(({ name, description, schema }) => [
      name,
      { description, required: true, schema: schema as SchemaObject },
    ]),
  );
}

/**
 * A link from an answer to each operation that takes what it produces, or what its request named, unless that operation
 * is gone.
 * @see https://spec.openapis.org/oas/v3.1.1.html#link-object
 */
function linksOf({ operation }: OperationModel, all: readonly OperationModel[]): LinksObject {
  const { produces = {}, names = {} } = operation.metadata;
  const sources = [
    ...Object.entries(produces).map(([parameter, field]) => ({ parameter, field, body: "$response.body" })),
    ...Object.entries(names).map(([parameter, field]) => ({ parameter, field, body: "$request.body" })),
  ];
  const links = sources.flatMap(({ parameter, field, body }) =>
    all
      .filter((target) => target.operation.metadata.deprecation?.state !== "gone")
      .filter(({ parameters }) => parameters.some(({ name, in: place }) => place === "path" && name === parameter))
      .map((target) => [
        target.id,
        {
          operationId: target.id,
          description: `\`${field}\`${body === "$request.body" ? " of the request" : ""} is the \`${parameter}\` of \`${target.id}\`.`,
          parameters: { [`path.${parameter}`]: `${body}#/${field}` },
        },
      ]),
  );
  return Object.fromEntries(links);
}

/** The error answers that operations share, by name, sorted. */
export function errorResponses(operations: readonly OperationModel[]): Record<string, ResponseObject> {
  const shared = operations.filter(({ operation }) => !operation.metadata.deprecation);
  const entries = shared.flatMap((model) =>
    model.failures.map((failure): [string, ResponseObject] => [
      errorResponseName(failure),
      errorResponse(failure, model),
    ]),
  );
  return Object.fromEntries(entries.toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

/** `MalformedJsonOrValidationFailed` */
function errorResponseName({ codes }: Failure): string {
  return codes.map(pascalCase).join("Or");
}

function errorResponse({ status, codes, schema }: Failure, model: OperationModel): ResponseObject {
  const { operation } = model;
  return {
    description: codes.map((code) => `\`${code}\`: ${errorCatalogue[code].title}.`).join(" "),
    headers: headerRefs(standardHeadersOf(operation.metadata, status)),
    content: { [jsonMediaType]: { schema: schema as SchemaObject }, ...envelopeContent(model, status) },
  };
}

/** The same answer for a client that asks for the envelope. */
function envelopeContent({ envelopes }: OperationModel, status: number): ContentObject {
  return { [envelopeMediaType]: { schema: envelopes[status] as SchemaObject } };
}

function headerRefs(names: readonly StandardHeader[]): HeadersObject {
  return Object.fromEntries(names.map((name) => [standardHeaders[name].name, refTo("headers", name)]));
}
