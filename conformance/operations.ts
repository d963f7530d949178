import { DocumentError, child, children, placeOf, rootOf, textAt } from "./documents.ts";
import type { ApiDocument, DocumentNode } from "./documents.ts";
import { isObject } from "./json.ts";
import type { Json } from "./json.ts";

/** Where a parameter stands in a request. */
export type ParameterPlace = "path" | "query" | "header" | "cookie";

/** A documented parameter (OpenAPI 3.1 §4.8.12). */
export interface Parameter {
  readonly name: string;
  readonly in: ParameterPlace;
  readonly required: boolean;
  readonly schema: DocumentNode;
  /** The parameter's own example: a value that makes sense in the example request. */
  readonly example: Json | undefined;
  /** The example of its schema: a value that fits, no more. */
  readonly schemaExample: Json | undefined;
}

/** One media type of a body, with the example that the document gives for it. */
export interface MediaType {
  /** `application/json`, without parameters. */
  readonly name: string;
  readonly schema: DocumentNode | undefined;
  readonly example: Json | undefined;
  /** How the properties of a form are written (OpenAPI 3.1 §4.8.15). */
  readonly encoding: DocumentNode | undefined;
}

export interface RequestBody {
  readonly required: boolean;
  readonly media: readonly MediaType[];
}

/** A header that an answer is documented to carry. */
export interface ResponseHeader {
  readonly name: string;
  readonly required: boolean;
  readonly node: DocumentNode;
  readonly schema: DocumentNode | undefined;
}

/** `parameter` of `operationId` can be taken from this answer (OpenAPI 3.1 §4.8.20). */
export interface Link {
  readonly operationId: string;
  readonly parameter: string;
  /** A runtime expression: `$response.body#/conversation_id`. */
  readonly expression: string;
}

/** What the document promises for one status of an operation. */
export interface ResponsePromise {
  readonly status: number;
  readonly node: DocumentNode;
  readonly headers: readonly ResponseHeader[];
  readonly media: readonly MediaType[];
  /** The values that `code` can have in an error body; none for a success. */
  readonly codes: readonly string[];
  readonly links: readonly Link[];
}

/** The `x-deprecation` of an operation. */
export interface Deprecation {
  /** What is deprecated is gone from the first second of its sunset on, in UTC. */
  readonly state: "deprecated" | "gone";
  /** Calendar days in UTC: `2025-01-01`. */
  readonly since: string;
  readonly sunset: string | undefined;
  /** `POST /api/settings`. */
  readonly replacement: string | undefined;
  readonly node: DocumentNode;
}

/** The code of what is gone. */
export const goneCode = "operation_removed";

/** One operation of the OpenAPI document. */
export interface Operation {
  readonly id: string;
  /** In capitals. */
  readonly method: string;
  /** The path template: `/api/keys/{key_id}`. */
  readonly path: string;
  readonly node: DocumentNode;
  readonly parameters: readonly Parameter[];
  readonly body: RequestBody | undefined;
  readonly responses: readonly ResponsePromise[];
  /** Whether a caller needs credentials: `security` is not empty. */
  readonly needsCredentials: boolean;
  /** The value of `x-gate`: the operation exists only while that gate is on. */
  readonly gate: string | undefined;
  readonly deprecation: Deprecation | undefined;
  /** The value of `x-path-tail`: the last parameter of the path is the whole rest of it, slashes and all. */
  readonly pathTail: boolean;
  /** The value of `x-asynchronous`: what it makes comes after its answer, or not at all. */
  readonly asynchronous: boolean;
}

const methods = new Set(["get", "put", "post", "delete", "options", "head", "patch", "trace"]);

/**
 * Every operation of the document, in its order.
 * @param now the server's time in milliseconds since 1970, which decides what is gone
 * @throws {DocumentError} at an operation without an id, an id given twice, or a status that is no number (`default`, `4XX`),
 * since what such a document promises cannot be counted
 */
export function operationsOf(document: ApiDocument, now = Date.now()): Operation[] {
  const root = rootOf(document);
  const security = child(root, "security");
  const operations = children(child(root, "paths")).flatMap(([path, item]) =>
    children(item)
      .filter(([method]) => methods.has(method))
      .map(([method, node]) => operationOf(path, method, node, item, security, now)),
  );
  const ids = new Set<string>();
  for (const { id, node } of operations) {
    if (ids.has(id)) throw new DocumentError(`${placeOf(node)}: the operationId ${id} is given twice.`);
    ids.add(id);
  }
  return operations;
}

/** The promise for a status; undefined when the operation does not document it. */
export function responseFor(operation: Operation, status: number): ResponsePromise | undefined {
  return operation.responses.find((response) => response.status === status);
}

/** The lowest documented status from 200 to 299; undefined for an operation that is gone. */
export function successOf(operation: Operation): ResponsePromise | undefined {
  return operation.responses.find(({ status }) => isSuccess(status));
}

