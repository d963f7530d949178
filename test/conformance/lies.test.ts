import assert from "node:assert/strict";
import { test } from "node:test";
import { isObject } from "../../conformance/json.ts";
import type { JsonObject } from "../../conformance/json.ts";
import { runConformance } from "../../conformance/run.ts";
import { eventIn } from "./support/event.ts";
import { gapsFile } from "./support/gaps.ts";
import type { TinyAnswer, TinyRequest } from "./support/tiny-api.ts";
import { startTinyServer } from "./support/tiny-server.ts";
import type { Lies } from "./support/tiny-server.ts";

// The judge is judged: each server here keeps all promises but one, and the run must turn red, in the case that is about
// that promise, and in words that name it.

interface Lie {
  readonly name: string;
  readonly lies: Lies;
  /** The case that must fail. */
  readonly case: string;
  /** What one of its failures must say, in promise, place, expectation or finding. */
  readonly says: RegExp;
}

/** Lies about the answers of one operation (`GET /api/settings`) that have one of the statuses. */
function about(request: string, change: (answer: TinyAnswer) => TinyAnswer, ...statuses: number[]): Lies {
  const [method, path = ""] = request.split(" ");
  const pattern = new RegExp(`^${path.replaceAll("*", "[^/]+")}$`);
  return {
    answer: (answer: TinyAnswer, asked: TinyRequest) =>
      asked.method === method && pattern.test(asked.path) && (statuses.length === 0 || statuses.includes(answer.status))
        ? change(answer)
        : answer,
  };
}

const withHeader =
  (name: string, value: string | undefined) =>
  ({ headers, ...answer }: TinyAnswer): TinyAnswer => {
    const { [name]: _, ...others } = headers;
    return { ...answer, headers: value === undefined ? others : { ...others, [name]: value } };
  };

const withField =
  (change: JsonObject) =>
  (answer: TinyAnswer): TinyAnswer => ({
    ...answer,
    body: isObject(answer.body) ? { ...answer.body, ...change } : answer.body,
  });

const withStatus =
  (status: number) =>
  (answer: TinyAnswer): TinyAnswer => ({ ...answer, status });

/** Lies about the frames of one kind: `action`, or the status `ack`. */
function frames(kind: string, change: (frame: JsonObject, live: boolean) => (JsonObject | string | Buffer)[]): Lies {
  return {
    frame: (frame, live) => (frame["type"] === kind || frame["status"] === kind ? change(frame, live) : [frame]),
  };
}

