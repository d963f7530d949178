import * as z from "zod";
import type { Difference } from "../differences.ts";
import { exampleOf } from "../examples.ts";
import { operation, scopes } from "../operation.ts";
import { Timestamp, dependsOn, success } from "../primitives.ts";

const ApiKeyId = z
  .string()
  .regex(/^[0-9a-f]{32}$/, "must be 32 lower-case hexadecimal digits")
  .meta({
    id: "ApiKeyId",
    description: "Identifies an API key. It is not the key.",
    examples: ["0d9c6b1f3e5a47829b4c7d8e1f2a3b4c"],
  });

const ApiKeyScope = z.enum(scopes).meta({
  id: "ApiKeyScope",
  description:
    "What a key may do. `read`: what only reads, and the events of sockets. `write`: everything. `x-scope` of an operation says which one it needs.",
  examples: ["read"],
});

const ApiKey = z
  .object({
    id: ApiKeyId,
    name: z.string().nullable().describe("The name given to it. Names may repeat."),
    prefix: z.string().describe("How the key begins, to tell keys apart."),
    scope: ApiKeyScope,
    created_at: Timestamp.describe("When it was created."),
    last_used_at: Timestamp.nullable().describe("When it was last used, to the minute; null before its first use."),
    expires_at: Timestamp.nullable().describe("When it stops working; null is never."),
  })
  .meta({
    id: "ApiKey",
    description: "An API key, without the key itself.",
    examples: [
      {
        id: "0d9c6b1f3e5a47829b4c7d8e1f2a3b4c",
        name: "CI",
        prefix: "oh_7Kx2",
        scope: "write",
        created_at: "2026-11-22T10:15:30.123Z",
        last_used_at: null,
        expires_at: null,
      },
    ],
  });

const CreatedApiKey = z
  .object({
    ...ApiKey.shape,
    key: z.string().describe("The key itself. It is shown this once and kept as a hash only."),
  })
  .meta({
    id: "CreatedApiKey",
    description: "A new API key.",
    examples: [
      {
        id: "0d9c6b1f3e5a47829b4c7d8e1f2a3b4c",
        name: "CI",
        prefix: "oh_7Kx2",
        scope: "write",
        created_at: "2026-11-22T10:15:30.123Z",
        last_used_at: null,
        expires_at: null,
        key: "oh_7Kx2ExampleExampleExampleExample",
      },
    ],
  });

const ApiKeyList = z.array(ApiKey).meta({
  id: "ApiKeyList",
  description: "The caller's API keys, newest first.",
  examples: [[]],
});

const CreateApiKeyRequest = z
  .object({
    name: z.string().max(200).nullable().optional().describe("A name, for people."),
    scope: ApiKeyScope.default("write"),
    expires_at: Timestamp.nullable()
      .optional()
      .describe(
        "When it is to stop working, in the future; null is never. Not after the key expires that the request is made with, or that its session was begun with.",
      )
      .meta(dependsOn("the time, and when the caller's own key expires")),
  })
  .meta({
    id: "CreateApiKeyRequest",
    description: "The key to create.",
    examples: [{ name: "CI" }],
  });

const DeleteApiKeyResponse = z.object({ success, message: z.string().describe("What happened, for a person.") }).meta({
  id: "DeleteApiKeyResponse",
  description: "The key no longer works.",
  examples: [{ success: true, message: "The API key has been deleted." }],
});

const idDifference: Difference = {
  topic: "ids",
  upstream: "integers",
  here: "texts",
  why: "the web client's type says so already",
  change: "Do not calculate with them.",
};

const scopeDifference: Difference = {
  topic: "`scope`",
  upstream: "a key may do everything",
  here: "`write`, which is everything, where nothing else is said; `read` for reading only",
  why: "many programs only read",
  change: "Nothing.",
};

export const apiKeys = {
  list: operation({
    method: "GET",
    path: "/api/keys",
    summary: "List the API keys",
    description: "The caller's API keys, newest first, without the keys themselves. Their order never changes.",
    tag: "API keys",
    since: "0.1.0",
    security: "user",
    rateLimit: "user",
    responses: { 200: ApiKeyList },
    differences: [idDifference, scopeDifference],
    example: { response: [] },
  }),
  create: operation({
    method: "POST",
    path: "/api/keys",
    summary: "Create an API key",
    description:
      "Creates an API key for the caller. The key itself stands in this answer and never again. A key cannot create one that may do more, or that works longer, than itself.",
    tag: "API keys",
    since: "0.1.0",
    security: "user",
    rateLimit: "user",
    body: CreateApiKeyRequest,
    responses: { 200: CreatedApiKey },
    idempotencyKey: true,
    differences: [
      idDifference,
      scopeDifference,
      {
        topic: "`expires_at`",
        upstream: "any time in the future, or never",
        here: "not after the key of the request, or of its session, expires",
        why: "a short-lived key that leaked must not become a lasting one",
        change: "Send `expires_at` when the own key expires.",
      },
    ],
    produces: { key_id: "id" },
    example: {
      request: { body: { name: "CI" } },
      response: exampleOf(CreatedApiKey),
    },
  }),
  delete: operation({
    method: "DELETE",
    path: "/api/keys/:key_id",
    summary: "Delete an API key",
    description:
      "Revokes the key at once: a request with it is answered with 401 from then on, sessions that were begun with it end, and its sockets are closed with 4401.",
    tag: "API keys",
    since: "0.1.0",
    security: "user",
    rateLimit: "user",
    params: z.object({ key_id: ApiKeyId }),
    responses: { 200: DeleteApiKeyResponse },
    errors: ["api_key_not_found"],
    differences: [idDifference],
    example: {
      request: { params: { key_id: "0d9c6b1f3e5a47829b4c7d8e1f2a3b4c" } },
      response: { success: true, message: "The API key has been deleted." },
    },
  }),
};