/** The names of fields of the request's body by which the thing that it makes, or renames, can be found. */
export function namingFields(operation: Operation): string[] {
  const links = successOf(operation)?.links ?? [];
  const fields = links.map(({ expression }) => /^\$request\.body#\/([^/]+)$/.exec(expression)?.[1]);
  return [...new Set(fields.filter((field) => field !== undefined))];
}

/** Whether an answer with this status is what an operation is for: it succeeds, or sends a browser elsewhere. */
export function isGood(status: number): boolean {
  return status >= 200 && status < 400;
}

export function isSuccess(status: number): boolean {
  return status >= 200 && status < 300;
}

export function parametersIn(operation: Operation, place: ParameterPlace): Parameter[] {
  return operation.parameters.filter((parameter) => parameter.in === place);
}

/** The JSON media type of a body, the only kind whose content is judged. */
export function jsonOf(media: readonly MediaType[]): MediaType | undefined {
  return media.find(({ name }) => name === "application/json") ?? media.find(({ name }) => isJson(name));
}

/** Whether a media type is JSON: `application/json` or a name with the suffix `+json` (RFC 6839 §3.1). */
export function isJson(mediaType: string): boolean {
  return mediaType === "application/json" || mediaType.endsWith("+json");
}

function operationOf(
  path: string,
  method: string,
  node: DocumentNode,
  item: DocumentNode,
  rootSecurity: DocumentNode | undefined,
  now: number,
): Operation {
  const id = textAt(node, "operationId");
  if (!id) throw new DocumentError(`${placeOf(node)}: the operation has no operationId.`);
  const security = (child(node, "security") ?? rootSecurity)?.value;
  const body = child(node, "requestBody");
  return {
    id,
    method: method.toUpperCase(),
    path,
    node,
    parameters: [...children(child(item, "parameters")), ...children(child(node, "parameters"))].map(([, place]) =>
      parameterOf(place),
    ),
    body: body && { required: child(body, "required")?.value === true, media: mediaOf(child(body, "content")) },
    responses: children(child(node, "responses"))
      .map(([status, response]) => responseOf(status, response))
      .toSorted((a, b) => a.status - b.status),
    needsCredentials: Array.isArray(security) && security.length > 0 && !security.some(isEmpty),
    gate: textAt(node, "x-gate"),
    deprecation: deprecationOf(child(node, "x-deprecation"), now),
    pathTail: child(node, "x-path-tail")?.value === true,
    asynchronous: child(node, "x-asynchronous")?.value === true,
  };
}

/** `{}` among the security requirements makes credentials optional (OpenAPI 3.1 §4.8.30). */
function isEmpty(requirement: Json): boolean {
  return isObject(requirement) && Object.keys(requirement).length === 0;
}

function parameterOf(node: DocumentNode): Parameter {
  const name = textAt(node, "name");
  const place = textAt(node, "in");
  const schema = child(node, "schema");
  if (!name || !place || !schema) throw new DocumentError(`${placeOf(node)}: a parameter needs name, in and schema.`);
  return {
    name,
    in: place as ParameterPlace, // the four values of OpenAPI 3.1; another one is met by nothing
    required: child(node, "required")?.value === true,
    schema,
    example: exampleOf(node),
    schemaExample: exampleOf(schema),
  };
}

function mediaOf(content: DocumentNode | undefined): MediaType[] {
  return children(content).map(([name, node]) => {
    const schema = child(node, "schema");
    return {
      name: name.toLowerCase(),
      schema,
      example: exampleOf(node) ?? (schema && exampleOf(schema)),
      encoding: child(node, "encoding"),
    };
  });
}

/** `example`, or the first of `examples`: an array in a schema, a map of `{ value }` elsewhere. */
function exampleOf(node: DocumentNode): Json | undefined {
  const single = child(node, "example");
  if (single) return single.value;
  const several = child(node, "examples");
  if (Array.isArray(several?.value)) return several.value[0];
  const [first] = children(several);
  return first && child(first[1], "value")?.value;
}

function responseOf(status: string, node: DocumentNode): ResponsePromise {
  if (!/^[1-5]\d\d$/.test(status))
    throw new DocumentError(`${placeOf(node)}: the status ${status} is no number, so it cannot be covered.`);
  const media = mediaOf(child(node, "content"));
  return {
    status: Number(status),
    node,
    headers: children(child(node, "headers")).map(([name, header]) => ({
      name,
      required: child(header, "required")?.value === true,
      node: header,
      schema: child(header, "schema"),
    })),
    media,
    codes: isGood(Number(status)) ? [] : codesOf(jsonOf(media)?.schema),
    links: children(child(node, "links")).flatMap(([, link]) => linksOf(link)),
  };
}

/** The constants of `code`, in each alternative of the body. */
function codesOf(schema: DocumentNode | undefined): string[] {
  if (!schema) return [];
  const alternatives = children(child(schema, "oneOf") ?? child(schema, "anyOf"));
  if (alternatives.length > 0) return alternatives.flatMap(([, alternative]) => codesOf(alternative));
  const code = child(schema, "properties", "code");
  const values = code && (child(code, "enum")?.value ?? [child(code, "const")?.value]);
  return Array.isArray(values) ? values.filter((value) => typeof value === "string") : [];
}

function linksOf(node: DocumentNode): Link[] {
  const operationId = textAt(node, "operationId");
  if (!operationId) return [];
  return children(child(node, "parameters")).flatMap(([parameter, { value }]) =>
    typeof value === "string" ? [{ operationId, parameter: parameter.replace(/^path\./, ""), expression: value }] : [],
  );
}

/** The `x-deprecation` of an operation or a message. @param now milliseconds since 1970 */
export function deprecationOf(node: DocumentNode | undefined, now: number): Deprecation | undefined {
  if (!node) return undefined;
  const since = textAt(node, "since");
  if (!since) throw new DocumentError(`${placeOf(node)}: x-deprecation needs \`since\`, a day.`);
  const sunset = textAt(node, "sunset");
  const isOver = textAt(node, "state") === "gone" || (sunset !== undefined && Date.parse(sunset) <= now);
  return {
    state: isOver ? "gone" : "deprecated",
    since,
    sunset,
    replacement: textAt(node, "replacement", "request"),
    node,
  };
}
