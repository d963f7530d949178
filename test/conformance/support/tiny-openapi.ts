import type { JsonObject } from "../../../conformance/json.ts";

const ref = (kind: string, name: string): JsonObject => ({ $ref: `#/components/${kind}/${name}` });

const object = (properties: JsonObject, required = Object.keys(properties)): JsonObject => ({
  type: "object",
  properties,
  required,
  additionalProperties: false,
});

const json = (schema: JsonObject, example?: JsonObject): JsonObject => ({
  "application/json": { schema, ...(example && { example }) },
});

const requestIdHeader = { "X-Request-ID": ref("headers", "RequestId") };

const answer = (schema: JsonObject, extra: JsonObject = {}, headers: JsonObject = {}): JsonObject => ({
  description: "The answer.",
  headers: { ...requestIdHeader, ...headers },
  content: json(schema),
  ...extra,
});

/** An error schema fixes the code; the status lists one, or several under `oneOf`. */
const errorSchema = (code: string): JsonObject =>
  object(
    {
      success: { type: "boolean", const: false },
      error: { type: "string" },
      code: { type: "string", const: code },
      request_id: { type: "string" },
    },
    ["success", "error", "code", "request_id"],
  );

const failure = (codes: readonly string[], headers: JsonObject = {}): JsonObject => {
  const alternatives = codes.map((code) => ref("schemas", code));
  return answer(alternatives.length === 1 ? errorSchema(codes[0] ?? "") : { oneOf: alternatives }, {}, headers);
};

const authenticate = { "WWW-Authenticate": { required: true, schema: { type: "string", pattern: "^Bearer" } } };

const invalid = { "400": failure(["validation_failed"]) };
const invalidBody = {
  "400": failure(["malformed_json", "validation_failed"]),
  "415": failure(["unsupported_media_type"]),
};
const unknown = { "401": failure(["invalid_credentials", "unauthenticated"], authenticate) };
const foreign = { "403": failure(["origin_forbidden"]) };
const absent = { "404": failure(["conversation_not_found"]) };

const conversationId = {
  name: "conversation_id",
  in: "path",
  required: true,
  schema: ref("schemas", "ConversationId"),
};

const body = (schema: JsonObject, example: JsonObject): JsonObject => ({
  required: true,
  content: json(schema, example),
});

const operation = (operationId: string, parts: JsonObject): JsonObject => ({
  operationId,
  parameters: [ref("parameters", "RequestId")],
  ...parts,
});

const onConversation = (operationId: string, parts: JsonObject, ...more: JsonObject[]): JsonObject =>
  operation(operationId, { ...parts, parameters: [conversationId, ...more, ref("parameters", "RequestId")] });

const form = (field: string, example: string): JsonObject => ({
  required: true,
  content: {
    "multipart/form-data": {
      schema: { type: "object", properties: { [field]: { type: "array", minItems: 1, items: {} } }, required: [field] },
      example: { [field]: [example] },
    },
  },
});

export const disposition = 'attachment; filename="all.zip"';

const success = object({ success: { type: "boolean", const: true } });
const conversation = object({
  conversation_id: ref("schemas", "ConversationId"),
  title: { type: "string" },
  status: { type: "string", enum: ["RUNNING", "STOPPED"] },
});

const links = Object.fromEntries(
  [
    ...["conversations.get", "conversations.rename", "conversations.delete", "conversations.stop", "events.add"],
    ...["files.upload", "files.zip", "files.select"],
  ].map((operationId) => [
    operationId,
    { operationId, parameters: { "path.conversation_id": "$response.body#/conversation_id" } },
  ]),
);

const deprecationHeaders = {
  Deprecation: { required: true, schema: { type: "string", pattern: "^@\\d+$" } },
  Sunset: { required: true, schema: { type: "string" } },
  Link: { required: true, schema: { type: "string" } },
};

const deprecated = (state: string): JsonObject => ({
  deprecated: true,
  "x-deprecation": {
    state,
    since: "2025-01-01",
    sunset: state === "gone" ? "2025-06-30" : "2099-06-30",
    replacement: { operationId: "conversations.create", request: "POST /api/conversations" },
  },
});

const codes = [
  ...["malformed_form", "path_outside_workspace", "not_a_file", "not_a_directory"],
  ...["validation_failed", "malformed_json", "invalid_credentials", "unauthenticated"],
];

/**
 * A document that is small, and has one of everything that the runner judges: links, a body, sessions, a gate, an operation
 * that is gone and one that is about to go.
 */
