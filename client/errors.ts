import { gates } from "../generated/client/operations.ts";
import type { ErrorDetail } from "../generated/client/types.ts";
import type { ErrorCode, OperationName, Unlisted } from "./operation-types.ts";

/**
 * The server refused a call, in the form that the contract gives every error. `isApiError` tells it from other errors and
 * narrows `code`.
 */
export class ApiError<Code extends string = ErrorCode | Unlisted> extends Error {
  override readonly name: string = "ApiError";
  /** What was wrong, for a program. A newer server may send a code that this client does not list. */
  readonly code: Code;
  /** The HTTP status. */
  readonly status: number;
  /** The parts of the request that were wrong, when they can be named; else empty. */
  readonly details: readonly ErrorDetail[];
  /** The request's id, which the server's log has too. */
  readonly requestId: string | undefined;
  /** How long the server asks to wait before another try: `Retry-After` (RFC 9110 §10.2.3), in milliseconds. */
  readonly retryAfterMs: number | undefined;
  /** The call that failed. */
  readonly operation: OperationName;

  constructor(
    message: string,
    { code, status, details, requestId, retryAfterMs, operation }: Omit<ApiError<Code>, keyof Error>,
  ) {
    super(message);
    this.code = code;
    this.status = status;
    this.details = details;
    this.requestId = requestId;
    this.retryAfterMs = retryAfterMs;
    this.operation = operation;
  }
}

/**
 * The server has the operation switched off: what is behind a closed gate answers as if it did not exist. `GET
 * /api/options/config` says the same beforehand.
 */
export class GateClosedError extends ApiError<"route_not_found"> {
  override readonly name = "GateClosedError";
  /** The gate: `x-gate` in the document. */
  readonly gate: Gate;

  constructor(gate: Gate, error: Omit<ApiError<"route_not_found">, keyof Error>) {
    super(
      `${error.operation} is behind the gate ${gate}, which is closed on this server. It is opened by ${gates[gate]}.`,
      error,
    );
    this.gate = gate;
  }
}

/** What an operator of a server can switch on or off. */
export type Gate = keyof typeof gates;

/**
 * Whether the server refused a call, with one of these codes when any are given.
 * @example if (isApiError(error, "conversation_not_found")) return null;
 */
export function isApiError(error: unknown): error is ApiError;
export function isApiError<const Code extends ErrorCode>(error: unknown, ...codes: Code[]): error is ApiError<Code>;
export function isApiError(error: unknown, ...codes: string[]): boolean {
  return error instanceof ApiError && (codes.length === 0 || codes.includes(error.code));
}

/** No answer came, or it broke off: the network, a name, TLS, CORS. `cause` has what `fetch` said. */
export class ConnectionError extends Error {
  override readonly name = "ConnectionError";
  readonly operation: OperationName;

  constructor(operation: OperationName, url: string, cause: unknown) {
    super(`${operation}: no complete answer from ${new URL(url).origin}`, { cause });
    this.operation = operation;
  }
}

/** The answer took longer than `timeoutMs`. Whether the server carried the request out is not known. */
export class TimeoutError extends Error {
  override readonly name = "TimeoutError";
  readonly operation: OperationName;
  readonly timeoutMs: number;

  constructor(operation: OperationName, timeoutMs: number) {
    super(`${operation}: no complete answer within ${timeoutMs} ms`);
    this.operation = operation;
    this.timeoutMs = timeoutMs;
  }
}

/** What answered does not keep to the contract: mostly a proxy, a login page, or a URL that is not the API's. */
export class UnexpectedResponseError extends Error {
  override readonly name = "UnexpectedResponseError";
  readonly operation: OperationName;
  /** The HTTP status. */
  readonly status: number;
  /** How the body begins. */
  readonly excerpt: string;

  constructor(operation: OperationName, status: number, body: string, options?: ErrorOptions) {
    const excerpt = body.slice(0, 200);
    super(`${operation}: ${status} with a body that the contract does not know: ${JSON.stringify(excerpt)}`, options);
    this.operation = operation;
    this.status = status;
    this.excerpt = excerpt;
  }
}
