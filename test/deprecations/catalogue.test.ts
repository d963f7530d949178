// Which calls of made-up documents are deprecated, and which requests and frames are those calls.
import assert from "node:assert/strict";
import { test } from "node:test";
import { stringify } from "yaml";
import { parseDocument } from "../../conformance/documents.ts";
import { catalogueOf } from "../../deprecations/catalogue.ts";

const entry = { state: "deprecated", since: "2026-01-01", sunset: "2027-01-01", reason: "No use." };
const deprecation = { ...entry, replacement: { operationId: "things.get", request: "GET /things/{id}" } };
const operation = (operationId: string, more: object = {}) => ({ operationId, responses: {}, ...more });
const openapi = {
  openapi: "3.1.0",
  paths: {
    "/things/{id}": {
      get: operation("things.get"),
      put: operation("things.replace", { deprecated: true, "x-deprecation": deprecation }),
    },
    "/things/all": { get: operation("things.all", { "x-deprecation": { ...deprecation, state: "gone" } }) },
    "/things/{id}/parts/{part}": { post: operation("parts.add", { "x-deprecation": deprecation }) },
    "/bare": { get: operation("bare", { "x-deprecation": { since: "2026-01-01" } }) },
  },
};

const message = (type: string, more: object = {}) => ({
  name: type,
  payload: { type: "object", properties: { type: { const: type }, data: {} } },
  ...more,
});
const asyncapi = {
  asyncapi: "3.0.0",
  channels: {
    chat: {
      address: "/sockets/{id}",
      messages: {
        say: message("say"),
        old: message("old_say", { "x-deprecation": { ...entry, replacement: "say" } }),
        news: message("news", { "x-deprecation": { ...entry, replacement: "say" } }),
      },
    },
  },
  operations: Object.fromEntries(
    [
      ["say", "receive"],
      ["old", "receive"],
      ["news", "send"],
    ].map(([key, action]) => [
      key,
      { action, channel: { $ref: "#/channels/chat" }, messages: [{ $ref: `#/channels/chat/messages/${key}` }] },
    ]),
  ),
};

const catalogueAt = (base?: string) =>
  catalogueOf(
    parseDocument("openapi", "openapi.yaml", stringify(openapi)),
    parseDocument("asyncapi", "asyncapi.yaml", stringify(asyncapi)),
    base,
  );
const catalogue = catalogueAt();

for (const [request, id] of [
  ["GET /things/7", undefined],
  ["PUT /things/7", "things.replace"],
  ["PUT /things/a%2Fb", "things.replace"],
  ["PUT /things/a/b", undefined],
  ["PUT /things/", undefined],
  ["PUT /things/7/", undefined],
  ["GET /things/all", "things.all"],
  ["HEAD /things/all", "things.all"],
  ["PUT /things/all", "things.replace"],
  ["POST /things/1/parts/2", "parts.add"],
  ["GET /other", undefined],
  ["PUT /base/things/7", undefined],
] as const)
  test(`${request} is ${id ?? "no deprecated operation"}`, () => {
    const [method = "", path = ""] = request.split(" ");
    assert.equal(catalogue.operation(method, path)?.id, id);
  });

test("a call has the words of its entry, as far as it has them", () => {
  assert.deepEqual(catalogue.operation("PUT", "/things/7"), {
    call: "PUT /things/{id}",
    id: "things.replace",
    kind: "operation",
    ...entry,
    replacement: "GET /things/{id}",
  });
  const { call: _, id: __, kind: ___, ...words } = catalogue.operation("GET", "/bare") ?? {};
  assert.deepEqual(words, {
    state: "deprecated",
    since: "2026-01-01",
    sunset: null,
    reason: null,
    replacement: null,
  });
});

for (const [frame, id] of [
  ['{"type":"old_say","data":{"type":"say"}}', "old_say"],
  ['{"type":"say","data":{"type":"old_say"}}', undefined],
  ['{"type":"news"}', undefined],
  ['"old_say"', undefined],
  ["old_say", undefined],
  ["", undefined],
] as const)
  test(`the frame ${frame} is ${id ?? "no deprecated message"}`, () => {
    assert.equal(catalogue.messageIn("/sockets/7", frame)?.id, id);
    assert.equal(catalogue.messageIn("/other/7", frame), undefined);
  });

test("a message has a name, which holds on its own channel", () => {
  assert.equal(catalogue.messageNamed("/sockets/7", "old_say")?.call, "old_say on /sockets/{id}");
  assert.equal(catalogue.messageNamed("/sockets/7", "news"), undefined);
  assert.equal(catalogue.messageNamed("/other/7", "old_say"), undefined);
});

test("where the API is mounted below a path, its calls are there and nowhere else", () => {
  const mounted = catalogueAt("/base.path");
  assert.equal(mounted.operation("PUT", "/base.path/things/7")?.call, "PUT /things/{id}");
  assert.equal(mounted.operation("PUT", "/base-path/things/7"), undefined);
  assert.equal(mounted.operation("PUT", "/things/7"), undefined);
  assert.equal(mounted.messageNamed("/base.path/sockets/7", "old_say")?.id, "old_say");
});
