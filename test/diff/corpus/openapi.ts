import type { Json, JsonObject } from "../../../conformance/json.ts";
import type { DocumentRow } from "./pair.ts";

const text: JsonObject = { type: "string" };
const integer: JsonObject = { type: "integer" };

const schemes: JsonObject = {
  key: { type: "apiKey", in: "header", name: "X-Key" },
  token: { type: "http", scheme: "bearer" },
  oauth: oauth("https://a.example/token"),
};

/** OpenAPI documents by what differs: forth, and back. */
export const openApi: readonly DocumentRow[] = [
  // Operations
  ["an operation", { paths: {} }, get({}), ["operation-added safe"], ["operation-removed breaking"]],
  [
    "another method",
    get({}),
    { paths: { "/a": { ...path({}), post: operation({}) } } },
    ["operation-added safe"],
    ["operation-removed breaking"],
  ],
  [
    "an operation at another path",
    get({ operationId: "a.get" }),
    { paths: { "/b": path({ operationId: "a.get" }) } },
    ["operation-added safe", "operation-removed breaking"],
    ["operation-added safe", "operation-removed breaking"],
  ],
  [
    "an operation before its sunset",
    get(deprecated("2026-06-30")),
    {},
    ["operation-removed breaking"],
    ["operation-added safe"],
  ],
  [
    "an operation after its sunset",
    get(deprecated("2025-12-31")),
    {},
    ["operation-removed risky"],
    ["operation-added safe"],
  ],
  [
    "an operation after its `x-sunset`",
    get({ deprecated: true, "x-sunset": "2026-01-01" }),
    {},
    ["operation-removed risky"],
    ["operation-added safe"],
  ],
  [
    "an operation that was gone",
    get({ ...deprecated("2025-12-31", "gone"), responses: { "410": {} } }),
    {},
    ["operation-removed safe"],
    ["operation-added safe"],
  ],
  [
    "an operation that is gone now",
    get(deprecated("2026-06-30")),
    get({ ...deprecated("2026-06-30", "gone"), responses: { "410": {} } }),
    ["operation-gone breaking"],
    ["error-status-removed risky", "success-status-added risky"],
  ],
  [
    "an operation that is gone after its sunset",
    get(deprecated("2025-12-31")),
    get(deprecated("2025-12-31", "gone")),
    ["operation-gone risky"],
    [],
  ],
  ["a deprecation", get({}), get(deprecated("2026-06-30")), ["deprecated safe"], ["undeprecated safe"]],
  [
    "a later sunset",
    get(deprecated("2026-06-30")),
    get(deprecated("2026-12-31")),
    ["sunset-postponed safe"],
    ["sunset-moved-up risky"],
  ],
  [
    "a sunset",
    get({ deprecated: true }),
    get(deprecated("2026-12-31")),
    ["documentation-changed safe", "sunset-moved-up risky"],
    ["documentation-changed safe", "sunset-postponed safe"],
  ],
  [
    "another name for generated code",
    get({ operationId: "a" }),
    get({ operationId: "b" }),
    ["operation-renamed risky"],
    ["operation-renamed risky"],
  ],
  ["no name for generated code", get({ operationId: "a" }), get({}), ["operation-renamed risky"], []],
  [
    "another name in the path",
    { paths: { "/a/{id}": path({ parameters: [inPath("id")] }) } },
    { paths: { "/a/{key}": path({ parameters: [inPath("key")] }) } },
    ["path-parameter-renamed risky"],
    ["path-parameter-renamed risky"],
  ],
  ["a gate", get({}), get({ "x-gate": "v1" }), ["gate-added risky"], ["gate-removed safe"]],
  ["another gate", get({ "x-gate": "v1" }), get({ "x-gate": "v2" }), ["gate-added risky"], ["gate-added risky"]],
  [
    "no gate and another limit",
    get({ "x-gate": "v1", "x-rate-limit": "user" }),
    get({ "x-rate-limit": "address" }),
    ["gate-removed safe", "rate-limit-changed risky"],
    ["gate-added risky", "rate-limit-changed risky"],
  ],
  [
    "another summary, and tags",
    get({ summary: "One", tags: ["a"] }),
    get({ summary: "Two", tags: ["b"] }),
    ["documentation-changed safe", "documentation-changed safe"],
    ["documentation-changed safe", "documentation-changed safe"],
  ],
  ["callbacks", get({}), get({ callbacks: { done: {} } }), ["keyword-changed risky"], ["keyword-changed risky"]],

  // Parameters
  ["a parameter", get({}), get({ parameters: [query("q")] }), ["parameter-added safe"], ["parameter-removed risky"]],
  [
    "a parameter of all operations of a path",
    get({}),
    { paths: { "/a": { parameters: [query("q", { required: true })], ...path({}) } } },
    ["required-parameter-added breaking"],
    ["parameter-removed risky"],
  ],
  [
    "a required parameter",
    get({}),
    get({ parameters: [{ name: "X-A", in: "header", required: true, schema: text }] }),
    ["required-parameter-added breaking"],
    ["parameter-removed risky"],
  ],
  [
    "a parameter that must be sent",
    get({ parameters: [query("q")] }),
    get({ parameters: [query("q", { required: true })] }),
    ["parameter-became-required breaking"],
    ["parameter-became-optional safe"],
  ],
  [
    "a header that must be sent",
    get({ parameters: [{ name: "X-A", in: "header", schema: text }] }),
    get({ parameters: [{ name: "x-a", in: "header", required: true, schema: text }] }),
    ["parameter-became-required breaking"],
    ["parameter-became-optional safe"],
  ],
  [
    "a parameter in another place",
    get({ parameters: [query("q")] }),
    get({ parameters: [{ name: "q", in: "header", schema: text }] }),
    ["parameter-added safe", "parameter-removed risky"],
    ["parameter-added safe", "parameter-removed risky"],
  ],
  [
    "values of a parameter",
    get({ parameters: [query("q", { schema: { enum: ["a", "b"] } })] }),
    get({ parameters: [query("q", { schema: { enum: ["a"] } })] }),
    ["enum-value-removed request breaking"],
    ["enum-value-added request safe"],
  ],
  [
    "a list in one text",
    get({ parameters: [query("q", { schema: { type: "array", items: text } })] }),
    get({ parameters: [query("q", { schema: { type: "array", items: text }, explode: false })] }),
    ["serialization-changed breaking"],
    ["serialization-changed breaking"],
  ],
  [
    "a parameter as JSON",
    get({ parameters: [query("q")] }),
    get({ parameters: [{ name: "q", in: "query", content: { "application/json": { schema: text } } }] }),
    ["serialization-changed breaking"],
    ["serialization-changed breaking"],
  ],
  [
    "a style that is the default, said",
    get({ parameters: [query("q", { schema: { type: "array", items: text } })] }),
    get({ parameters: [query("q", { schema: { type: "array", items: text }, explode: true, style: "form" })] }),
    [],
    [],
  ],
  [
    "a parameter by reference",
    get({ parameters: [query("q")] }),
    { ...get({ parameters: [{ $ref: "#/components/parameters/Q" }] }), components: { parameters: { Q: query("q") } } },
    ["component-changed safe"],
    ["component-changed safe"],
  ],
  [
    "a deprecated parameter",
    get({ parameters: [query("q")] }),
    get({ parameters: [query("q", { deprecated: true })] }),
    ["deprecated safe"],
    ["undeprecated safe"],
  ],

  // Request bodies
  [
    "a body",
    post({}),
    post({ requestBody: body(text) }),
    ["request-body-added safe"],
    ["request-body-removed breaking"],
  ],
  [
    "a form",
    post({}),
    post({ requestBody: { content: { "multipart/form-data": { schema: text } } } }),
    ["request-body-added safe"],
    ["request-body-removed breaking"],
  ],
  [
    "a required body",
    post({}),
    post({ requestBody: { ...body(text), required: true } }),
    ["required-request-body-added breaking"],
    ["request-body-removed breaking"],
  ],
  [
    "a required form",
    post({}),
    post({ requestBody: { content: { "multipart/form-data": {} }, required: true } }),
    ["required-request-body-added breaking"],
    ["request-body-removed breaking"],
  ],
  [
    "a body that must be sent",
    post({ requestBody: body(text) }),
    post({ requestBody: { ...body(text), required: true } }),
    ["request-body-became-required breaking"],
    ["request-body-became-optional safe"],
  ],
  [
    "a body that must be sent, of two types",
    post({ requestBody: { content: { "text/plain": {}, "text/html": {} } } }),
    post({ requestBody: { content: { "text/html": {}, "text/plain": {} }, required: true } }),
    ["request-body-became-required breaking"],
    ["request-body-became-optional safe"],
  ],
  [
    "another media type of a body",
    post({ requestBody: body(text) }),
    post({ requestBody: { content: { "application/json": { schema: text }, "text/plain": {} } } }),
    ["media-type-added request safe"],
    ["media-type-removed request breaking"],
  ],
  [
    "a media type in other letters",
    post({ requestBody: { content: { "text/plain; charset=utf-8": {} } } }),
    post({ requestBody: { content: { "Text/Plain;charset=utf-8": {} } } }),
    [],
    [],
  ],
  [
    "how the parts of a form are encoded",
    post({ requestBody: { content: { "multipart/form-data": { schema: text } } } }),
    post({
      requestBody: {
        content: { "multipart/form-data": { schema: text, encoding: { a: { contentType: "image/png" } } } },
      },
    }),
    ["encoding-changed risky"],
    ["encoding-changed risky"],
  ],

  // Responses
  [
    "another success",
    get({}),
    get({ responses: { ...answers(text), "202": {} } }),
    ["success-status-added risky"],
    ["success-status-removed breaking"],
  ],
  [
    "another status of success",
    get({}),
    get({ responses: { "201": content(text) } }),
    ["success-status-added risky", "success-status-removed breaking"],
    ["success-status-added risky", "success-status-removed breaking"],
  ],
  [
    "another error",
    get({}),
    get({ responses: { ...answers(text), "409": {} } }),
    ["error-status-added safe"],
    ["error-status-removed risky"],
  ],
  [
    "any other error",
    get({}),
    get({ responses: { ...answers(text), default: {} } }),
    ["error-status-added safe"],
    ["error-status-removed risky"],
  ],
  [
    "an error of a class that was declared",
    get({ responses: { ...answers(text), "4XX": {} } }),
    get({ responses: { ...answers(text), "4XX": {}, "404": {} } }),
    [],
    [],
  ],
  [
    "another media type of an answer",
    get({}),
    get({ responses: { "200": { content: { "application/json": { schema: text }, "text/csv": {} } } } }),
    ["media-type-added response safe"],
    ["media-type-removed response breaking"],
  ],
  [
    "a property of an answer that may be absent",
    get({ responses: answers({ type: "object", properties: { a: text }, required: ["a"] }) }),
    get({ responses: answers({ type: "object", properties: { a: text } }) }),
    ["property-became-optional response breaking"],
    ["property-became-required response safe"],
  ],
  [
    "no body any more",
    get({}),
    get({ responses: { "200": {} } }),
    ["media-type-removed response breaking"],
    ["media-type-added response safe"],
  ],
  [
    "a header",
    get({}),
    get({ responses: { "200": { ...content(text), headers: { "X-A": { schema: text } } } } }),
    ["header-added safe"],
    ["header-removed risky"],
  ],
  [
    "another optional header",
    get({ responses: { "200": { headers: { "X-A": { schema: text } } } } }),
    get({ responses: { "200": { headers: { "X-B": { schema: text } } } } }),
    ["header-added safe", "header-removed risky"],
    ["header-added safe", "header-removed risky"],
  ],
  [
    "a header that always comes",
    get({ responses: { "200": { headers: { "X-A": { required: true, schema: text } } } } }),
    get({ responses: { "200": {} } }),
    ["required-header-removed breaking"],
    ["header-added safe"],
  ],
  [
    "a header of an error that always comes",
    get({ responses: { "429": { headers: { "Retry-After": { required: true, schema: integer } } } } }),
    get({ responses: { "429": {} } }),
    ["required-header-removed breaking"],
    ["header-added safe"],
  ],
  [
    "a header that always comes now",
    get({ responses: { "200": { headers: { "X-A": { schema: text } } } } }),
    get({ responses: { "200": { headers: { "x-a": { required: true, schema: text } } } } }),
    ["header-became-required safe"],
    ["header-became-optional breaking"],
  ],
  [
    "a header by reference that may be absent",
    {
      ...get({ responses: { "200": { headers: { A: header("A") } } } }),
      components: { headers: { A: { required: true } } },
    },
    { ...get({ responses: { "200": { headers: { A: header("A") } } } }), components: { headers: { A: {} } } },
    ["header-became-optional breaking"],
    ["header-became-required safe"],
  ],
  [
    "values of a header",
    get({ responses: { "200": { headers: { "X-A": { schema: integer } } } } }),
    get({ responses: { "200": { headers: { "X-A": { schema: { type: "number" } } } } } }),
    ["type-widened response breaking"],
    ["type-narrowed response safe"],
  ],
  [
    "a link",
    get({}),
    get({ responses: { "200": { ...content(text), links: { next: { operationId: "b" } } } } }),
    ["link-added safe"],
    ["link-changed risky"],
  ],
  [
    "a link elsewhere, and another",
    get({ responses: { "200": { links: { next: { operationId: "b" } } } } }),
    get({ responses: { "200": { links: { next: { operationId: "c" }, last: { operationId: "d" } } } } }),
    ["link-added safe", "link-changed risky"],
    ["link-changed risky", "link-changed risky"],
  ],
  [
    "an answer by reference",
    get({ responses: { "200": { description: "A." } } }),
    {
      ...get({ responses: { "200": { $ref: "#/components/responses/A" } } }),
      components: { responses: { A: { description: "A." } } },
    },
    ["component-changed safe"],
    ["component-changed safe"],
  ],

  // Security
  [
    "credentials where none were needed",
    secured([]),
    secured([{ key: [] }]),
    ["credentials-refused breaking"],
    ["credentials-accepted safe"],
  ],
  [
    "another kind of credential",
    secured([{ key: [] }]),
    secured([{ key: [] }, { token: [] }]),
    ["credentials-accepted safe"],
    ["credentials-refused breaking"],
  ],
  [
    "two credentials at once",
    secured([{ key: [] }]),
    secured([{ key: [], token: [] }]),
    ["credentials-refused breaking"],
    ["credentials-accepted safe"],
  ],
  [
    "a scope of a token",
    secured([{ oauth: ["read"] }]),
    secured([{ oauth: ["read", "write"] }]),
    ["credentials-refused breaking"],
    ["credentials-accepted safe"],
  ],
  [
    "credentials of the document or of the operation",
    secured([{ key: [] }]),
    { ...withSchemes(get({})), security: [{ key: [] }] },
    [],
    [],
  ],
  [
    "a credential by another name",
    secured([{ key: [] }]),
    {
      ...get({ security: [{ apiKey: [] }] }),
      components: { securitySchemes: { ...schemes, apiKey: { type: "apiKey", in: "header", name: "x-key" } } },
    },
    ["component-changed safe"],
    ["component-changed safe"],
  ],
  [
    "a key in another header",
    secured([{ key: [] }]),
    {
      ...get({ security: [{ key: [] }] }),
      components: { securitySchemes: { ...schemes, key: { type: "apiKey", in: "header", name: "X-Other" } } },
    },
    ["component-changed safe", "credentials-accepted safe", "credentials-refused breaking"],
    ["component-changed safe", "credentials-accepted safe", "credentials-refused breaking"],
  ],
  [
    "where tokens are got",
    secured([{ oauth: [] }]),
    withTokensFrom("https://b.example/token"),
    ["security-scheme-changed breaking"],
    ["security-scheme-changed breaking"],
  ],
  [
    "which provider gives tokens",
    { ...get({ security: [{ oidc: [] }] }), components: { securitySchemes: { oidc: provider("https://a.example") } } },
    { ...get({ security: [{ oidc: [] }] }), components: { securitySchemes: { oidc: provider("https://b.example") } } },
    ["security-scheme-changed breaking"],
    ["security-scheme-changed breaking"],
  ],
  [
    "keys that may do more",
    get({ "x-scope": "read" }),
    get({ "x-scope": "write" }),
    ["scope-raised breaking"],
    ["scope-lowered safe"],
  ],
  ["keys of any scope", get({ "x-scope": "read" }), get({}), ["scope-lowered safe"], ["scope-raised breaking"]],

  // Documents
  [
    "a server",
    { servers: [{ url: "https://a.example" }] },
    { servers: [{ url: "https://a.example" }, { url: "https://b.example" }] },
    ["server-added safe"],
    ["server-removed risky"],
  ],
  [
    "another server",
    { servers: [{ url: "https://a.example" }] },
    { servers: [{ url: "https://b.example" }] },
    ["server-added safe", "server-removed risky"],
    ["server-added safe", "server-removed risky"],
  ],
  [
    "a component that nothing uses",
    { components: { schemas: { A: text } } },
    { components: { schemas: { A: integer } } },
    ["component-changed safe"],
    ["component-changed safe"],
  ],
  [
    "another version of the API",
    { info: { title: "A", version: "1.0.0" } },
    { info: { title: "A", version: "2.0.0" } },
    ["documentation-changed safe"],
    ["documentation-changed safe"],
  ],
  [
    "another version of OpenAPI",
    { openapi: "3.1.0" },
    { openapi: "3.1.1" },
    ["documentation-changed safe"],
    ["documentation-changed safe"],
  ],
  ["webhooks", {}, { webhooks: { a: {} } }, ["keyword-changed risky"], ["keyword-changed risky"]],
];

