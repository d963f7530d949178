import { errorCatalogue } from "../contract/index.ts";
import type { ErrorCode, ErrorDetail } from "../contract/index.ts";

/**
 * A failure that a client is told of, over REST or the socket. The message says what was wrong and what would be right;
 * `cause` is for the log only.
 */
export class ApiError extends Error {
  readonly code: ErrorCode;
  readonly details: readonly ErrorDetail[] | undefined;
  /** Headers of the answer, such as `Retry-After`. */
  readonly headers: Readonly<Record<string, string>>;

  constructor(
    code: ErrorCode,
    message: string = `${errorCatalogue[code].title}. ${errorCatalogue[code].remedy}`,
    options: { details?: readonly ErrorDetail[]; headers?: Readonly<Record<string, string>>; cause?: unknown } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = "ApiError";
    this.code = code;
    this.details = options.details;
    this.headers = options.headers ?? {};
  }

  /** The HTTP status, from the catalogue. */
  get status(): number {
    return errorCatalogue[this.code].status;
  }
}
