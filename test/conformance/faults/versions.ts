import { isObject } from "../../../conformance/json.ts";
import { answers, body, fault, fields, header, instead, jsonAnswer, requests, status } from "./fault.ts";
import type { Asked, Fault } from "./fault.ts";

const gone = "* /api/reset-settings";
const notFound = { success: false, error: "There is no operation.", code: "route_not_found", request_id: "made-up" };

/** Serves V1 under a path that is not its own. */
function alsoAt(wrong: string, right: string) {
  return requests("* /**", (asked) => (asked.url.startsWith(wrong) ? at(asked, wrong, right) : undefined));
}

function at(asked: Asked, wrong: string, right: string): Asked {
  return { ...asked, url: right + asked.url.slice(wrong.length) };
}

const retirement: Fault[] = [
  fault("a gone operation is 404", "settings.reset", answers(`${gone} 410`, status(404))),
  fault("a gone operation still works", "settings.reset", instead("POST /api/reset-settings", 200, { success: true })),
  fault(
    "a gone operation asks for credentials first",
    "settings.reset",
    requests(gone, (asked) =>
      asked.headers.authorization
        ? undefined
        : jsonAnswer(401, { ...notFound, code: "unauthenticated" }, { "www-authenticate": "Bearer" }),
    ),
  ),
  fault(
    "a gone operation reads the body first",
    "settings.reset",
    requests("POST /api/reset-settings", (asked) =>
      asked.body.length > 0 && asked.body.toString() !== "{}"
        ? jsonAnswer(400, { ...notFound, code: "malformed_json" })
        : undefined,
    ),
  ),
  fault(
    "a gone operation wants JSON",
    "settings.reset",
    requests("POST /api/reset-settings", (asked) =>
      asked.body.length > 0 && !String(asked.headers["content-type"]).includes("json")
        ? jsonAnswer(415, { ...notFound, code: "unsupported_media_type" })
        : undefined,
    ),
  ),
  fault(
    "a gone operation looks at Accept",
    "settings.reset",
    requests("POST /api/reset-settings", (asked) =>
      String(asked.headers.accept).includes("text/html") ? jsonAnswer(406, notFound) : undefined,
    ),
  ),
  fault(
    "a gone operation with another code",
    "settings.reset",
    answers(`${gone} 410`, fields({ code: "route_not_found" })),
  ),
  fault(
    "a gone operation as a page",
    "settings.reset",
    answers(`${gone} 410`, (answer) => ({
      ...header("content-type", "text/html")(answer),
      body: Buffer.from("<h1>Gone</h1>"),
    })),
  ),
  fault("410 without Deprecation", "settings.reset", answers(`${gone} 410`, header("deprecation", undefined))),
  fault(
    "a Deprecation as an HTTP date",
    "settings.reset",
    answers(`${gone} 410`, header("deprecation", "Wed, 01 Jan 2025 00:00:00 GMT")),
  ),
  fault(
    "a Deprecation in milliseconds",
    "settings.reset",
    answers(`${gone} 410`, header("deprecation", "@1735689600000")),
  ),
  fault(
    "a Deprecation on another day than documented",
    "settings.reset",
    answers(`${gone} 410`, header("deprecation", "@1704067200")),
  ),
  fault("410 without Sunset", "settings.reset", answers(`${gone} 410`, header("sunset", undefined))),
  fault("a Sunset in ISO 8601", "settings.reset", answers(`${gone} 410`, header("sunset", "2025-06-30T00:00:00Z"))),
  fault(
    "a Sunset on the wrong day of the week",
    "settings.reset",
    answers(`${gone} 410`, header("sunset", "Tue, 30 Jun 2025 00:00:00 GMT")),
  ),
  fault(
    "a Sunset before the Deprecation",
    "settings.reset",
    answers(`${gone} 410`, header("sunset", "Sun, 30 Jun 2024 00:00:00 GMT")),
  ),
  fault("410 without a Link", "settings.reset", answers(`${gone} 410`, header("link", undefined))),
  fault(
    "a Link to what is gone itself",
    "settings.reset",
    answers(`${gone} 410`, header("link", '</api/reset-settings>; rel="successor-version"')),
  ),
  fault(
    "a Link of another relation",
    "settings.reset",
    answers(`${gone} 410`, header("link", '</api/settings>; rel="next"')),
  ),
];

const gate: Fault[] = [
  fault("V1 under /api/v2", "gate users.me", alsoAt("/api/v2/", "/api/v1/")),
  fault("V1 under /api/v0", "gate users.me", alsoAt("/api/v0/", "/api/v1/")),
  fault("V1 under /api/V1", "gate users.me", alsoAt("/api/V1/", "/api/v1/")),
  fault("V1 under /api/v01", "gate users.me", alsoAt("/api/v01/", "/api/v1/")),
  fault("V1 under /api/v1/v1", "gate users.me", alsoAt("/api/v1/v1/", "/api/v1/")),
  fault(
    "anything under the prefix of V1 is answered",
    "gate users.me",
    answers("GET /api/v1/** 404", () => jsonAnswer(200, {})),
  ),
  fault(
    "with the gate off, 405 under V1",
    "gate users.me",
    answers("* /api/v1/** 404", (answer) => ({ ...header("allow", "GET")(answer), status: 405 })),
    { gateOff: true },
  ),
  fault(
    "with the gate off, a page under V1",
    "gate users.me",
    answers("GET /api/v1/** 404", (answer) => ({
      ...header("content-type", "text/html")(answer),
      status: 200,
      body: Buffer.from("<!doctype html>"),
    })),
    { gateOff: true },
  ),
  fault(
    "with the gate off, V1 asks for credentials",
    "gate users.me",
    requests("* /api/v1/**", (asked) =>
      asked.headers.authorization
        ? undefined
        : jsonAnswer(401, { ...notFound, code: "unauthenticated" }, { "www-authenticate": "Bearer" }),
    ),
    { gateOff: true },
  ),
  fault("with the gate off, V1 works", "gate users.me", instead("GET /api/v1/users/me", 200, { id: null }), {
    gateOff: true,
  }),
  fault(
    "with the gate off, another code",
    "gate users.me",
    answers("* /api/v1/** 404", fields({ code: "conversation_not_found" })),
    { gateOff: true },
  ),
  fault(
    "with the gate off, the configuration says that it is on",
    "options.config",
    answers(
      "GET /api/options/config 200",
      body((config) => ({
        ...config,
        FEATURE_FLAGS: { ...(isObject(config["FEATURE_FLAGS"]) ? config["FEATURE_FLAGS"] : {}), ENABLE_V1: true },
      })),
    ),
    { gateOff: true },
  ),
  fault(
    "with the gate off, the document as served names V1",
    "documents",
    answers("GET /openapi.yaml 200", (answer) => ({
      ...answer,
      body: Buffer.from(
        answer.body
          .toString()
          .replace(
            "\npaths:\n",
            "\npaths:\n  /api/v1/users/me:\n    get:\n      operationId: users.me\n      x-gate: v1\n      responses: {}\n",
          ),
      ),
    })),
    { gateOff: true },
  ),
];

export const versionFaults: readonly Fault[] = [...retirement, ...gate];
