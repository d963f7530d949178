// What node cannot read as a request gets the one error body too, and does the server no harm.
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { connect } from "node:net";
import { text } from "node:stream/consumers";
import { after, test } from "node:test";
import { errorSchema } from "../../../contract/index.ts";
import type { ErrorCode } from "../../../contract/index.ts";
import { caller } from "../../support/api.ts";
import { startServer } from "../../support/start-server.ts";

const server = await startServer({ after }, { env: { LOG_LEVEL: "trace" } });
const call = caller(server);
const key = `oh_${randomBytes(24).toString("base64url")}`;

/** Sends bytes as they are. @returns everything that comes back until the server hangs up */
async function send(bytes: string): Promise<string> {
  const { hostname, port } = new URL(server.url);
  const socket = connect(Number(port), hostname);
  socket.on("error", () => {}); // the server may hang up before everything is sent
  socket.write(bytes, "latin1");
  return text(socket);
}

const request = (...headers: string[]) =>
  ["GET /api/keys HTTP/1.1", "Host: localhost", ...headers, "", ""].join("\r\n");

const cases: readonly { name: string; bytes: string; status: number; code: ErrorCode }[] = [
  {
    name: "headers that are too large",
    bytes: request(`Authorization: Bearer ${key}${"x".repeat(20_000)}`),
    status: 431,
    code: "headers_too_large",
  },
  {
    name: "a request line that is too large",
    bytes: `GET /api/keys?session_api_key=${key}${"x".repeat(20_000)} HTTP/1.1\r\nHost: localhost\r\n\r\n`,
    status: 431,
    code: "headers_too_large",
  },
  {
    name: "a header without a name",
    bytes: request(`: Bearer ${key}`),
    status: 400,
    code: "malformed_request",
  },
  {
    name: "a space before the colon",
    bytes: request(`Authorization : Bearer ${key}`),
    status: 400,
    code: "malformed_request",
  },
  {
    name: "a NUL in a header",
    bytes: request(`Authorization: Bearer ${key}\0`),
    status: 400,
    code: "malformed_request",
  },
  {
    name: "two lengths",
    bytes: request("Content-Length: 1", "Content-Length: 2", `Authorization: Bearer ${key}`),
    status: 400,
    code: "malformed_request",
  },
  {
    name: "a chunk without a length",
    bytes: `POST /api/keys HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${server.key}\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\nnone ${key}\r\n`,
    status: 400,
    code: "malformed_request",
  },
  { name: "no HTTP at all", bytes: `hello ${key}\r\n\r\n`, status: 400, code: "malformed_request" },
];

for (const { name, bytes, status, code } of cases) {
  test(`${name}: ${status} ${code}`, async () => {
    const answer = await send(bytes);
    const [head = "", body = ""] = answer.split("\r\n\r\n");
    assert.match(head, new RegExp(`^HTTP/1\\.1 ${status} \\S`));
    assert.match(head, /\r\nContent-Type: application\/json; charset=utf-8/);
    assert.match(head, /\r\nConnection: close/);
    const parsed = errorSchema(code).parse(JSON.parse(body));
    assert.match(head, new RegExp(`\r\nX-Request-ID: ${parsed.request_id}`));
    assert.ok(server.output().includes(parsed.request_id), "the log knows it");
    assert.ok(!answer.includes(key) && !server.output().includes(key));
    assert.equal((await call("GET", "/api/keys")).status, 200);
  });
}

test("the largest headers are taken", async () => {
  const headers = { "X-Padding": "x".repeat(15_000) };
  assert.equal((await call("GET", "/api/keys", { headers })).status, 200);
});
