import type { Json, JsonObject } from "../../../conformance/json.ts";
import type { DocumentRow } from "./pair.ts";

const text: JsonObject = { type: "string" };
const hello = message({ type: "object", properties: { to: text }, required: ["to"] });
const bye = message({ type: "object", properties: { why: text } });

/** AsyncAPI documents by what differs: forth, and back. */
export const asyncApi: readonly DocumentRow[] = [
  // Channels
  ["a channel", {}, { channels: { a: { address: "/a" } } }, ["channel-added safe"], ["channel-removed breaking"]],
  [
    "a channel at another address",
    { channels: { a: { address: "/a" } } },
    { channels: { a: { address: "/b" } } },
    ["channel-added safe", "channel-removed breaking"],
    ["channel-added safe", "channel-removed breaking"],
  ],
  ["a channel by another key", { channels: { a: { address: "/a" } } }, { channels: { b: { address: "/a" } } }, [], []],
  [
    "another channel at the same address",
    speaking("send", { hello }),
    {
      channels: { b: { address: "/a", messages: { bye } }, a: { address: "/a", messages: { hello } } },
      operations: {
        all: { action: "send", channel: { $ref: "#/channels/a" } },
        others: { action: "send", channel: { $ref: "#/channels/b" } },
      },
    },
    ["channel-added safe"],
    ["channel-removed breaking"],
  ],
  [
    "a channel after its sunset",
    { channels: { a: { address: "/a", "x-deprecation": { sunset: "2025-12-31" } } } },
    { channels: {} },
    ["channel-removed risky"],
    ["channel-added safe"],
  ],
  [
    "another name in the address",
    channel({ address: "/a/{id}", parameters: { id: {} } }),
    channel({ address: "/a/{key}", parameters: { key: {} } }),
    ["path-parameter-renamed risky"],
    ["path-parameter-renamed risky"],
  ],
  [
    "values of a part of the address",
    channel({ address: "/a/{id}", parameters: { id: { enum: ["x", "y"] } } }),
    channel({ address: "/a/{id}", parameters: { id: { enum: ["x"] } } }),
    ["enum-value-removed request breaking"],
    ["enum-value-added request safe"],
  ],
  [
    "the schema of a parameter",
    channel({ address: "/a/{id}", parameters: { id: { "x-schema": text } } }),
    channel({ address: "/a/{id}", parameters: { id: { "x-schema": { ...text, minLength: 32 } } } }),
    ["bound-tightened request breaking"],
    ["bound-loosened request safe"],
  ],
  [
    "a query",
    handshake({ query: { type: "object", properties: {} } }),
    handshake({ query: { type: "object", properties: { since: { type: "integer" } } } }),
    ["property-added request safe"],
    ["property-removed request risky"],
  ],
  [
    "a query that must be there",
    handshake({ query: { type: "object", properties: { since: { type: "integer" } } } }),
    handshake({ query: { type: "object", properties: { since: { type: "integer" } }, required: ["since"] } }),
    ["property-became-required request breaking"],
    ["property-became-optional request safe"],
  ],
  [
    "another method of the handshake",
    handshake({ method: "GET" }),
    handshake({ method: "POST" }),
    ["serialization-changed breaking"],
    ["serialization-changed breaking"],
  ],
  [
    "another binding",
    channel({ bindings: { kafka: { topic: "a" } } }),
    channel({ bindings: { kafka: { topic: "b" } } }),
    ["keyword-changed risky"],
    ["keyword-changed risky"],
  ],
  [
    "shorter frames",
    channel({ "x-max-frame-bytes": 2000 }),
    channel({ "x-max-frame-bytes": 1000 }),
    ["bound-tightened request breaking"],
    ["bound-loosened request safe"],
  ],
  [
    "another limit and gate",
    channel({ "x-rate-limit": "user" }),
    channel({ "x-rate-limit": "address", "x-gate": "v1" }),
    ["gate-added risky", "rate-limit-changed risky"],
    ["gate-removed safe", "rate-limit-changed risky"],
  ],

  // Close codes
  [
    "a close code",
    closing({ code: 4401, reconnect: false }),
    closing({ code: 4401, reconnect: false }, { code: 4429, reconnect: true }),
    ["close-code-added risky"],
    ["close-code-removed risky"],
  ],
  [
    "another close code",
    closing({ code: 4401 }),
    closing({ code: 4403 }),
    ["close-code-added risky", "close-code-removed risky"],
    ["close-code-added risky", "close-code-removed risky"],
  ],
  [
    "no use in connecting again",
    closing({ code: 4401, reconnect: true }),
    closing({ code: 4401, reconnect: false }),
    ["reconnect-forbidden breaking"],
    ["reconnect-allowed risky"],
  ],
  [
    "use in connecting again, after one of two",
    closing({ code: 1001, reconnect: true }, { code: 4401 }),
    closing({ code: 4401, reconnect: true }, { code: 1001, reconnect: true }),
    ["reconnect-allowed risky"],
    ["reconnect-forbidden breaking"],
  ],
  [
    "other words for a close code",
    closing({ code: 4401, summary: "One" }),
    closing({ code: 4401, summary: "Two" }),
    ["documentation-changed safe"],
    ["documentation-changed safe"],
  ],

  // Messages
  [
    "a message that the server sends",
    speaking("send", { hello }),
    speaking("send", { hello, bye }),
    ["message-added response risky"],
    ["message-removed response breaking"],
  ],
  [
    "a message that a client sends",
    speaking("receive", { hello }),
    speaking("receive", { hello, bye }),
    ["message-added request safe"],
    ["message-removed request breaking"],
  ],
  [
    "a message that goes the other way",
    speaking("send", { hello }),
    speaking("receive", { hello }),
    ["message-added request safe", "message-removed response breaking"],
    ["message-added response risky", "message-removed request breaking"],
  ],
  [
    "a message after its sunset",
    speaking("receive", { hello, bye: { ...bye, "x-deprecation": { sunset: "2025-12-31" } } }),
    speaking("receive", { hello }),
    ["message-removed request risky"],
    ["message-added request safe"],
  ],
  [
    "an operation for each message, or one for all",
    speaking("send", { hello, bye }),
    {
      ...speaking("send", { hello, bye }),
      operations: {
        one: { action: "send", channel: { $ref: "#/channels/a" }, messages: [{ $ref: "#/channels/a/messages/hello" }] },
        two: { action: "send", channel: { $ref: "#/channels/a" }, messages: [{ $ref: "#/channels/a/messages/bye" }] },
      },
    },
    [],
    [],
  ],
  [
    "a property of what a client sends",
    speaking("receive", { hello: message({ type: "object", properties: {} }) }),
    speaking("receive", { hello: message({ type: "object", properties: { at: text }, required: ["at"] }) }),
    ["required-property-added request breaking"],
    ["required-property-removed request risky"],
  ],
  [
    "a property of what the server sends",
    speaking("send", { hello: message({ type: "object", properties: {} }) }),
    speaking("send", { hello: message({ type: "object", properties: { at: text }, required: ["at"] }) }),
    ["required-property-added response safe"],
    ["required-property-removed response breaking"],
  ],
  [
    "a payload with the name of its language",
    speaking("send", { hello: { payload: { schemaFormat: "application/schema+json", schema: text } } }),
    speaking("send", { hello: { payload: { schemaFormat: "application/schema+json", schema: { type: "integer" } } } }),
    ["type-changed response breaking"],
    ["type-changed response breaking"],
  ],
  [
    "another content type",
    speaking("send", { hello }),
    speaking("send", { hello: { ...hello, contentType: "text/plain" } }),
    ["message-content-type-changed breaking"],
    ["message-content-type-changed breaking"],
  ],
  [
    "another content type of all messages",
    { ...speaking("receive", { hello }), defaultContentType: "application/json" },
    { ...speaking("receive", { hello }), defaultContentType: "application/cbor" },
    ["message-content-type-changed breaking"],
    ["message-content-type-changed breaking"],
  ],
  [
    "the content type that was the default",
    { ...speaking("send", { hello }), defaultContentType: "application/json" },
    speaking("send", { hello: { ...hello, contentType: "application/json" } }),
    [],
    [],
  ],
  [
    "another reason to refuse",
    speaking("receive", { hello: { ...hello, "x-errors": ["bad"] } }),
    speaking("receive", { hello: { ...hello, "x-errors": ["late", "bad"] } }),
    ["error-code-added risky"],
    ["error-code-removed safe"],
  ],
  [
    "other reasons to refuse",
    speaking("receive", { hello: { ...hello, "x-errors": ["bad"] } }),
    speaking("receive", { hello: { ...hello, "x-errors": ["late"] } }),
    ["error-code-added risky", "error-code-removed safe"],
    ["error-code-added risky", "error-code-removed safe"],
  ],
  [
    "a deprecated message, by another name",
    speaking("receive", { hello: { ...hello, name: "a" } }),
    speaking("receive", { hello: { ...hello, name: "b", "x-deprecation": { sunset: "2026-12-31" } } }),
    ["deprecated safe", "documentation-changed safe"],
    ["documentation-changed safe", "undeprecated safe"],
  ],

  // Servers
  [
    "another protocol",
    { servers: { a: { host: "a.example", protocol: "ws" } } },
    { servers: { a: { host: "a.example", protocol: "wss" } } },
    ["server-added safe", "server-removed risky"],
    ["server-added safe", "server-removed risky"],
  ],
  [
    "credentials of a server",
    server([{ type: "httpApiKey", in: "header", name: "X-Key" }]),
    server([
      { type: "httpApiKey", in: "header", name: "x-key" },
      { type: "http", scheme: "bearer" },
    ]),
    ["credentials-accepted safe"],
    ["credentials-refused breaking"],
  ],
];

function channel(parts: JsonObject): JsonObject {
  return { channels: { a: { address: "/a", ...parts } } };
}

function handshake(ws: JsonObject): JsonObject {
  return channel({ bindings: { ws } });
}

function closing(...codes: JsonObject[]): JsonObject {
  return channel({ "x-close-codes": codes });
}

function message(payload: Json): JsonObject {
  return { payload };
}

function speaking(action: "send" | "receive", messages: JsonObject): JsonObject {
  return {
    channels: { a: { address: "/a", messages } },
    operations: { all: { action, channel: { $ref: "#/channels/a" } } },
  };
}

function server(security: JsonObject[]): JsonObject {
  return { servers: { a: { host: "a.example", protocol: "ws", security } } };
}
