import assert from "node:assert/strict";
import { connect } from "node:net";
import { after, test } from "node:test";
import { gzipSync } from "node:zlib";
import { caller, createConversation } from "../../support/api.ts";
import { sendRaw } from "../../support/raw-request.ts";
import type { RawRequest } from "../../support/raw-request.ts";
import { assertRefused } from "../../support/refusal.ts";
import type { Place } from "../../support/refusal.ts";
import { startServer } from "../../support/start-server.ts";

const limit = 2048;
const server = await startServer({ after }, { env: { MAX_BODY_BYTES: String(limit) } });
const call = caller(server);
const authorization = ["Authorization", `Bearer ${server.key}`] as const;
const json = ["Content-Type", "application/json"] as const;

interface BadBody {
  readonly name: string;
  readonly body?: RawRequest["body"];
  readonly chunked?: boolean;
  readonly headers?: RawRequest["headers"];
  readonly want: readonly [status: number, code: string, ...places: Place[]];
}

const tooLarge = JSON.stringify({ name: "x".repeat(limit) });
const bomb = gzipSync(JSON.stringify({ name: "x".repeat(100 * limit) }));

const badBodies = [
  { name: "text that is not JSON", body: "{", want: [400, "malformed_json"] },
  { name: "two JSON documents", body: "{} {}", want: [400, "malformed_json"] },
  { name: "a JSON document with a trailing comma", body: '{"name":"a",}', want: [400, "malformed_json"] },
  { name: "white space only", body: "  ", want: [400, "malformed_json"] },
  { name: "a chunked body of no bytes", body: "", chunked: true, want: [400, "malformed_json"] },
  { name: "bytes that are not UTF-8", body: Buffer.from('{"name":"\xff"}', "latin1"), want: [400, "malformed_json"] },
  { name: "half of a JSON document", body: '{"name":"a', chunked: true, want: [400, "malformed_json"] },
  {
    name: "a body that says gzip and is not",
    body: "{}",
    headers: [json, ["Content-Encoding", "gzip"]],
    want: [400, "malformed_json"],
  },
  { name: "no body", want: [400, "validation_failed", "body"] },
  { name: "null", body: "null", want: [400, "validation_failed", "body"] },
  { name: "an array", body: "[]", want: [400, "validation_failed", "body"] },
  { name: "a string", body: '"name"', want: [400, "validation_failed", "body"] },
  { name: "a field of another type", body: '{"name":1}', want: [400, "validation_failed", "body.name"] },
  {
    name: "two fields that do not fit, both of which are named",
    body: '{"name":1,"expires_at":"tomorrow"}',
    want: [400, "validation_failed", "body.name", "body.expires_at"],
  },
  { name: "another content type", body: "{}", headers: [["Content-Type", "text/plain"]], want: unsupported() },
  {
    name: "a form",
    body: "name=a",
    headers: [["Content-Type", "application/x-www-form-urlencoded"]],
    want: unsupported(),
  },
  {
    name: "a type that only begins alike",
    body: "{}",
    headers: [["Content-Type", "application/jsonp"]],
    want: unsupported(),
  },
  { name: "no content type", body: "{}", headers: [], want: unsupported() },
  {
    name: "a charset other than UTF-8",
    body: "{}",
    headers: [["Content-Type", "application/json; charset=latin1"]],
    want: unsupported(),
  },
  {
    name: "an unknown content encoding",
    body: "{}",
    headers: [json, ["Content-Encoding", "zip"]],
    want: unsupported(),
  },
  { name: "more bytes than the limit", body: tooLarge, want: [413, "payload_too_large"] },
  { name: "more bytes than the limit in chunks", body: tooLarge, chunked: true, want: [413, "payload_too_large"] },
  {
    name: "few bytes that unpack to more than the limit",
    body: bomb,
    headers: [json, ["Content-Encoding", "gzip"]],
    want: [413, "payload_too_large"],
  },
] satisfies BadBody[];

for (const { name, want, headers = [json], ...body } of badBodies as readonly BadBody[]) {
  test(`a body is refused: ${name}`, async () => {
    const [status, code, ...places] = want;
    const answer = await sendRaw(server, {
      method: "POST",
      path: "/api/keys",
      headers: [authorization, ...headers],
      ...body,
    });
    assertRefused(answer, status, code, places);
  });
}

const goodBodies: readonly Omit<BadBody, "want">[] = [
  { name: "with a charset", headers: [["Content-Type", "Application/JSON; charset=UTF-8"]] },
  { name: "in chunks", chunked: true },
  { name: "packed", body: gzipSync('{"name":"ä"}'), headers: [json, ["Content-Encoding", "gzip"]] },
  { name: "of exactly the limit", body: `{"name":"ä"}${" ".repeat(limit - Buffer.byteLength('{"name":"ä"}'))}` },
];

for (const { name, body = '{"name":"ä"}', headers = [json], ...rest } of goodBodies) {
  test(`a body is accepted: ${name}`, async () => {
    const answer = await sendRaw(server, {
      method: "POST",
      path: "/api/keys",
      headers: [authorization, ...headers],
      body,
      ...rest,
    });
    assert.equal(answer.status, 200, answer.text);
    assert.equal(answer.body.name, "ä");
  });
}

test("a body that may be left out is optional, and otherwise checked like any other", async () => {
  const id = await createConversation(call);
  const path = `/api/conversations/${id}/start`;
  const plain = { method: "POST", path, headers: [authorization] };
  assert.equal((await sendRaw(server, plain)).status, 200);
  assert.equal((await call("POST", path, { body: {} })).status, 200);
  assertRefused(await call("POST", path, { raw: "{" }), 400, "malformed_json");
  assertRefused(await call("POST", path, { body: [] }), 400, "validation_failed", ["body"]);
  assertRefused(await sendRaw(server, { ...plain, body: "{}" }), ...unsupported());
});

test("an operation without a body does not look at one", async () => {
  const id = await createConversation(call);
  const stopped = await call("POST", `/api/conversations/${id}/stop`, { raw: "{" });
  assert.equal(stopped.status, 200);
  const read = await sendRaw(server, {
    method: "GET",
    path: `/api/conversations/${id}`,
    headers: [authorization],
    body: "{",
  });
  assert.equal(read.status, 200);
});

test("a message keeps every character of a text that JSON can hold", async () => {
  const id = await createConversation(call);
  const text = 'tab\t nul\u0000 quote" backslash\\ ä 漢 🎉 lone\ud800 line\u2028';
  const { body } = await call("POST", `/api/conversations/${id}/message`, { body: { message: text } });
  const page = await call("GET", `/api/conversations/${id}/events?start_id=${body.event_id}&limit=1`);
  assert.equal(page.body.events[0].args.content, text);
});

test("a client that leaves in the middle of its body is no fault of the server", async () => {
  const { hostname, port } = new URL(server.url);
  const socket = connect(Number(port), hostname);
  socket.write(
    `POST /api/keys HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer ${server.key}\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{`,
  );
  socket.resume().end();
  await new Promise((resolve) => socket.once("close", resolve));
  assert.equal((await call("GET", "/api/keys")).status, 200);
  assert.doesNotMatch(server.output(), /"level":(50|60)/);
});

function unsupported(): [415, "unsupported_media_type"] {
  return [415, "unsupported_media_type"];
}
