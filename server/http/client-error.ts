import type { Server, ServerResponse } from "node:http";
import type { Duplex } from "node:stream";
import { randomUUID } from "node:crypto";
import type { Logger } from "pino";
import type { ErrorCode } from "../../contract/index.ts";
import { ApiError } from "../api-error.ts";
import { rawAnswer } from "./raw-answer.ts";

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
    stream.end(rawAnswer(apiError, id));
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
