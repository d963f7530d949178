import { answers, body, fault, header, jsonAnswer, requests } from "./fault.ts";
import type { Fault } from "./fault.ts";

const limited = { success: false, error: "Too many requests.", code: "rate_limited", request_id: "made-up" };
const limits = { "x-ratelimit-limit": "10", "x-ratelimit-remaining": "0", "x-ratelimit-reset": "1800000000" };

/** The first request to a path is refused as one too many; what comes after it is answered. */
function limitedOnce(path: string, headers: Record<string, string>) {
  return () => {
    let refused = false;
    return requests(`GET ${path}`, () => {
      if (refused) return undefined;
      refused = true;
      return jsonAnswer(429, limited, headers);
    })();
  };
}

export const headerFaults: readonly Fault[] = [
  fault("no request id", "settings.get", answers("GET /api/settings", header("x-request-id", undefined))),
  fault(
    "another request id than the one that was sent",
    "apiKeys.list",
    answers("GET /api/keys", header("x-request-id", "another")),
  ),
  fault(
    "an error body that names another request",
    "conversations.get",
    answers(
      "GET /api/conversations/* 404",
      body((error) => ({ ...error, request_id: "another" })),
    ),
  ),
  fault(
    "401 without WWW-Authenticate",
    "settings.get",
    answers("GET /api/settings 401", header("www-authenticate", undefined)),
  ),
  fault(
    "401 with another scheme",
    "settings.get",
    answers("GET /api/settings 401", header("www-authenticate", "Basic")),
  ),
  fault(
    "no Content-Disposition",
    "files.zip",
    answers("GET /api/conversations/*/zip-directory 200", header("content-disposition", undefined)),
  ),
  fault(
    "a zip that is to be shown in the browser",
    "files.zip",
    answers("GET /api/conversations/*/zip-directory 200", header("content-disposition", "inline")),
  ),
  fault("a login without a cookie", "sessions.login", answers("POST /api/login 200", header("set-cookie", undefined))),
  fault(
    "an answer that does not say whether it is a repeat",
    "conversations.create",
    answers("POST /api/conversations 200", header("idempotency-replayed", undefined)),
  ),
  fault(
    "Idempotency-Replayed in words",
    "conversations.create",
    answers("POST /api/conversations 200", header("idempotency-replayed", "no")),
  ),
  fault("429 without Retry-After", "settings.get", limitedOnce("/api/settings", limits)),
  fault("a Retry-After in words", "settings.get", limitedOnce("/api/settings", { ...limits, "retry-after": "soon" })),
  fault("a Retry-After in the past", "settings.get", limitedOnce("/api/settings", { ...limits, "retry-after": "-5" })),
  fault("429 without the limit", "settings.get", limitedOnce("/api/settings", { "retry-after": "1" })),
  fault(
    "a limit that is no number",
    "settings.get",
    limitedOnce("/api/settings", { ...limits, "retry-after": "1", "x-ratelimit-limit": "ten" }),
  ),
  fault(
    "fewer than none left",
    "settings.get",
    limitedOnce("/api/settings", { ...limits, "retry-after": "1", "x-ratelimit-remaining": "-1" }),
  ),
];
