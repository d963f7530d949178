import { placeOf } from "../documents.ts";
import { atPointer, isObject, parseJson } from "../json.ts";
import { isJson, responseFor } from "../operations.ts";
import type { MediaType, Operation, ResponsePromise } from "../operations.ts";
import type { Failure } from "../results.ts";
import type { Validator } from "../schemas.ts";
import type { HttpAnswer } from "./exchange.ts";
import { checkDeprecation, checkHeaders } from "./headers.ts";

/** What a case expects of an answer, beyond what the document promises of every answer. */
export interface Expectation {
  readonly status: number;
  readonly code?: string | undefined;
  /** The media type that was asked for with `Accept`. */
  readonly accept?: string | undefined;
}

/** How many mismatches of one body are told; the rest is noise. */
const mostMismatches = 8;

/**
 * Everything the document promises about an answer of an operation.
 * @param requestId the `X-Request-ID` that was sent, undefined when it was a bad one
 * @param expected what the case is about; undefined where any documented answer will do
 */
export function checkAnswer(
  operation: Operation,
  answer: HttpAnswer,
  requestId: string | undefined,
  expected: Expectation | undefined,
  validator: Validator,
): Failure[] {
  const response = responseFor(operation, answer.status);
  return [
    ...checkStatus(operation, answer, expected),
    ...(response ? checkPromise(operation, response, answer, expected, validator) : []),
    ...checkRequestId(operation, answer, requestId),
  ];
}

/** The media type of an answer in lower case, without its parameters. */
export function mediaTypeOf(answer: HttpAnswer): string | undefined {
  return answer.headers.get("content-type")?.split(";")[0]?.trim().toLowerCase();
}

/** The `code` of an error body. */
export function codeOf(answer: HttpAnswer): string | undefined {
  const body = parseJson(answer.text);
  return isObject(body) && typeof body["code"] === "string" ? body["code"] : undefined;
}

function checkStatus(operation: Operation, answer: HttpAnswer, expected: Expectation | undefined): Failure[] {
  const documented = operation.responses.map(({ status }) => status);
  if (!documented.includes(answer.status))
    return [
      {
        promise: `${operation.id} answers only with the statuses that the document lists for it.`,
        where: `${placeOf(operation.node)}/responses`,
        expected: expected ? `${expected.status}, one of ${documented.join(", ")}` : `one of ${documented.join(", ")}`,
        found: `status ${answer.status}`,
      },
    ];
  if (!expected || answer.status === expected.status) return [];
  return [
    {
      promise: `${operation.id} answers this request with ${[expected.status, expected.code ?? ""].join(" ").trim()}.`,
      where: `${placeOf(operation.node)}/responses/${expected.status}`,
      expected: `status ${expected.status}`,
      found: `status ${answer.status}`,
    },
  ];
}

function checkPromise(
  operation: Operation,
  response: ResponsePromise,
  answer: HttpAnswer,
  expected: Expectation | undefined,
  validator: Validator,
): Failure[] {
  const relevant = expected?.status === answer.status ? expected : undefined;
  return [
    ...checkMedia(response, answer, relevant?.accept, validator),
    ...checkCode(operation, response, answer, relevant?.code),
    ...checkHeaders(response, answer.headers, validator),
    ...checkDeprecation(operation, response, answer.headers),
  ];
}

function checkMedia(
  response: ResponsePromise,
  answer: HttpAnswer,
  accept: string | undefined,
  validator: Validator,
): Failure[] {
  const found = mediaTypeOf(answer);
  if (response.media.length === 0) return answer.text === "" ? [] : [unexpectedBody(response, answer)];
  const allowed = response.media.filter(({ name }) => accept === undefined || name === accept);
  const media = allowed.find(({ name }) => name === found);
  if (!media)
    return [
      {
        promise: "The answer has a content type that the document lists for its status.",
        where: `${placeOf(response.node)}/content`,
        expected: allowed.map(({ name }) => name).join(" or "),
        found: found === undefined ? "no Content-Type" : `Content-Type: ${answer.headers.get("content-type") ?? ""}`,
      },
    ];
  return checkBody(response, media, answer, validator);
}