const rest: Lie[] = [
  {
    name: "a file of another type",
    lies: about("GET /api/conversations/*/zip", withHeader("Content-Type", "application/octet-stream")),
    case: "rest/files.zip/200",
    says: /content type.*application\/zip.*octet-stream/,
  },
  {
    name: "a file that is to be saved under another name",
    lies: about("GET /api/conversations/*/zip", withHeader("Content-Disposition", "inline")),
    case: "rest/files.zip/200",
    says: /Content-Disposition/,
  },
  {
    name: "a file without a byte",
    lies: about("GET /api/conversations/*/zip", (answer) => ({ ...answer, body: "" })),
    case: "rest/files.zip/200",
    says: /has a body.*an empty body/,
  },
  {
    name: "a form that is taken though it breaks off",
    lies: about("POST /api/conversations/*/files", withStatus(200), 400),
    case: "rest/files.upload/400-malformed_form",
    says: /malformed_form.*status 200/,
  },
  {
    name: "a form that is taken though it has no file",
    lies: about("POST /api/conversations/*/files", withStatus(200), 400),
    case: "rest/files.upload/400-validation_failed",
    says: /validation_failed.*status 200/,
  },
  {
    name: "a form that is taken though it is too large",
    lies: about("POST /api/conversations/*/files", withStatus(200), 413),
    case: "rest/files.upload/413-payload_too_large",
    says: /payload_too_large.*status 200/,
  },
  {
    name: "a binary file that is shown",
    lies: about("GET /api/conversations/*/file", withStatus(200), 415),
    case: "rest/files.select/415-binary_file",
    says: /binary_file.*status 200/,
  },
  {
    name: "a status that is documented, but for something else",
    lies: about("GET /api/conversations/*", withStatus(200), 404),
    case: "rest/conversations.get/404-conversation_not_found",
    says: /status 404.*status 200/,
  },
  {
    name: "a status that is not documented",
    lies: about("GET /api/settings", withStatus(203)),
    case: "rest/settings.get/200",
    says: /only with the statuses.*settings.*responses.*status 203/,
  },
  {
    name: "a server error",
    lies: about("POST /api/conversations/*/stop", withStatus(500)),
    case: "rest/conversations.stop/200",
    says: /status 500/,
  },
  {
    name: "another content type",
    lies: about("GET /api/settings", withHeader("Content-Type", "text/plain")),
    case: "rest/settings.get/200",
    says: /content type.*application\/json.*text\/plain/,
  },
  {
    name: "no content type",
    lies: about("GET /api/settings", withHeader("Content-Type", undefined)),
    case: "rest/settings.get/200",
    says: /content type.*no Content-Type/,
  },
  {
    name: "a body that is no JSON",
    lies: about("GET /api/settings", (answer) => ({ ...answer, body: "{" })),
    case: "rest/settings.get/200",
    says: /is JSON/,
  },
  {
    name: "a property too many in a closed object",
    lies: about("GET /api/conversations/*", withField({ surprise: 1 }), 200),
    case: "rest/conversations.get/200",
    says: /additionalProperties.*"surprise"/,
  },
  {
    name: "a property that is missing",
    lies: about("GET /api/conversations/*", (answer) => ({ ...answer, body: { title: "x" } }), 200),
    case: "rest/conversations.get/200",
    says: /required.*'conversation_id'/,
  },
  {
    name: "a value that is not among those allowed",
    lies: about("PATCH /api/conversations/*", withField({ success: false })),
    case: "rest/conversations.rename/200",
    says: /\/success.*constant: true/,
  },
  {
    name: "an answer without the value that its link promises",
    lies: about("POST /api/conversations", (answer) => ({ ...answer, body: { title: "x", status: "RUNNING" } }), 200),
    case: "rest/conversations.create/200",
    says: /supplies `conversation_id` of conversations\.get.*links/,
  },
  {
    name: "a wrong error code",
    lies: about("POST /api/conversations", withField({ code: "unauthenticated" }), 401),
    case: "rest/conversations.create/401-invalid_credentials",
    says: /code invalid_credentials.*code unauthenticated/,
  },
  {
    name: "an error code that the operation does not document",
    lies: about("GET /api/conversations/*", withField({ code: "not_here" }), 404),
    case: "rest/conversations.get/404-conversation_not_found",
    says: /code conversation_not_found.*code not_here/,
  },
  {
    name: "a header that is missing",
    lies: about("POST /api/conversations", withHeader("WWW-Authenticate", undefined), 401),
    case: "rest/conversations.create/401-unauthenticated",
    says: /`WWW-Authenticate`.*requires.*no such header/,
  },
  {
    name: "a header that does not fit its schema",
    lies: about("POST /api/conversations", withHeader("WWW-Authenticate", "Basic"), 401),
    case: "rest/conversations.create/401-unauthenticated",
    says: /`WWW-Authenticate` fits.*WWW-Authenticate: Basic/,
  },
  {
    name: "a Retry-After that is neither seconds nor a date",
    lies: about("POST /api/conversations", withHeader("Retry-After", "soon"), 429),
    case: "rest/conversations.create/200",
    says: /Retry-After: soon/,
  },
  {
    name: "a request id that is not returned",
    lies: about("GET /api/settings", withHeader("X-Request-ID", "another")),
    case: "rest/settings.get/200",
    says: /X-Request-ID.*comes back.*X-Request-ID: another/,
  },
  {
    name: "an error body that names another request",
    lies: about("GET /api/conversations/*", withField({ request_id: "another" }), 404),
    case: "rest/conversations.get/404-conversation_not_found",
    says: /`request_id`.*"another"/,
  },
  {
    name: "a 410 without Deprecation",
    lies: about("POST /api/reset-settings", withHeader("Deprecation", undefined)),
    case: "rest/settings.reset/410-operation_removed",
    says: /`Deprecation`.*no such header/,
  },
  {
    name: "a removed operation that still works",
    lies: about("POST /api/reset-settings", (answer) => ({ ...answer, status: 200, body: { success: true } })),
    case: "rest/settings.reset/410-operation_removed",
    says: /status 200/,
  },
  {
    name: "a Deprecation that is a date",
    lies: about("GET /api/conversations", withHeader("Deprecation", "Wed, 01 Jan 2025 00:00:00 GMT"), 200),
    case: "rest/conversations.list/200",
    says: /RFC 9745.*Deprecation: Wed/,
  },
  {
    name: "a Sunset on the wrong day of the week",
    lies: about("GET /api/conversations", withHeader("Sunset", "Tue, 30 Jun 2025 00:00:00 GMT"), 200),
    case: "rest/conversations.list/200",
    says: /IMF-fixdate.*Sunset: Tue/,
  },
  {
    name: "a Sunset before the Deprecation",
    lies: about("GET /api/conversations", withHeader("Sunset", "Sun, 30 Jun 2024 00:00:00 GMT"), 200),
    case: "rest/conversations.list/200",
    says: /not before `Deprecation`/,
  },
  {
    name: "a Link to something else than the replacement",
    lies: about("GET /api/conversations", withHeader("Link", '</api/settings>; rel="successor-version"'), 200),
    case: "rest/conversations.list/200",
    says: /replacement.*<\/api\/conversations>.*<\/api\/settings>/,
  },
  {
    name: "a Link of another relation",
    lies: about("GET /api/conversations", withHeader("Link", '</api/conversations>; rel="next"'), 200),
    case: "rest/conversations.list/200",
    says: /successor-version/,
  },
  {
    name: "a login without a cookie",
    lies: about("POST /api/login", withHeader("Set-Cookie", undefined), 200),
    case: "rest/sessions.login/200",
    says: /`Set-Cookie`.*no such header/,
  },
  {
    name: "a method that does not exist, not told with 405",
    lies: about("PUT /api/settings", withStatus(404)),
    case: "rest/405-method_not_allowed/api.settings",
    says: /405/,
  },
  {
    name: "a 405 without Allow",
    lies: about("PUT /api/settings", withHeader("Allow", undefined)),
    case: "rest/405-method_not_allowed/api.settings",
    says: /`Allow`.*GET, POST/,
  },
  {
    name: "an unknown path that is answered with a page",
    lies: about("GET /api/there-is-no-such-operation", (answer) => ({
      ...answer,
      headers: { "Content-Type": "text/html" },
      body: "<h1>404</h1>",
    })),
    case: "rest/404-route_not_found",
    says: /Every error is JSON/,
  },
  {
    name: "an operation behind a closed gate, in documents that say it is open",
    lies: { v1Off: true },
    case: "rest/users.me/200",
    says: /status 404/,
  },
];

