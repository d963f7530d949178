import { isObject, textOf } from "../../../conformance/json.ts";
import type { JsonObject } from "../../../conformance/json.ts";
import { answers, body, fault, fields, header, instead, jsonAnswer, jsonIn, requests } from "./fault.ts";
import { omitted, status, unasked, withBody, withHeaders, without } from "./fault.ts";
import type { Answer, Fault } from "./fault.ts";

const conversation = "/api/conversations/*";
const log = "/api/conversations/*/events";
const envelope = "application/vnd.openhands.envelope+json";

/** Answers whose body, status or type is not what the document says. */
const shapes: Fault[] = [
  fault("a required field is missing", "settings.get", answers("GET /api/settings 200", without("llm_model"))),
  fault(
    "a field that the document does not know",
    "settings.get",
    answers("GET /api/settings 200", fields({ internal_id: 7 })),
  ),
  fault("a number instead of a text", "settings.get", answers("GET /api/settings 200", fields({ language: 5 }))),
  fault(
    "a text instead of a number",
    "settings.get",
    answers("GET /api/settings 200", fields({ max_iterations: "30" })),
  ),
  fault(
    "a text instead of a boolean",
    "settings.get",
    answers("GET /api/settings 200", fields({ llm_api_key_set: "no" })),
  ),
  fault(
    "null where null is not allowed",
    "settings.get",
    answers("GET /api/settings 200", fields({ llm_api_key_set: null })),
  ),
  fault(
    "a value outside its enum",
    "conversations.get",
    answers(`GET ${conversation} 200`, fields({ status: "SLEEPING" })),
  ),
  fault(
    "a time that is no time",
    "conversations.get",
    answers(`GET ${conversation} 200`, fields({ created_at: "yesterday" })),
  ),
  fault(
    "a time in a zone of its own",
    "conversations.get",
    answers(`GET ${conversation} 200`, fields({ created_at: "2026-11-22T10:15:30+02:00" })),
  ),
  fault(
    "an id of another form",
    "conversations.get",
    answers(`GET ${conversation} 200`, fields({ conversation_id: "5f0c2b7e-9d1a-4c3e-8b6f-7a2d1c0e9f84" })),
  ),
  fault("a list that is null", "conversations.list", answers("GET /api/conversations 200", fields({ results: null }))),
  fault(
    "a cursor that is a number",
    "conversations.list",
    answers("GET /api/conversations 200", fields({ next_page_id: 20 })),
  ),
  fault(
    "an object where the document promises an array",
    "options.models",
    answers("GET /api/options/models 200", (answer) => withBody(answer, { models: jsonIn(answer) ?? [] })),
  ),
  fault(
    "an array of objects instead of texts",
    "options.models",
    answers("GET /api/options/models 200", (answer) => withBody(answer, [{ name: "test/echo" }])),
  ),
  fault(
    "files in an object",
    "files.list",
    answers("GET /api/conversations/*/list-files 200", (answer) => withBody(answer, { files: jsonIn(answer) ?? [] })),
  ),
  fault(
    "a constant that is another one",
    "conversations.rename",
    answers(`PATCH ${conversation} 200`, fields({ success: false })),
  ),
  fault(
    "events as texts",
    "events.search",
    answers(
      `GET ${log} 200`,
      body((page) => ({ ...page, events: listIn(page, "events").map((event) => JSON.stringify(event)) })),
    ),
  ),
  fault(
    "an event of an unknown type",
    "events.search",
    answers(
      `GET ${log} 200`,
      body((page) => ({
        ...page,
        events: listIn(page, "events").map((event) => ("action" in event ? { ...event, action: "ponder" } : event)),
      })),
    ),
  ),
  fault(
    "an event without a field of its arguments",
    "events.search",
    answers(
      `GET ${log} 200`,
      body((page) => ({
        ...page,
        events: listIn(page, "events").map((event) => ("args" in event ? { ...event, args: {} } : event)),
      })),
    ),
  ),
  fault(
    "an event id that is a text",
    "events.search",
    answers(
      `GET ${log} 200`,
      body((page) => ({
        ...page,
        events: listIn(page, "events").map((event) => ({ ...event, id: textOf(event["id"] ?? "") })),
      })),
    ),
  ),
  fault(
    "a page that does not say whether there is more",
    "events.search",
    answers(`GET ${log} 200`, without("has_more")),
  ),
  fault(
    "a file whose text is null",
    "files.select",
    answers("GET /api/conversations/*/select-file 200", fields({ code: null })),
  ),
  fault(
    "a trajectory that is no list",
    "trajectory.get",
    answers("GET /api/conversations/*/trajectory 200", fields({ trajectory: { events: [] } })),
  ),
  fault("an undocumented success", "conversations.create", answers("POST /api/conversations 200", status(201))),
  fault("an undocumented 202", "events.message", answers("POST /api/conversations/*/message 200", status(202))),
  fault(
    "204 and nothing else",
    "settings.merge",
    answers("POST /api/settings 200", (answer) => ({ ...answer, status: 204, body: Buffer.alloc(0) })),
  ),
  fault(
    "a success with an empty body",
    "apiKeys.list",
    answers("GET /api/keys 200", (answer) => ({ ...answer, body: Buffer.alloc(0) })),
  ),
  fault(
    "JSON that breaks off",
    "apiKeys.list",
    answers("GET /api/keys 200", (answer) => ({ ...answer, body: answer.body.subarray(0, -1) })),
  ),
  fault(
    "something after the JSON",
    "secrets.list",
    answers("GET /api/secrets 200", (answer) => ({
      ...answer,
      body: Buffer.concat([answer.body, Buffer.from("\n<!-- 12 ms -->")]),
    })),
  ),
  fault(
    "JSON that is called a page",
    "secrets.list",
    answers("GET /api/secrets 200", header("content-type", "text/html; charset=utf-8")),
  ),
  fault(
    "an answer without a content type",
    "secrets.list",
    answers("GET /api/secrets 200", header("content-type", undefined)),
  ),
  fault(
    "a zip of another type",
    "files.zip",
    answers("GET /api/conversations/*/zip-directory 200", header("content-type", "application/octet-stream")),
  ),
  fault(
    "a zip without a byte",
    "files.zip",
    answers("GET /api/conversations/*/zip-directory 200", (answer) => ({ ...answer, body: Buffer.alloc(0) })),
  ),
  fault(
    "a created conversation without its id",
    "conversations.create",
    answers("POST /api/conversations 200", without("conversation_id")),
  ),
  fault(
    "a change that git does not know",
    "git.changes",
    answers("GET /api/conversations/*/git/changes 200", (answer) =>
      withBody(answer, [{ path: "README.md", status: "X" }]),
    ),
  ),
  fault(
    "a diff that is a number",
    "git.diff",
    answers("GET /api/conversations/*/git/diff 200", fields({ original: 1 })),
  ),
  fault(
    "readiness in words of its own",
    "health.readiness",
    answers("GET /api/readiness 200", (answer) => withBody(answer, "fine")),
  ),
  fault("a negative uptime", "health.serverInfo", answers("GET /server_info 200", fields({ uptime: -1 }))),
];