function unexpectedBody(response: ResponsePromise, answer: HttpAnswer): Failure {
  return {
    promise: "An answer without content in the document has no body.",
    where: placeOf(response.node),
    expected: "an empty body",
    found: `${answer.text.length} characters`,
  };
}

/** What a file holds is not judged, but that there is one. */
function missingBody(response: ResponsePromise, media: MediaType): Failure {
  return {
    promise: `An answer of type ${media.name} has a body.`,
    where: `${placeOf(response.node)}/content`,
    expected: "a body",
    found: "an empty body",
  };
}

function checkBody(response: ResponsePromise, media: MediaType, answer: HttpAnswer, validator: Validator): Failure[] {
  if (!isJson(media.name)) return answer.text === "" ? [missingBody(response, media)] : [];
  if (!media.schema) return [];
  const body = parseJson(answer.text);
  if (body === undefined)
    return [
      {
        promise: `A body of type ${media.name} is JSON (RFC 8259).`,
        where: `${placeOf(response.node)}/content`,
        expected: "JSON",
        found: answer.text === "" ? "an empty body" : answer.text.slice(0, 200),
      },
    ];
  const mismatches = validator.mismatches(media.schema, body);
  return mismatches.slice(0, mostMismatches).map(({ at, message, pointer }) => ({
    promise: "The body fits its schema.",
    where: `openapi.yaml#${pointer}`,
    expected: `${at === "" ? "the body" : at} ${message}`,
    found: `${JSON.stringify(atPointer(body, at)).slice(0, 200)}${mismatches.length > mostMismatches ? `, and ${mismatches.length} mismatches in all` : ""}`,
  }));
}

/** The code is documented for this operation and status, and is the one that the case is about. */
function checkCode(
  operation: Operation,
  response: ResponsePromise,
  answer: HttpAnswer,
  expected: string | undefined,
): Failure[] {
  if (response.codes.length === 0) return [];
  const found = codeOf(answer);
  if (found !== undefined && (expected === undefined ? response.codes.includes(found) : found === expected)) return [];
  return [
    {
      promise:
        expected === undefined
          ? `The error \`code\` is one that the document lists for ${operation.id} and ${answer.status}.`
          : `${operation.id} answers this request with the error \`code\` ${expected}.`,
      where: placeOf(response.node),
      expected: `code ${expected ?? response.codes.join(" or ")}`,
      found: found === undefined ? "a body without `code`" : `code ${found}`,
    },
  ];
}

/** `X-Request-ID` comes back as it was sent, and an error body repeats it. */
function checkRequestId(operation: Operation, answer: HttpAnswer, sent: string | undefined): Failure[] {
  if (!operation.parameters.some(({ name }) => name.toLowerCase() === "x-request-id")) return [];
  const returned = answer.headers.get("x-request-id");
  const failures: Failure[] = [];
  if (sent !== undefined && returned !== sent)
    failures.push({
      promise: "`X-Request-ID` comes back as it was sent: it names the request in the answer.",
      where: `${placeOf(operation.node)}/parameters`,
      expected: `X-Request-ID: ${sent}`,
      found: returned === null ? "no such header" : `X-Request-ID: ${returned}`,
    });
  const body = parseJson(answer.text);
  if (
    isObject(body) &&
    body["success"] === false &&
    body["request_id"] !== undefined &&
    body["request_id"] !== returned
  )
    failures.push({
      promise: "`request_id` in an error body is the answer's `X-Request-ID`.",
      where: `${placeOf(operation.node)}/parameters`,
      expected: `request_id ${JSON.stringify(returned)}`,
      found: `request_id ${JSON.stringify(body["request_id"])}`,
    });
  return failures;
}
