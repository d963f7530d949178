import { isUtf8 } from "node:buffer";
import express from "express";
import type { Request, RequestHandler } from "express";
import { ApiError } from "../api-error.ts";

/**
 * Reads the JSON body of an operation that has one.
 * @param options.limit the largest body, in bytes
 * @param options.optional whether the body may be left out, which is then `{}`
 */
export function jsonBody({ limit, optional }: { limit: number; optional: boolean }): RequestHandler {
  const verify = (_req: unknown, _res: unknown, bytes: Buffer, charset: string) => {
    // express would put U+FFFD where a byte is no UTF-8, and `{}` where there is nothing.
    if (charset === "utf-8" && !isUtf8(bytes)) throw new Error("The body is not UTF-8");
    if (bytes.length === 0 && !optional) throw new Error("The body is empty");
  };
  const parse = express.json({ limit, strict: false, type: isJson, verify });
  return (req, res, next) => {
    if (!hasBody(req)) {
      req.body = optional ? {} : undefined;
      return next();
    }
    if (!isJson(req)) {
      return next(
        new ApiError(
          "unsupported_media_type",
          `The body is ${req.get("content-type") ?? "of no stated type"}. Send it as application/json.`,
        ),
      );
    }
    parse(req, res, (error: unknown) => next(error === undefined ? undefined : bodyError(error, limit)));
  };
}

/** RFC 9112 §6: a body is announced by its length or its transfer coding. */
function hasBody({ headers }: Request): boolean {
  return headers["transfer-encoding"] !== undefined || (headers["content-length"] ?? "0") !== "0";
}

function isJson(req: Parameters<RequestHandler>[0] | { headers: Request["headers"] }): boolean {
  return /^application\/json\s*(;|$)/i.test(req.headers["content-type"] ?? "");
}

/**
 * The errors of express.json by their documented `type`, https://github.com/expressjs/body-parser#errors. A compressed
 * body that cannot be unpacked gives one without a type, and a 4xx status like all that are the client's fault.
 */
function bodyError(error: unknown, limit: number): unknown {
  if (!(error instanceof Error) || !("status" in error) || Number(error.status) >= 500) return error;
  switch ("type" in error ? error.type : undefined) {
    case "entity.too.large":
      return new ApiError("payload_too_large", `The body is larger than ${limit} bytes. Send less at once.`, {
        cause: error,
      });
    case "encoding.unsupported":
    case "charset.unsupported":
      return new ApiError(
        "unsupported_media_type",
        "The body's encoding is not known. Send UTF-8, plain or compressed with gzip, deflate or br.",
        { cause: error },
      );
    default:
      return new ApiError("malformed_json", "The body is not valid JSON. Send one JSON document in UTF-8.", {
        cause: error,
      });
  }
}
