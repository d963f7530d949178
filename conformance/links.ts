import { bodyOf } from "./calls.ts";
import type { Call } from "./calls.ts";
import { children, child, placeOf } from "./documents.ts";
import type { DocumentNode } from "./documents.ts";
import type { HttpAnswer } from "./http/exchange.ts";
import { atPointer, isObject, parseJson } from "./json.ts";
import type { Json } from "./json.ts";
import { jsonOf, responseFor } from "./operations.ts";
import type { Link, ResponsePromise } from "./operations.ts";
import type { Failure } from "./results.ts";

/** What the links of an answer find in it. */
export interface LinkedValues {
  /** Path parameters of other operations, by name. */
  readonly values: Readonly<Record<string, string>>;
  /** A failure for each link that finds nothing in the answer. What a request has left out, no link finds in it. */
  readonly broken: readonly Failure[];
}

/**
 * Follows the links of an answer.
 * @see https://spec.openapis.org/oas/v3.1.1.html#link-object
 */
export function followLinks(call: Call, answer: HttpAnswer): LinkedValues {
  const response = responseFor(call.operation, answer.status);
  if (!response || response.links.length === 0) return { values: {}, broken: [] };
  const bodies = { request: bodyOf(call), response: linkedBody(response, answer) };
  const values = Object.fromEntries(response.links.flatMap((link) => valueFrom(link, bodies)));
  const broken = response.links.filter(
    ({ parameter, expression }) => values[parameter] === undefined && !isOfRequest(expression),
  );
  return { values, broken: broken.map((link) => brokenLink(call, answer, link)) };
}

/** The body of an answer as plain JSON has it, whatever media type the answer is in. */
export function plainBody(call: Call, answer: HttpAnswer): Json | undefined {
  const response = responseFor(call.operation, answer.status);
  return response && linkedBody(response, answer);
}

/**
 * The body that links speak of. They are written for the response's plain JSON; an answer in another media type that
 * frames that very schema in one of its properties, an envelope, holds the body there.
 */
function linkedBody({ media }: ResponsePromise, answer: HttpAnswer): Json | undefined {
  const body = parseJson(answer.text);
  const plain = jsonOf(media);
  const type = answer.headers.get("content-type")?.split(";")[0]?.trim().toLowerCase();
  const other = media.find(({ name }) => name === type && name !== plain?.name);
  const frame = plain?.schema && other?.schema && frameOf(other.schema, plain.schema);
  return frame === undefined || !isObject(body) ? body : body[frame];
}

/** The property of `schema` whose values are those of `framed`: the place of both is the same once references are followed. */
function frameOf(schema: DocumentNode, framed: DocumentNode): string | undefined {
  return children(child(schema, "properties")).find(([, property]) => placeMeant(property) === framed.pointer)?.[0];
}

/** A reference with examples of its own beside it is a schema of its own, and means the same values. */
function placeMeant({ pointer, value }: DocumentNode): string {
  const reference = isObject(value) ? value["$ref"] : undefined;
  return typeof reference === "string" ? reference.slice(1) : pointer;
}

function valueFrom(
  link: Link,
  bodies: { readonly request: Json; readonly response: Json | undefined },
): [string, string][] {
  const [, side, pointer] = /^\$(request|response)\.body#(.*)$/.exec(link.expression) ?? [];
  const body = side === "request" ? bodies.request : bodies.response;
  const value = pointer === undefined || body === undefined ? undefined : atPointer(body, pointer);
  return typeof value === "string" || typeof value === "number" ? [[link.parameter, String(value)]] : [];
}

function isOfRequest(expression: string): boolean {
  return expression.startsWith("$request.");
}

function brokenLink(call: Call, answer: HttpAnswer, link: Link): Failure {
  return {
    promise: `The answer supplies \`${link.parameter}\` of ${link.operationId}, as its link says.`,
    where: `${placeOf(call.operation.node)}/responses/${answer.status}/links`,
    expected: `a value at ${link.expression}`,
    found: "none",
  };
}