/** Answers to what is wrong with a request. */
const refusals: Fault[] = [
  fault(
    "422 for what does not fit",
    "conversations.create events.search secrets.create",
    answers("* /api/** 400", status(422)),
  ),
  fault("500 for what does not fit", "secrets.create", answers("POST /api/secrets 400", status(500))),
  fault(
    "500 for broken JSON",
    "settings.merge",
    requests("POST /api/settings", (asked) => (isJson(asked.body) ? undefined : jsonAnswer(500, internalError))),
  ),
  fault(
    "a bad body is taken",
    "secrets.create",
    answers("POST /api/secrets 400", (answer) =>
      withBody({ ...answer, status: 200 }, { success: true, message: "Stored." }),
    ),
  ),
  fault(
    "a field that must be there may be missing",
    "events.message",
    answers("POST /api/conversations/*/message 400", (answer) =>
      withBody({ ...answer, status: 200 }, { success: true, event_id: 0 }),
    ),
  ),
  fault(
    "a bad parameter is taken",
    "events.search",
    answers(`GET ${log} 400`, (answer) => withBody({ ...answer, status: 200 }, { events: [], has_more: false })),
  ),
  fault(
    "a bad limit is taken",
    "conversations.list",
    answers("GET /api/conversations 400", (answer) =>
      withBody({ ...answer, status: 200 }, { results: [], next_page_id: null }),
    ),
  ),
  fault(
    "a bad path parameter is a server error",
    "conversations.get",
    answers(`GET ${conversation} 400`, (answer) => withBody({ ...answer, status: 500 }, internalError)),
  ),
  fault(
    "a refusal that does not say which part",
    "settings.merge",
    answers("POST /api/settings 400", without("details")),
  ),
  fault(
    "a refusal that names another part",
    "settings.merge",
    answers(
      "POST /api/settings 400",
      body((error) => ({
        ...error,
        ...("details" in error && { details: [{ in: "query", path: "elsewhere", message: "is wrong" }] }),
      })),
    ),
  ),
  fault(
    "an error that is an object",
    "conversations.get",
    answers(`GET ${conversation} 404`, fields({ error: { message: "not found" } })),
  ),
  fault(
    "an error that is called a success",
    "conversations.get",
    answers(`GET ${conversation} 404`, fields({ success: true })),
  ),
  fault("an error without a code", "conversations.get", answers(`GET ${conversation} 404`, without("code"))),
  fault(
    "the code of another operation's error",
    "conversations.get",
    answers(`GET ${conversation} 404`, fields({ code: "settings_not_found" })),
  ),
  fault(
    "the code of another status",
    "files.select",
    answers("GET /api/conversations/*/select-file 404", fields({ code: "validation_failed" })),
  ),
  fault(
    "an error as a page",
    "conversations.get",
    answers(`GET ${conversation} 404`, (answer) => ({
      ...header("content-type", "text/html")(answer),
      body: Buffer.from("<h1>Not Found</h1>"),
    })),
  ),
  fault(
    "an error without a body",
    "events.search",
    answers(`GET ${log} 404`, (answer) => ({ ...answer, body: Buffer.alloc(0) })),
  ),
  fault(
    "200 null for what is absent",
    "conversations.get",
    answers(`GET ${conversation} 404`, (answer) => withBody({ ...answer, status: 200 }, null)),
  ),
  fault(
    "an absent thing is deleted with success",
    "secrets.delete",
    answers("DELETE /api/secrets/* 404", (answer) =>
      withBody({ ...answer, status: 200 }, { success: true, message: "Deleted." }),
    ),
  ),
  fault("404 for a method that a path does not have", "405", answers("* /api/** 405", status(404))),
  fault("405 without Allow", "405", answers("* /api/** 405", header("allow", undefined))),
  fault("an Allow that leaves a method out", "405", answers("* /api/settings 405", header("allow", "GET"))),
  fault("an Allow with a method too many", "405", answers("* /api/keys 405", header("allow", "GET, POST, PUT"))),
  fault(
    "an undocumented method works",
    "405",
    answers("PUT /api/settings 405", (answer) => withBody({ ...answer, status: 200 }, { success: true })),
  ),
  fault(
    "a page for an unknown path",
    "404",
    answers("GET /** 404", (answer) =>
      isRouteNotFound(answer)
        ? { ...header("content-type", "text/html")(answer), status: 200, body: Buffer.from("<!doctype html>") }
        : answer,
    ),
  ),
  fault(
    "an unknown path is an error of the server",
    "404",
    answers("GET /** 404", (answer) =>
      isRouteNotFound(answer) ? withBody({ ...answer, status: 500 }, internalError) : answer,
    ),
  ),
  fault(
    "any media type is taken",
    "secrets.create",
    requests("POST /api/secrets", (asked) => withHeaders(asked, { "content-type": "application/json" })),
  ),
  fault(
    "415 for JSON with a charset",
    "settings.merge",
    requests("POST /api/settings", (asked) =>
      String(asked.headers["content-type"]).includes("charset")
        ? withHeaders(asked, { "content-type": "text/plain" })
        : undefined,
    ),
  ),
  fault(
    "no limit of size",
    "settings.merge",
    answers("POST /api/settings 413", (answer) =>
      withBody({ ...answer, status: 200 }, { success: true, message: "The settings have been stored." }),
    ),
  ),
  fault(
    "400 beyond the limit of size",
    "events.message",
    answers("POST /api/conversations/*/message 413", status(400)),
  ),
  fault(
    "a form that breaks off is taken",
    "files.upload",
    answers("POST /api/conversations/*/upload-files 400", (answer) =>
      withBody({ ...answer, status: 200 }, { files: [], skipped_files: [], uploaded_files: [] }),
    ),
  ),
  fault(
    "a binary file is shown",
    "files.select",
    answers("GET /api/conversations/*/select-file 415", (answer) =>
      withBody({ ...answer, status: 200 }, { code: "\u0000" }),
    ),
  ),
];