const socket: Lie[] = [
  {
    name: "a frame that is not documented",
    lies: frames("info", () => [{ type: "status", status: "surprise" }]),
    case: "socket/events/info",
    says: /exactly one message.*surprise/,
  },
  {
    name: "a frame with a field too many",
    lies: frames("ack", (frame) => [{ ...frame, surprise: 1 }]),
    case: "socket/events/ack",
    says: /looks like the message ack.*"surprise"/,
  },
  {
    name: "a frame that is no JSON",
    lies: frames("info", () => ["hello"]),
    case: "socket/events/info",
    says: /one JSON document.*hello/,
  },
  {
    name: "a binary frame",
    lies: frames("info", (frame) => [Buffer.from(JSON.stringify(frame))]),
    case: "socket/events/info",
    says: /Frames are text/,
  },
  {
    name: "an array that nobody asked for",
    lies: frames("info", (frame) => [JSON.stringify([frame])]),
    case: "socket/events/info",
    says: /`batch=true`/,
  },
  {
    name: "no acknowledgement",
    lies: frames("ack", () => []),
    case: "socket/events/user_action",
    says: /ack that answers user_action did not come/,
  },
  {
    name: "an acknowledgement of another message",
    lies: frames("ack", (frame) => [{ ...frame, request_id: "another" }]),
    case: "socket/events/user_action",
    says: /ack that answers user_action did not come/,
  },
  {
    name: "an acknowledgement of an event that never comes",
    lies: frames("ack", (frame) => [{ ...frame, event_id: 999_999 }]),
    case: "socket/events/user_action",
    says: /event 999999.*did not come/,
  },
  {
    name: "an acknowledgement before the warning",
    lies: {
      frame: (frame) => {
        if (frame["status"] === "deprecated") return [];
        if (frame["status"] !== "ack") return [frame];
        return [
          frame,
          { type: "status", status: "deprecated", request_id: frame["request_id"] ?? null, replacement: "x" },
        ];
      },
    },
    case: "socket/events/legacy_action",
    says: /deprecated, then ack/,
  },
  {
    name: "no warning about a deprecated message",
    lies: frames("deprecated", () => []),
    case: "socket/events/deprecated",
    says: /the message deprecated did not come/,
  },
  {
    name: "an event that comes twice",
    lies: frames("observation", (frame, live) => (live ? [frame, frame] : [frame])),
    case: "socket/events/observation",
    says: /exactly once.*again/,
  },
  {
    name: "a gap",
    lies: frames("observation", (frame) => (eventIn(frame)["id"] === 1 ? [] : [frame])),
    case: "socket/events/replay",
    says: /no gap.*event 1.*event 2: 1 missing/,
  },
  {
    name: "no replay_complete",
    lies: frames("replay_complete", () => []),
    case: "socket/events/replay",
    says: /replay_complete never came/,
  },
  {
    name: "replay_complete twice",
    lies: frames("replay_complete", (frame) => [frame, frame]),
    case: "socket/events/replay",
    says: /once on every connection.*2 times/,
  },
  {
    name: "replay_complete with another id",
    lies: frames("replay_complete", (frame) => [{ ...frame, latest_event_id: 12345 }]),
    case: "socket/events/replay",
    says: /exactly the events up to.*12345/,
  },
  {
    name: "an event that is another one after a reconnect",
    lies: frames("observation", (frame) => [
      { ...frame, observation: { ...eventIn(frame), content: String(Math.random()) } },
    ]),
    case: "socket/events/replay",
    says: /exactly the events after it, as they were/,
  },
  {
    name: "events of types that were not asked for",
    lies: { allTypes: true },
    case: "socket/events/query-types",
    says: /`types` gives.*events of type run run, message/,
  },
  {
    name: "a refusal with another code",
    lies: frames("error", (frame) => [{ ...frame, code: "surprise" }]),
    case: "socket/events/user_action/error-malformed_json",
    says: /code malformed_json.*surprise/,
  },
  {
    name: "a refusal that names another message",
    lies: frames("error", (frame) => [{ ...frame, request_id: "another" }]),
    case: "socket/events/user_action/error-validation_failed",
    says: /names the message it answers.*another/,
  },
  {
    name: "a bad frame that is not answered",
    lies: frames("error", () => []),
    case: "socket/events/bad-frame-unknown-type",
    says: /refusal and an open connection.*did not come/,
  },
  {
    name: "a wrong close code",
    lies: { close: (code) => (code === 4404 ? 4400 : code) },
    case: "socket/events/close-4404",
    says: /close 4404.*close 4400/,
  },
  {
    name: "a refusal that leaves the connection open",
    lies: { close: (code) => (code === 4401 ? undefined : code) },
    case: "socket/events/close-4401",
    says: /close 4401.*did not come/,
  },
  {
    name: "a deleted conversation whose sockets stay",
    lies: { close: (code) => (code === 4404 ? undefined : code) },
    case: "socket/events/close-4404/deleted",
    says: /close 4404.*did not come/,
  },
];

