import { STATUS_CODES } from "node:http";
import type { Server, ServerResponse } from "node:http";
import type { Duplex } from "node:stream";
import { randomUUID } from "node:crypto";
import type { Logger } from "pino";
import { requestHeaders } from "../../contract/index.ts";
import type { ErrorBody, ErrorCode } from "../../contract/index.ts";
import { ApiError } from "../api-error.ts";

/**
 * Answers what node could not read as a request, which therefore never comes to the app: with the one error body, where
 * node itself would send a status alone. The connection ends, since nobody knows where a next request would begin.
 */
export function answerClientErrors(server: Server, logger: Logger): void {
  const answers = new WeakMap<Duplex, ServerResponse>();
  server.prependListener("request", ({ socket }, res) => answers.set(socket, res));
  server.on("clientError", (error: Error & { code?: string }, stream: Duplex) => {
    if (error.code === "ECONNRESET" || !stream.writable || isHalfSent(answers.get(stream)))
      return void stream.destroy();
    const id = randomUUID();
    const apiError = new ApiError(codeOf(error.code));
    logger.info({ request_id: id, status: apiError.status, reason: error.code }, "request could not be read");
    stream.end(answerText(apiError, id));
  });
}

/** The end of a body may turn out to be malformed when the answer has begun: a second one would look like part of it. */
function isHalfSent(res: ServerResponse | undefined): boolean {
  return res !== undefined && res.headersSent && !res.writableFinished;
}

/** The codes of node's parser and of its time limits, https://nodejs.org/api/http.html#event-clienterror */
function codeOf(code: string | undefined): ErrorCode {
  if (code === "HPE_HEADER_OVERFLOW") return "headers_too_large";
  return code === "ERR_HTTP_REQUEST_TIMEOUT" ? "request_timeout" : "malformed_request";
}

function answerText({ status, code, message }: ApiError, id: string): string {
  const body: ErrorBody = { success: false, error: message, code, request_id: id };
  const text = JSON.stringify(body);
  return [
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}`,
    "Connection: close",
    "Content-Type: application/json; charset=utf-8",
    `Content-Length: ${Buffer.byteLength(text)}`,
    "Cache-Control: no-cache, no-store, must-revalidate, max-age=0",
    `${requestHeaders.RequestId.name}: ${id}`,
    "",
    text,
  ].join("\r\n");
}