/** Requests that the document allows, and the server does not. */
const tooStrict: Fault[] = [
  fault(
    "letters beyond ASCII are refused",
    "secrets.create",
    requests("POST /api/secrets", (asked) => (asked.body.some((byte) => byte > 127) ? refused() : undefined)),
  ),
  fault(
    "a long text is refused",
    "conversations.create",
    requests("POST /api/conversations", (asked) => (asked.body.length > 300 ? refused() : undefined)),
  ),
  fault(
    "the highest limit is refused",
    "events.search",
    requests(`GET ${log}`, ({ url }) => (/[?&]limit=100\b/.test(url) ? refused() : undefined)),
  ),
  fault(
    "the lowest value of a setting is refused",
    "settings.merge",
    requests("POST /api/settings", (asked) =>
      /"condenser_max_size":20\b/.test(asked.body.toString()) ? refused() : undefined,
    ),
  ),
  fault(
    "null is refused",
    "settings.merge",
    requests("POST /api/settings", (asked) => (/:null/.test(asked.body.toString()) ? refused() : undefined)),
  ),
  fault(
    "an action type is not known",
    "events.add",
    requests(`POST ${log}`, (asked) => (/"action":"think"/.test(asked.body.toString()) ? refused() : undefined)),
  ),
  fault(
    "an optional parameter is asked for",
    "events.search",
    requests(`GET ${log}`, ({ url }) => (url.includes("start_id") ? undefined : refused())),
  ),
  fault(
    "the time is over for every longer request",
    "events.message",
    requests("POST /api/conversations/*/message", (asked) =>
      asked.body.length > 100 ? jsonAnswer(500, internalError) : undefined,
    ),
  ),
];

