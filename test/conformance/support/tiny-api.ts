import { randomBytes } from "node:crypto";
import type { IncomingHttpHeaders } from "node:http";
import { isObject, parseJson } from "../../../conformance/json.ts";
import type { Json, JsonObject } from "../../../conformance/json.ts";
import { textOf } from "./event.ts";
import { disposition } from "./tiny-openapi.ts";

export interface TinyRequest {
  readonly method: string;
  readonly path: string;
  /** What stands in the query. */
  readonly query: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
}

export interface TinyAnswer {
  readonly status: number;
  readonly headers: Record<string, string>;
  readonly body: Json;
}

export interface TinyConversation {
  readonly id: string;
  title: string;
  status: "RUNNING" | "STOPPED";
  /** The contents of its files, by name. */
  readonly files: Map<string, string>;
  /** The frames of the log; the id of an event is its index. */
  readonly log: JsonObject[];
  /** Told of each frame that is added, of news, and of the end (`gone`). */
  readonly listeners: Set<(frame: JsonObject | "gone") => void>;
}

export interface TinyApi {
  readonly conversations: Map<string, TinyConversation>;
  readonly settings: { llm_model: Json };
  /** How often a 429 is given before a conversation is created. */
  limited: number;
  handle(request: TinyRequest): TinyAnswer;
  /** Who asks: by key, by cookie, or not to be trusted. */
  identify(headers: IncomingHttpHeaders, queryKey: string | null): "key" | "cookie" | "invalid" | "nobody";
}

/** An error that is answered. */
class Refusal extends Error {
  readonly status: number;
  readonly code: string;
  constructor(status: number, code: string) {
    super(code);
    this.status = status;
    this.code = code;
  }
}

/** Whether a cookie may be used from there: from its own pages alone. */
export function permitted(origin: string | undefined): boolean {
  return origin?.startsWith("http://127.0.0.1") ?? false;
}

/** Adds an action and what came of it. */
export function append(conversation: TinyConversation, action: JsonObject): number {
  const id = conversation.log.length;
  const frames: JsonObject[] = [
    { type: "action", action: { id, action: action["action"] ?? "", args: action["args"] ?? {} } },
    { type: "observation", observation: { id: id + 1, observation: action["action"] ?? "", content: "done" } },
  ];
  conversation.log.push(...frames);
  for (const frame of frames) for (const listener of conversation.listeners) listener(frame);
  return id;
}

const deprecation = {
  Deprecation: `@${Date.UTC(2025, 0, 1) / 1000}`,
  Sunset: "Mon, 30 Jun 2025 00:00:00 GMT",
  Link: '</api/conversations>; rel="successor-version"',
};

const routes: readonly { path: RegExp; methods: Readonly<Record<string, string>> }[] = [
  { path: /^\/api\/login$/, methods: { POST: "login" } },
  { path: /^\/api\/conversations$/, methods: { POST: "create", GET: "list" } },
  { path: /^\/api\/conversations\/([^/]+)$/, methods: { GET: "get", PATCH: "rename", DELETE: "remove" } },
  { path: /^\/api\/conversations\/([^/]+)\/stop$/, methods: { POST: "stop" } },
  { path: /^\/api\/conversations\/([^/]+)\/events$/, methods: { POST: "add" } },
  { path: /^\/api\/conversations\/([^/]+)\/files$/, methods: { POST: "upload" } },
  { path: /^\/api\/conversations\/([^/]+)\/zip$/, methods: { GET: "zip" } },
  { path: /^\/api\/conversations\/([^/]+)\/file$/, methods: { GET: "select" } },
  { path: /^\/api\/settings$/, methods: { GET: "settings", POST: "merge" } },
  { path: /^\/api\/reset-settings$/, methods: { POST: "reset" } },
  { path: /^\/api\/v1\/users\/me$/, methods: { GET: "me" } },
];