export function tinyOpenApi(): JsonObject {
  return structuredClone({
    openapi: "3.1.1",
    info: { title: "Tiny", version: "1" },
    security: [{ bearer: [] }, { sessionCookie: [] }],
    paths: {
      "/api/login": {
        post: operation("sessions.login", {
          security: [],
          requestBody: body(object({ api_key: { type: "string" } }), { api_key: "an-example" }),
          responses: {
            "200": answer(success, {}, { "Set-Cookie": { required: true, schema: { type: "string" } } }),
            "401": failure(["invalid_credentials"], authenticate),
          },
        }),
      },
      "/api/conversations": {
        post: operation("conversations.create", {
          requestBody: body(object({ title: { type: "string", minLength: 1 } }), { title: "Hello" }),
          responses: {
            "200": answer(conversation, { links }),
            ...invalidBody,
            ...unknown,
            ...foreign,
            "413": failure(["payload_too_large"]),
            "429": failure(["rate_limited"], {
              "Retry-After": { required: true, schema: { type: "integer", minimum: 0 } },
            }),
          },
        }),
        get: operation("conversations.list", {
          ...deprecated("deprecated"),
          responses: {
            "200": answer({ type: "array", items: conversation }, {}, deprecationHeaders),
            ...invalid,
            ...unknown,
          },
        }),
      },
      "/api/conversations/{conversation_id}": {
        get: onConversation("conversations.get", { responses: { "200": answer(conversation), ...invalid, ...absent } }),
        patch: onConversation("conversations.rename", {
          requestBody: body(object({ title: { type: "string" } }), { title: "Another" }),
          responses: { "200": answer(success) },
        }),
        delete: onConversation("conversations.delete", {
          responses: { "200": answer(success), ...absent, ...foreign },
        }),
      },
      "/api/conversations/{conversation_id}/stop": {
        post: onConversation("conversations.stop", { responses: { "200": answer(success) } }),
      },
      "/api/conversations/{conversation_id}/events": {
        post: onConversation("events.add", {
          requestBody: body(object({ action: { type: "string" }, args: { type: "object" } }), {
            action: "run",
            args: { command: "true" },
          }),
          responses: {
            "200": answer(object({ event_id: { type: "integer" } })),
            "409": failure(["conversation_not_running"]),
          },
        }),
      },
      "/api/conversations/{conversation_id}/files": {
        post: onConversation("files.upload", {
          requestBody: form("files", "Hello"),
          responses: {
            "200": answer(object({ uploaded_files: { type: "array", items: { type: "string" } } })),
            "400": failure(["malformed_form", "validation_failed"]),
            "413": failure(["payload_too_large"]),
            "415": failure(["unsupported_media_type"]),
          },
        }),
      },
      "/api/conversations/{conversation_id}/zip": {
        get: onConversation("files.zip", {
          responses: {
            "200": {
              description: "The archive.",
              headers: {
                ...requestIdHeader,
                "Content-Disposition": { required: true, schema: { const: disposition } },
              },
              content: { "application/zip": {} },
            },
          },
        }),
      },
      "/api/conversations/{conversation_id}/file": {
        get: onConversation(
          "files.select",
          {
            responses: {
              "200": answer(object({ code: { type: "string" } })),
              "400": failure(["path_outside_workspace", "not_a_file", "not_a_directory"]),
              "404": failure(["file_not_found"]),
              "413": failure(["file_too_large"]),
              "415": failure(["binary_file"]),
            },
          },
          { name: "file", in: "query", required: true, schema: { type: "string" }, example: "notes.txt" },
        ),
      },
      "/api/settings": {
        get: operation("settings.get", { responses: { "200": answer(ref("schemas", "Settings")) } }),
        post: operation("settings.merge", {
          requestBody: body(ref("schemas", "Settings"), { llm_model: "test/tools" }),
          responses: { "200": answer(success) },
        }),
      },
      "/api/reset-settings": {
        post: operation("settings.reset", {
          ...deprecated("gone"),
          security: [],
          responses: { "410": failure(["operation_removed"], deprecationHeaders) },
        }),
      },
      "/api/v1/users/me": {
        get: operation("users.me", {
          "x-gate": "v1",
          responses: { "200": answer(object({ id: { type: "string" } })), "404": failure(["route_not_found"]) },
        }),
      },
    },
    components: {
      schemas: {
        ConversationId: { type: "string", pattern: "^[0-9a-f]{32}$", examples: ["5f0c2b7e9d1a4c3e8b6f7a2d1c0e9f84"] },
        Settings: object({ llm_model: { type: ["string", "null"] } }),
        ...Object.fromEntries(codes.map((code) => [code, errorSchema(code)])),
      },
      parameters: {
        RequestId: {
          name: "X-Request-ID",
          in: "header",
          required: false,
          schema: { type: "string", pattern: "^[!-~]{1,128}$" },
        },
      },
      headers: { RequestId: { required: true, schema: { type: "string" } } },
      securitySchemes: {
        bearer: { type: "http", scheme: "bearer" },
        sessionCookie: { type: "apiKey", in: "cookie", name: "session" },
      },
    },
  }) as JsonObject; // plain data throughout
}