/** Parameters that are taken and not followed. */
const ignored: Fault[] = [
  fault("limit is ignored", "events.search", requests(`GET ${log}`, unasked("limit"))),
  fault(
    "a page holds one more than the limit",
    "conversations.list",
    requests("GET /api/conversations", (asked) => raised(asked.url, "limit", (url) => ({ ...asked, url }))),
  ),
  fault("reverse is ignored", "events.search", requests(`GET ${log}`, unasked("reverse"))),
  fault("start_id is ignored", "events.search", requests(`GET ${log}`, unasked("start_id"))),
  fault("the cursor is ignored", "conversations.list", requests("GET /api/conversations", unasked("page_id"))),
  fault(
    "the envelope is not made",
    "settings.get conversations.get",
    requests("* /api/**", (asked) =>
      asked.headers.accept?.includes(envelope) ? withHeaders(asked, { accept: "application/json" }) : undefined,
    ),
  ),
  fault(
    "an envelope for everybody",
    "settings.get",
    requests("GET /api/settings", (asked) => withHeaders(asked, { accept: envelope })),
  ),
  fault(
    "an envelope with other data",
    "conversations.get",
    inEnvelope(`GET ${conversation} 200`, ({ data, ...rest }) => ({
      ...rest,
      data: isObject(data) ? { ...data, title: "Another one" } : (data ?? null),
    })),
  ),
  fault(
    "an envelope that calls a success a failure",
    "settings.get",
    inEnvelope("GET /api/settings 200", (outer) => ({ ...outer, success: false })),
  ),
  fault(
    "an envelope of an error with data",
    "conversations.get",
    inEnvelope(`GET ${conversation} 404`, (outer) => ({ ...outer, data: {} })),
  ),
  fault(
    "an envelope without data",
    "apiKeys.list",
    inEnvelope("GET /api/keys 200", (outer) => omitted(outer, "data")),
  ),
  fault(
    "an envelope under another name",
    "settings.get",
    answers("GET /api/settings 200", (answer) =>
      isEnvelope(answer) ? header("content-type", "application/json")(answer) : answer,
    ),
  ),
];

export const restFaults: readonly Fault[] = [
  ...shapes,
  ...refusals,
  ...tooStrict,
  ...ignored,
  fault(
    "an operation is gone from the server",
    "feedback.ratings",
    instead("GET /feedback/conversation/*/batch", 404, {
      success: false,
      error: "There is no operation.",
      code: "route_not_found",
      request_id: "made-up",
    }),
  ),
  fault(
    "an operation always fails",
    "options.agents",
    instead("GET /api/options/agents", 500, {
      success: false,
      error: "The server failed.",
      code: "internal_error",
      request_id: "made-up",
    }),
  ),
];

const internalError = { success: false, error: "The server failed.", code: "internal_error", request_id: "made-up" };

function refused(): Answer {
  const details = [{ in: "body", path: "", message: "is not liked" }];
  return jsonAnswer(400, {
    success: false,
    error: "Not liked.",
    code: "validation_failed",
    details,
    request_id: "made-up",
  });
}

function listIn(page: JsonObject, name: string): JsonObject[] {
  const list = page[name];
  return Array.isArray(list) ? list.filter(isObject) : [];
}

function isJson(bytes: Buffer): boolean {
  try {
    JSON.parse(bytes.toString());
    return true;
  } catch {
    return false;
  }
}

function isRouteNotFound(answer: Answer): boolean {
  const json = jsonIn(answer);
  return isObject(json) && json["code"] === "route_not_found";
}

function isEnvelope({ headers }: Answer): boolean {
  return String(headers["content-type"]).startsWith(envelope);
}

function inEnvelope(place: string, change: (outer: JsonObject) => JsonObject) {
  return answers(place, (answer) => {
    if (!isEnvelope(answer)) return undefined;
    const outer: unknown = JSON.parse(answer.body.toString());
    return withBody(answer, change(outer as JsonObject)); // an envelope is an object: the real server made it
  });
}

function raised<Result>(url: string, name: string, make: (url: string) => Result): Result | undefined {
  const more = url.replace(new RegExp(`([?&]${name}=)(\\d+)`), (_, before, value) => `${before}${Number(value) + 1}`);
  return more === url ? undefined : make(more);
}