const documents: Lie[] = [
  {
    name: "an operation for which there is no recipe",
    lies: { documents: (openapi) => addResponse(openapi, "/api/settings", "get", "418", "teapot") },
    case: "rest/settings.get/418-teapot",
    says: /has a case.*no recipe/,
  },
  {
    name: "a message for which there is no recipe",
    lies: { documents: (_, asyncapi) => addMessage(asyncapi) },
    case: "socket/events/surprise",
    says: /has a case.*no recipe/,
  },
];

/** Lies that one answer alone does not show: they are told by what came before, by who asks, and by where. */
const phases: Lie[] = [
  {
    name: "something that is still there after it was deleted",
    lies: undeleted(),
    case: "stateful/conversations.create/lifecycle",
    says: /deleted is gone.*404 with code conversation_not_found.*200/,
  },
  {
    name: "something that is listed twice",
    lies: about("GET /api/conversations", (answer) => ({
      ...answer,
      body: Array.isArray(answer.body) ? [...answer.body, ...answer.body] : answer.body,
    })),
    case: "stateful/conversations.create/lifecycle",
    says: /listed once and only once.*once.*2 times/,
  },
  {
    name: "a sequence that ends with something that is still there",
    lies: undeleted(),
    case: "stateful/sequences",
    says: /after: conversations\.create/,
  },
  {
    name: "a removed operation that looks at its body",
    lies: {
      answer: (answer, asked) =>
        asked.path === "/api/reset-settings" && asked.text.startsWith('{"unf') ? { ...answer, status: 400 } : answer,
    },
    case: "versions/settings.reset/gone-with-any-body",
    says: /only with the statuses.*400/,
  },
  {
    name: "a removed operation that asks who calls",
    lies: {
      answer: (answer, asked) =>
        asked.path === "/api/reset-settings" && asked.headers.authorization?.startsWith("Basic")
          ? { ...answer, status: 401 }
          : answer,
    },
    case: "versions/settings.reset/gone-for-anybody",
    says: /401/,
  },
  {
    name: "a version that is served under another name",
    lies: elsewhere("/api/v2/users/me"),
    case: "versions/users.me/other-prefixes",
    says: /Under \/api\/v2 nothing is served.*200/,
  },
  {
    name: "something undocumented behind the gate",
    lies: elsewhere("/api/v1/users"),
    case: "versions/v1/nothing-undocumented",
    says: /nothing else.*200 with no code for GET \/api\/v1\/users/,
  },
  {
    name: "a path that is served with a slash behind it",
    lies: elsewhere("/api/settings/"),
    case: "rest/404-route_not_found/api.settings",
    says: /\/api\/settings\/ is no path/,
  },
  {
    name: "a key of any form that is let in",
    lies: {
      answer: (answer, asked) =>
        asked.path === "/api/conversations" && /no key/.test(asked.headers.authorization ?? "")
          ? { ...answer, status: 200, body: [] }
          : answer,
    },
    case: "auth/conversations.list/malformed",
    says: /malformed ones are not.*401.*200/,
  },
  {
    name: "a page of nowhere that may change things with a cookie",
    lies: {
      answer: (answer, asked) =>
        answer.status === 403 && asked.headers.origin === undefined ? { ...answer, status: 200 } : answer,
    },
    case: "auth/conversations.create/no-origin",
    says: /403 origin_forbidden.*200/,
  },
];