export function createTinyApi(key: string, v1: boolean): TinyApi {
  const conversations = new Map<string, TinyConversation>();
  const settings: { llm_model: Json } = { llm_model: "their/own" };
  const cookie = `session=${randomBytes(8).toString("hex")}`;

  function identify(headers: IncomingHttpHeaders, queryKey: string | null): ReturnType<TinyApi["identify"]> {
    if (headers.cookie !== undefined) return headers.cookie === cookie ? "cookie" : "invalid";
    const given = queryKey ?? headers.authorization?.replace(/^Bearer /, "");
    if (given === undefined) return "nobody";
    return given === key ? "key" : "invalid";
  }

  function authorize(request: TinyRequest): void {
    const who = identify(request.headers, null);
    if (who === "nobody") throw new Refusal(401, "unauthenticated");
    if (who === "invalid") throw new Refusal(401, "invalid_credentials");
    if (who === "cookie" && request.method !== "GET" && !permitted(request.headers.origin))
      throw new Refusal(403, "origin_forbidden");
  }

  function bodyOf(request: TinyRequest, ...names: string[]): JsonObject {
    if (request.headers["content-type"] !== "application/json") throw new Refusal(415, "unsupported_media_type");
    if (request.text.length > 4 * 1024 * 1024) throw new Refusal(413, "payload_too_large");
    const body = parseJson(request.text);
    if (body === undefined) throw new Refusal(400, "malformed_json");
    if (!isObject(body) || names.some((name) => typeof body[name] !== "string"))
      throw new Refusal(400, "validation_failed");
    return body;
  }

  /** The files of a form; what is not a file is passed over. */
  function formOf(request: TinyRequest): [name: string, content: string][] {
    const boundary = /^multipart\/form-data; boundary=(.+)$/.exec(request.headers["content-type"] ?? "")?.[1];
    if (boundary === undefined) throw new Refusal(415, "unsupported_media_type");
    if (request.text.length > 100 * 1024 * 1024) throw new Refusal(413, "payload_too_large");
    if (!request.text.endsWith(`\r\n--${boundary}--\r\n`)) throw new Refusal(400, "malformed_form");
    const parts = request.text.split(`--${boundary}`).slice(1, -1);
    const files = parts.flatMap((part) => {
      const [, name, content] = /name="files"; filename="([^"]*)"[^]*?\r\n\r\n([^]*)\r\n$/.exec(part) ?? [];
      return name === undefined ? [] : [[name, content ?? ""] as [string, string]];
    });
    if (files.length === 0) throw new Refusal(400, "validation_failed");
    return files;
  }

  function textOfFile(files: ReadonlyMap<string, string>, name: string): string {
    if (name.startsWith("..")) throw new Refusal(400, "path_outside_workspace");
    const content = files.get(name);
    if (content === undefined) {
      const names = [...files.keys()];
      if (names.some((other) => other.startsWith(`${name}/`))) throw new Refusal(400, "not_a_file");
      if (names.some((other) => name.startsWith(`${other}/`))) throw new Refusal(400, "not_a_directory");
      throw new Refusal(404, "file_not_found");
    }
    if (content.length > 1024 * 1024) throw new Refusal(413, "file_too_large");
    if (content.includes("\0")) throw new Refusal(415, "binary_file");
    return content;
  }

  function conversation(id: string): TinyConversation {
    if (!/^[0-9a-f]{32}$/.test(id)) throw new Refusal(400, "validation_failed");
    const found = conversations.get(id);
    if (!found) throw new Refusal(404, "conversation_not_found");
    return found;
  }

  const view = ({ id, title, status }: TinyConversation): JsonObject => ({ conversation_id: id, title, status });
  const ok = (body: Json = { success: true }, headers: Record<string, string> = {}): TinyAnswer => ({
    status: 200,
    headers,
    body,
  });

  const handlers: Record<string, (request: TinyRequest, id: string) => TinyAnswer> = {
    login(request) {
      if (bodyOf(request, "api_key")["api_key"] !== key) throw new Refusal(401, "invalid_credentials");
      return ok({ success: true }, { "Set-Cookie": `${cookie}; HttpOnly` });
    },
    create(request) {
      const title = textOf(bodyOf(request, "title")["title"]);
      if (api.limited > 0) {
        api.limited -= 1;
        throw new Refusal(429, "rate_limited");
      }
      const made: TinyConversation = {
        id: randomBytes(16).toString("hex"),
        title,
        status: "RUNNING",
        files: new Map(),
        log: [],
        listeners: new Set(),
      };
      conversations.set(made.id, made);
      return ok(view(made));
    },
    list: () => ok([...conversations.values()].map(view), { ...deprecation, Sunset: "Tue, 30 Jun 2099 00:00:00 GMT" }),
    get: (_, id) => ok(view(conversation(id))),
    rename(request, id) {
      const found = conversation(id);
      found.title = textOf(bodyOf(request, "title")["title"]);
      for (const listener of found.listeners) listener({ type: "status", status: "info", message: "A new title." });
      return ok();
    },
    remove(_, id) {
      for (const listener of conversation(id).listeners) listener("gone");
      conversations.delete(id);
      return ok();
    },
    stop(_, id) {
      conversation(id).status = "STOPPED";
      return ok();
    },
    add(request, id) {
      if (conversation(id).status !== "RUNNING") throw new Refusal(409, "conversation_not_running");
      return ok({ event_id: append(conversation(id), bodyOf(request, "action")) });
    },
    upload(request, id) {
      const files = formOf(request);
      for (const [name, content] of files) conversation(id).files.set(name, content);
      return ok({ uploaded_files: files.map(([name]) => name) });
    },
    zip(_, id) {
      conversation(id);
      return {
        status: 200,
        headers: { "Content-Type": "application/zip", "Content-Disposition": disposition },
        body: "PK\u{5}\u{6}",
      };
    },
    select: (request, id) => ok({ code: textOfFile(conversation(id).files, request.query.get("file") ?? "") }),
    settings: () => ok(settings),
    merge(request) {
      settings.llm_model = bodyOf(request)["llm_model"] ?? null;
      return ok();
    },
    reset() {
      throw new Refusal(410, "operation_removed");
    },
    me: () => ok({ id: "me" }),
  };

  function dispatch(request: TinyRequest): TinyAnswer {
    const route = routes.find(({ path }) => path.test(request.path));
    if (!route || (!v1 && request.path.startsWith("/api/v1/"))) throw new Refusal(404, "route_not_found");
    const name = route.methods[request.method];
    if (name === undefined) {
      const refusal = refuse(new Refusal(405, "method_not_allowed"), request);
      return { ...refusal, headers: { ...refusal.headers, Allow: Object.keys(route.methods).join(", ") } };
    }
    if (name !== "reset" && !/^[!-~]{0,128}$/.test(String(request.headers["x-request-id"] ?? "")))
      throw new Refusal(400, "validation_failed");
    if (!["login", "reset"].includes(name)) authorize(request);
    const handler = handlers[name];
    if (!handler) throw new Error(`The route table names ${name}, which is no handler.`);
    return handler(request, route.path.exec(request.path)?.[1] ?? "");
  }

  function refuse({ status, code }: Refusal, request: TinyRequest): TinyAnswer {
    const headers: Record<string, string> = status === 410 ? deprecation : {};
    return {
      status,
      headers: {
        ...headers,
        ...(status === 401 && { "WWW-Authenticate": "Bearer" }),
        ...(status === 429 && { "Retry-After": "0" }),
      },
      body: { success: false, error: "No.", code, request_id: requestIdOf(request) },
    };
  }

  const api: TinyApi = {
    conversations,
    settings,
    limited: 0,
    identify,
    handle(request) {
      let answer: TinyAnswer;
      try {
        answer = dispatch(request);
      } catch (error) {
        if (!(error instanceof Refusal)) throw error;
        answer = refuse(error, request);
      }
      const headers = { "Content-Type": "application/json", "X-Request-ID": requestIdOf(request), ...answer.headers };
      return { ...answer, headers };
    },
  };
  return api;
}

/** The id that was sent, or one of the server's own where it is no good. */
function requestIdOf({ headers }: TinyRequest): string {
  const sent = String(headers["x-request-id"] ?? "");
  return /^[!-~]{1,128}$/.test(sent) ? sent : "made-up";
}
