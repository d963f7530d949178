import { STATUS_CODES } from "node:http";
import { requestHeaders } from "../../contract/index.ts";
import type { ErrorBody } from "../../contract/index.ts";
import type { ApiError } from "../api-error.ts";

/** A whole answer with the one error body, for a connection that no response object belongs to. It is the connection's last. */
export function rawAnswer({ status, code, message }: ApiError, requestId: string): string {
  const body: ErrorBody = { success: false, error: message, code, request_id: requestId };
  const text = JSON.stringify(body);
  return [
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}`,
    "Connection: close",
    "Content-Type: application/json; charset=utf-8",
    `Content-Length: ${Buffer.byteLength(text)}`,
    "Cache-Control: no-cache, no-store, must-revalidate, max-age=0",
    `${requestHeaders.RequestId.name}: ${requestId}`,
    "",
    text,
  ].join("\r\n");
}
