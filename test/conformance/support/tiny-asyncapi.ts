import type { JsonObject } from "../../../conformance/json.ts";

const object = (properties: JsonObject): JsonObject => ({
  type: "object",
  properties,
  required: Object.keys(properties),
  additionalProperties: false,
});

const constant = (value: string): JsonObject => ({ type: "string", const: value });

const requestId = { type: ["string", "null"] };

const status = (name: string, properties: JsonObject): JsonObject =>
  object({ type: constant("status"), status: constant(name), ...properties });

const payloads: Record<string, JsonObject> = {
  action: object({
    type: constant("action"),
    action: object({ id: { type: "integer" }, action: { type: "string" }, args: { type: "object" } }),
  }),
  observation: object({
    type: constant("observation"),
    observation: object({ id: { type: "integer" }, observation: { type: "string" }, content: { type: "string" } }),
  }),
  ack: status("ack", { request_id: requestId, event_id: { type: "integer" } }),
  error: status("error", { request_id: requestId, code: { type: "string" }, message: { type: "string" } }),
  replay_complete: status("replay_complete", { latest_event_id: { type: "integer" } }),
  info: status("info", { message: { type: "string" } }),
  deprecated: status("deprecated", { request_id: requestId, replacement: { type: "string" } }),
};

const sent = (type: string): JsonObject => ({
  type: "object",
  properties: { type: constant(type), data: { $ref: "#/components/schemas/Action" }, request_id: { type: "string" } },
  required: ["type", "data"],
});

const action = { action: "message", args: { content: "Hello." } };

const asked: Record<string, { payload: JsonObject; example: JsonObject; replies: string[]; tied: boolean }> = {
  user_action: {
    payload: sent("oh_user_action"),
    example: { type: "oh_user_action", data: action, request_id: "c-1" },
    replies: ["ack", "error"],
    tied: true,
  },
  legacy_action: {
    payload: sent("oh_action"),
    example: { type: "oh_action", data: action, request_id: "c-2" },
    replies: ["deprecated", "ack", "error"],
    tied: true,
  },
  shorthand: {
    payload: object({ message: { type: "string", minLength: 1 } }),
    example: { message: "Hello." },
    replies: ["ack", "error"],
    tied: false,
  },
};

const correlationId = { location: "$message.payload#/request_id" };

const errors = ["malformed_json", "validation_failed", "unsupported_media_type", "conversation_not_running"];

const message = (name: string): JsonObject => ({ $ref: `#/channels/events/messages/${name}` });

const closes = [1001, 1009, 4400, 4401, 4403, 4404];

/** The socket of the tiny API: the messages of the real one with as little in them as can be. */
export function tinyAsyncApi(): JsonObject {
  const channel = { $ref: "#/channels/events" };
  return structuredClone({
    asyncapi: "3.0.0",
    info: { title: "Tiny", version: "1" },
    servers: {
      local: {
        host: "127.0.0.1",
        protocol: "ws",
        security: ["bearer", "sessionApiKeyQuery", "sessionCookie"].map((name) => ({
          $ref: `#/components/securitySchemes/${name}`,
        })),
      },
    },
    channels: {
      events: {
        address: "/sockets/events/{conversation_id}",
        servers: [{ $ref: "#/servers/local" }],
        parameters: { conversation_id: {} },
        messages: {
          ...Object.fromEntries(Object.entries(payloads).map(([name, payload]) => [name, { payload, correlationId }])),
          ...Object.fromEntries(
            Object.entries(asked).map(([name, { payload, example, tied }]) => [
              name,
              { payload, examples: [{ payload: example }], "x-errors": errors, ...(tied && { correlationId }) },
            ]),
          ),
        },
        bindings: {
          ws: {
            query: {
              type: "object",
              properties: {
                latest_event_id: { type: "integer", minimum: -1 },
                types: { type: "array", items: { type: "string" } },
              },
            },
          },
        },
        "x-max-frame-bytes": 2000,
        "x-close-codes": closes.map((code) => ({ code, summary: `Close ${code}` })),
      },
    },
    operations: {
      ...Object.fromEntries(
        Object.keys(payloads).map((name) => [`send_${name}`, { action: "send", channel, messages: [message(name)] }]),
      ),
      ...Object.fromEntries(
        Object.entries(asked).map(([name, { replies }]) => [
          `receive_${name}`,
          { action: "receive", channel, messages: [message(name)], reply: { channel, messages: replies.map(message) } },
        ]),
      ),
    },
    components: {
      schemas: { Action: object({ action: { type: "string" }, args: { type: "object" } }) },
      securitySchemes: {
        bearer: { type: "http", scheme: "bearer" },
        sessionApiKeyQuery: { type: "httpApiKey", in: "query", name: "session_api_key" },
        sessionCookie: { type: "httpApiKey", in: "cookie", name: "session" },
      },
    },
  }) as JsonObject; // plain data throughout
}
