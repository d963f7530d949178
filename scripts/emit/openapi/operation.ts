import type { OperationObject, ParameterObject, RequestBodyObject, SchemaObject } from "openapi3-ts/oas31";
import { requestHeadersOf, sizeLimits } from "../../../contract/index.ts";
import type { OperationModel, ParameterModel } from "../../model/model.ts";
import type { OperationExample, Upload } from "../../../contract/index.ts";
import { formMediaType, jsonMediaType, refTo } from "./refs.ts";
import { responsesOf } from "./responses.ts";

/**
 * One operation of the document.
 * @param all the operations of the document, to which this one may refer
 * @see https://spec.openapis.org/oas/v3.1.1.html#operation-object
 */
export function operationObject(model: OperationModel, all: readonly OperationModel[]): OperationObject {
  const { metadata } = model.operation;
  const { deprecation, differences, gate, security, scope, since, rateLimit, sandboxKey, pathTail, asynchronous } =
    metadata;
  return {
    operationId: model.id,
    tags: [metadata.tag],
    summary: metadata.summary,
    description: metadata.description,
    ...(deprecation && { deprecated: true }),
    ...(security !== "user" && { security: [] }),
    parameters: [
      ...model.parameters.map(parameterObject),
      ...requestHeadersOf(metadata).map((key) => refTo("parameters", key)),
    ],
    ...(model.body && { requestBody: requestBody(model.body, metadata.example.request?.body) }),
    ...(model.upload && { requestBody: formBody(model.upload, metadata.example.request?.upload) }),
    responses: responsesOf(model, all),
    "x-since": since,
    "x-rate-limit": rateLimit,
    ...(security === "user" && { "x-scope": scope }),
    ...(sandboxKey && { "x-sandbox-key": true }),
    ...(pathTail && { "x-path-tail": true }),
    ...(asynchronous && { "x-asynchronous": true }),
    ...(gate && { "x-gate": gate }),
    ...(deprecation && { "x-sunset": deprecation.sunset }),
    ...(deprecation && { "x-deprecation": { ...deprecation, replacement: replacement(deprecation.replacement, all) } }),
    ...(differences && { "x-upstream-differences": differences.map((difference) => ({ ...difference })) }),
  };
}

/** A replacement by operation id, with its address for a person. */
function replacement(id: string, all: readonly OperationModel[]): { operationId: string; request?: string } {
  const target = all.find((operation) => operation.id === id);
  return { operationId: id, ...(target && { request: `${target.operation.method} ${target.template}` }) };
}

/**
 * A list is written with commas, as `listParameter` reads it: style `form`, not exploded; or repeated, as
 * `repeatedParameter` does.
 */
function parameterObject(parameter: ParameterModel): ParameterObject {
  const { name, in: place, required, explode = false, example } = parameter;
  const { description, ...schema } = parameter.schema;
  return {
    name,
    in: place,
    ...(description !== undefined && { description }),
    required,
    ...(schema.type === "array" && { style: "form" as const, explode }),
    schema: schema as SchemaObject,
    ...(example !== undefined && { example }),
  };
}

/** A file has a content type of its own and no other schema. https://spec.openapis.org/oas/v3.1.1.html#considerations-for-file-uploads */
function formBody(
  { field, description }: Upload,
  example: NonNullable<OperationExample["request"]>["upload"] = [],
): RequestBodyObject {
  const contentType = "application/octet-stream";
  const files = { type: "array", minItems: 1, items: { contentMediaType: contentType }, description } as const;
  return {
    description: atMost(sizeLimits.upload),
    required: true,
    content: {
      [formMediaType]: {
        schema: { type: "object", properties: { [field]: files }, required: [field] },
        encoding: { [field]: { contentType } },
        example: { [field]: example.map(({ content }) => content) },
      },
    },
  };
}

function atMost(bytes: number): string {
  return `At most ${bytes / 1024 ** 2} MiB, unless the operator has set another limit; 413 beyond.`;
}

function requestBody({ schema, required }: NonNullable<OperationModel["body"]>, example: unknown): RequestBodyObject {
  return {
    description: atMost(sizeLimits.jsonBody),
    required,
    content: { [jsonMediaType]: { schema: schema as SchemaObject, ...(example !== undefined && { example }) } },
  };
}