/** Deletes nothing, and says that it has. */
function undeleted(): Lies {
  const gone = new Map<string, TinyAnswer>();
  return {
    answer(answer, { method, path }) {
      if (method === "GET" && answer.status === 200) gone.set(path, answer);
      return method === "GET" && answer.status === 404 ? (gone.get(path) ?? answer) : answer;
    },
  };
}

/** Serves something at a path that no document has. */
function elsewhere(path: string): Lies {
  return {
    answer: (answer, asked) => (asked.path === path ? { ...answer, status: 200, body: { id: "me" } } : answer),
  };
}

for (const [kind, lies] of Object.entries({ rest, socket, documents, phases }))
  test(`the run is red for each lie: ${kind}`, { concurrency: 2 }, async (context) => {
    await Promise.all(lies.map((lie) => context.test(lie.name, () => expectRed(lie))));
  });

async function expectRed(lie: Lie): Promise<void> {
  await using server = await startTinyServer(lie.lies);
  server.api.limited = 1;
  const report = await runConformance({
    url: server.url,
    key: server.key,
    gaps: gapsFile("tiny-gaps.yaml"),
    only: lie.case,
    // Where the lie is that nothing comes, there is no need to wait long for it.
    frameMs: /did not come|never came/.test(lie.says.source) ? 700 : 10_000,
  });
  assert.ok(report.failed > 0, "the run is green");
  const result = report.results.find(({ name }) => name === lie.case);
  assert.equal(result?.outcome, "failed", `${lie.case} is ${result?.outcome ?? "not there"}`);
  const told = result.failures.map((failure) => Object.values(failure).join(" "));
  assert.ok(
    told.some((text) => lie.says.test(text)),
    `none of these says ${lie.says.source}:\n${told.join("\n")}`,
  );
}

function addResponse(openapi: JsonObject, path: string, method: string, status: string, code: string): void {
  const schema = { type: "object", properties: { code: { const: code } } };
  const responses = dig(openapi, "paths", path, method, "responses");
  responses[status] = { description: "Short and stout.", content: { "application/json": { schema } } };
}

function addMessage(asyncapi: JsonObject): void {
  dig(asyncapi, "channels", "events", "messages")["surprise"] = {
    payload: { type: "object", properties: { type: { const: "surprise" } }, required: ["type"] },
  };
  dig(asyncapi, "operations")["send_surprise"] = {
    action: "send",
    channel: { $ref: "#/channels/events" },
    messages: [{ $ref: "#/channels/events/messages/surprise" }],
  };
}

function dig(value: JsonObject, ...path: string[]): JsonObject {
  let here = value;
  for (const name of path) {
    const next = here[name];
    assert.ok(isObject(next), `there is no ${name}`);
    here = next;
  }
  return here;
}
