import type { ErrorRequestHandler, Response } from "express";
import { RequestValidationError } from "@ts-rest/express";
import type { ErrorBody, ErrorDetail } from "../../contract/index.ts";
import { ApiError } from "../api-error.ts";
import { WorkspaceError } from "../runtime/runtime.ts";
import { StoreUnavailableError } from "../store/store.ts";
import { neverKeep } from "./cache-headers.ts";
import { stateOf } from "./state.ts";
import { workspaceError } from "./workspace-errors.ts";
import { writeErrorJson } from "./write-json.ts";

/** The last middleware: whatever was thrown becomes an answer of the one error shape. */
export const answerError: ErrorRequestHandler = (error, _req, res, _next) => {
  const apiError = toApiError(error);
  const { logger, principal } = stateOf(res);
  if (apiError.status >= 500)
    logger.error(
      { err: apiError.cause ?? apiError, ...(principal && { user_id: principal.userId }) },
      "request failed",
    );
  if (res.headersSent) {
    res.destroy();
    return;
  }
  writeError(res, apiError);
};

/** Writes an error's answer. */
export function writeError(res: Response, error: ApiError): void {
  const body: ErrorBody = {
    success: false,
    error: error.message,
    code: error.code,
    ...(error.details && { details: [...error.details] }),
    request_id: stateOf(res).requestId,
  };
  res.status(error.status);
  neverKeep(res);
  if (error.status === 401) res.setHeader("WWW-Authenticate", "Bearer");
  for (const [name, value] of Object.entries(error.headers)) res.setHeader(name, value);
  writeErrorJson(res, body);
}

/**
 * What a client is told of an error. What is not meant for clients becomes `internal_error`, its cause for the log only.
 * @param pathParameter the query parameter that names a path in the workspace, if the request has one
 */
export function toApiError(error: unknown, pathParameter?: string): ApiError {
  if (error instanceof ApiError) return error;
  if (error instanceof RequestValidationError) return validationFailed(detailsOf(error));
  if (error instanceof StoreUnavailableError) return storeUnavailable(error);
  if (error instanceof WorkspaceError) return workspaceError(error, pathParameter);
  // express, for a path with a malformed percent escape
  if (error instanceof URIError)
    return validationFailed([{ in: "path", path: "", message: "must be percent-encoded UTF-8" }]);
  return new ApiError("internal_error", undefined, { cause: error });
}

/** How long a client had best wait for a database that does not answer. */
const retryAfterSeconds = "5";

/** What probes are told once the server is about to end, so that nobody sends it more. */
export function aboutToEnd(): ApiError {
  const headers = { "Retry-After": retryAfterSeconds };
  return new ApiError("not_ready", "The server is about to end. Connect again: another one answers.", { headers });
}

/** What a client is told while the store cannot be used. @param cause for the log */
export function storeUnavailable(cause: unknown): ApiError {
  const headers = { "Retry-After": retryAfterSeconds };
  return new ApiError("not_ready", "The store does not answer. Try again later.", { headers, cause });
}

/** @param details the parts that do not fit */
export function validationFailed(details: readonly ErrorDetail[]): ApiError {
  const parts = details.map(({ in: place, path, message }) => `${path === "" ? place : path} ${message}`);
  return new ApiError("validation_failed", `The request does not fit the contract: ${parts.join("; ")}.`, { details });
}

interface Issue {
  readonly message: string;
  readonly path?: readonly (PropertyKey | { readonly key: PropertyKey })[] | undefined;
  readonly code?: string | undefined;
  /** Names that an object must not have. */
  readonly keys?: readonly string[] | undefined;
  /** Of a union: what each option has against the value. */
  readonly errors?: readonly (readonly Issue[])[] | undefined;
}

function detailsOf(error: RequestValidationError): ErrorDetail[] {
  const parts = [
    ["path", error.pathParams],
    ["header", error.headers],
    ["query", error.query],
    ["body", error.body],
  ] as const;
  return parts.flatMap(([place, failure]) => (failure ? issueDetails(place, failure.issues) : []));
}

/** The issues of a zod error as the contract's details. */
export function issueDetails(place: ErrorDetail["in"], issues: readonly Issue[]): ErrorDetail[] {
  return issues.flatMap(likeliest).flatMap(({ code, path = [], keys = [], message }) => {
    const parts = path.map((part) => String(typeof part === "object" ? part.key : part));
    if (code !== "unrecognized_keys") return [{ in: place, path: parts.join("."), message }];
    return keys.map((key) => ({
      in: place,
      path: [...parts, key].join("."),
      message: "is not known here; leave it out",
    }));
  });
}

/** "Invalid input" says nothing: where a value is of the type of one option of a union alone, that option's issues are meant. */
function likeliest(issue: Issue): readonly Issue[] {
  const { path = [], errors = [] } = issue;
  const [meant, another] = errors.filter((option) => !option.some(isOfAnotherType));
  if (!meant || another) return [issue];
  return meant.map((inner) => ({ ...inner, path: [...path, ...(inner.path ?? [])] })).flatMap(likeliest);
}

function isOfAnotherType({ code, path = [] }: Issue): boolean {
  return code === "invalid_type" && path.length === 0;
}