function get(parts: JsonObject): JsonObject {
  return { paths: { "/a": path(parts) } };
}

function post(parts: JsonObject): JsonObject {
  return { paths: { "/a": { post: operation(parts) } } };
}

function path(parts: JsonObject): JsonObject {
  return { get: operation(parts) };
}

function operation(parts: JsonObject): JsonObject {
  return { responses: answers(text), ...parts };
}

function answers(schema: Json): JsonObject {
  return { "200": content(schema) };
}

function content(schema: Json): JsonObject {
  return { content: { "application/json": { schema } } };
}

function body(schema: Json): JsonObject {
  return content(schema);
}

function query(name: string, parts: JsonObject = {}): JsonObject {
  return { name, in: "query", schema: text, ...parts };
}

function inPath(name: string): JsonObject {
  return { name, in: "path", required: true, schema: text };
}

function header(name: string): JsonObject {
  return { $ref: `#/components/headers/${name}` };
}

function deprecated(sunset: string, state = "deprecated"): JsonObject {
  return { deprecated: true, "x-deprecation": { state, since: "2025-01-01", sunset, reason: "Better is known." } };
}

function provider(url: string): JsonObject {
  return { type: "openIdConnect", openIdConnectUrl: url };
}

function secured(security: Json): JsonObject {
  return withSchemes(get({ security }));
}

function withSchemes(document: JsonObject): JsonObject {
  return { ...document, components: { securitySchemes: schemes } };
}

function withTokensFrom(url: string): JsonObject {
  return { ...get({ security: [{ oauth: [] }] }), components: { securitySchemes: { ...schemes, oauth: oauth(url) } } };
}

function oauth(tokenUrl: string): JsonObject {
  return { type: "oauth2", flows: { clientCredentials: { tokenUrl, scopes: { read: "Read.", write: "Write." } } } };
}
