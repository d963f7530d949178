import { createServer } from "node:http";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { Ajv2020 } from "ajv/dist/2020.js";
import { parseJson } from "../../../conformance/json.ts";
import type { Json, JsonObject } from "../../../conformance/json.ts";

/** What has been asked of the server. */
export interface Asked {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly type: string;
  readonly body: Json | undefined;
  /** Whether everything in it fits the document. */
  readonly fits: boolean;
}

export interface Answered {
  readonly status: number;
  readonly body: Json;
}

/** Another answer than the promised one; undefined leaves that as it is. */
export type Flaw = (asked: Asked, promised: Answered) => Answered | undefined;

/** A server that holds every part of a request against its document. */
export interface StrictServer extends AsyncDisposable {
  readonly url: string;
  readonly asked: readonly Asked[];
  /** The things that are there. */
  readonly things: ReadonlyMap<string, Json>;
}

const thing: JsonObject = {
  type: "object",
  properties: {
    name: { type: "string", minLength: 2, maxLength: 8 },
    kind: { type: "string", enum: ["red", "blue"] },
    count: { anyOf: [{ type: "integer", minimum: 1, maximum: 9 }, { type: "null" }] },
    command: { type: "string", examples: ["true"] },
    parts: { type: "array", maxItems: 2, items: { $ref: "#/components/schemas/Part" } },
  },
  required: ["name", "kind"],
  additionalProperties: false,
  examples: [{ name: "first", kind: "red" }],
};

const part: JsonObject = {
  type: "object",
  properties: {
    size: { type: "number", exclusiveMinimum: 0 },
    parts: { type: "array", items: { $ref: "#/components/schemas/Part" } },
  },
  required: ["size"],
};

const limit: JsonObject = { type: "integer", minimum: 1, maximum: 5 };

const errorBody: JsonObject = {
  type: "object",
  properties: {
    code: { enum: ["validation_failed", "unsupported_media_type", "thing_not_found"] },
    details: { type: "array" },
  },
  required: ["code"],
};

const answer = (schema: JsonObject): JsonObject => ({
  description: "An answer.",
  content: { "application/json": { schema } },
});
const failure = (code: string): JsonObject =>
  answer({ ...errorBody, properties: { code: { const: code }, details: { type: "array" } } });

/** The document of the server: things are made, listed and removed. */
export const strictOpenApi: JsonObject = {
  openapi: "3.1.0",
  info: { title: "Things", version: "1" },
  paths: {
    "/things": {
      post: {
        operationId: "things.create",
        requestBody: {
          required: true,
          content: { "application/json": { schema: { $ref: "#/components/schemas/Thing" } } },
        },
        responses: {
          200: {
            ...answer({ type: "object", properties: { id: { type: "string" } }, required: ["id"] }),
            links: {
              remove: { operationId: "things.remove", parameters: { "path.id": "$response.body#/id" } },
            },
          },
          400: failure("validation_failed"),
          415: failure("unsupported_media_type"),
        },
      },
      get: {
        operationId: "things.list",
        parameters: [{ name: "limit", in: "query", schema: limit }],
        responses: {
          200: answer({ type: "array", items: { $ref: "#/components/schemas/Thing" } }),
          400: failure("validation_failed"),
        },
      },
    },
    "/things/{id}": {
      delete: {
        operationId: "things.remove",
        parameters: [{ name: "id", in: "path", required: true, schema: { type: "string", pattern: "^[0-9]{1,6}$" } }],
        responses: { 200: answer({ const: true }), 400: failure("validation_failed"), 404: failure("thing_not_found") },
      },
    },
  },
  components: { schemas: { Thing: thing, Part: part } },
};

const strictAsyncApi: JsonObject = {
  asyncapi: "3.0.0",
  info: { title: "None", version: "1" },
  channels: {},
  operations: {},
};

/** Starts the server; it is as good as its flaw lets it be. */
export async function startStrictServer(flaw: Flaw = () => undefined): Promise<StrictServer> {
  const ajv = new Ajv2020({ strict: false, allErrors: true });
  ajv.addSchema(strictOpenApi, "openapi", undefined, false);
  const fitsThing = ajv.compile({ $ref: "openapi#/components/schemas/Thing" });
  const things = new Map<string, Json>();
  const asked: Asked[] = [];
  let made = 0;

  function promised({ method, path, query, type, body, fits }: Asked): Answered {
    if (path === "/things" && method === "POST") {
      if (type.split(";")[0] !== "application/json") return refusal(415, "unsupported_media_type");
      if (!fits) return refusal(400, "validation_failed", body === undefined ? [""] : misfits());
      made += 1;
      things.set(String(made), body ?? null);
      return { status: 200, body: { id: String(made) } };
    }
    if (path === "/things") {
      if (!fits) return refusal(400, "validation_failed", ["limit"]);
      return { status: 200, body: [...things.values()].slice(0, Number(query.get("limit") ?? 5)) };
    }
    if (!fits) return refusal(400, "validation_failed", ["id"]);
    return things.delete(path.slice("/things/".length)) ? { status: 200, body: true } : refusal(404, "thing_not_found");
  }

  /** The names of what ajv had against the last thing. */
  function misfits(): string[] {
    return (fitsThing.errors ?? []).map(({ instancePath, params }) => {
      const { missingProperty, additionalProperty } = params as Record<string, unknown>; // by keyword
      const named = missingProperty ?? additionalProperty;
      return [...instancePath.split("/").slice(1), ...(typeof named === "string" ? [named] : [])].join(".");
    });
  }

  function fitsAll(method: string, path: string, query: URLSearchParams, body: Json | undefined): boolean {
    if (method === "POST") return body !== undefined && fitsThing(body);
    if (method === "DELETE") return /^\/things\/[0-9]{1,6}$/.test(path);
    return !query.has("limit") || /^[1-5]$/.test(query.get("limit") ?? "");
  }

  async function respond(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    const { pathname, searchParams: query } = new URL(incoming.url ?? "/", "http://strict.invalid");
    const document = { "/openapi.yaml": strictOpenApi, "/asyncapi.yaml": strictAsyncApi }[pathname];
    if (document) return void outgoing.end(JSON.stringify(document)); // JSON is YAML
    const method = incoming.method ?? "GET";
    const [path, body] = [decodeURIComponent(pathname), parseJson(await text(incoming))];
    const type = incoming.headers["content-type"] ?? "application/json";
    const request = { method, path, query, type, body, fits: fitsAll(method, path, query, body) };
    asked.push(request);
    const honest = promised(request);
    const given = flaw(request, honest) ?? honest;
    outgoing.writeHead(given.status, { "Content-Type": "application/json" });
    outgoing.end(method === "HEAD" ? undefined : JSON.stringify(given.body));
  }

  const server = createServer((incoming, outgoing) => void respond(incoming, outgoing));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo; // it listens on a port
  return {
    url: `http://127.0.0.1:${port}`,
    asked,
    things,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** A refusal; `paths` are the parts that do not fit. */
export function refusal(status: number, code: string, paths: readonly string[] = []): Answered {
  const place = paths.includes("limit") ? "query" : paths.includes("id") ? "path" : "body";
  const details = paths.map((path) => ({ in: place, path, message: "does not fit" }));
  return { status, body: { code, ...(details.length > 0 && { details }) } };
}
