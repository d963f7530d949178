import assert from "node:assert/strict";
import { test } from "node:test";
import {
  ApiError,
  ConnectionError,
  TimeoutError,
  UnexpectedResponseError,
  createClient,
  isApiError,
} from "../../client/index.ts";
import type { ClientOptions } from "../../client/index.ts";
import { errorOf } from "./errors.ts";
import { sendError, sendJson, startHttp } from "./fake-servers.ts";
import type { Answerer } from "./fake-servers.ts";
import type { TestContext } from "node:test";

const conversation_id = "5f0c2b7e9d1a4c3e8b6f7a2d1c0e9f84";

/** A client of a fake server that answers as told, by default every request with `{}`. */
async function start(t: TestContext, answer?: Answerer, options: Partial<ClientOptions> = {}) {
  const { url, requests } = await startHttp(t, answer ?? ((response) => sendJson(response, 200, {})));
  return { client: createClient({ baseUrl: url, maxRetries: 0, ...options }), url, requests };
}

test("a request: has the method, the path and the body of its operation", async (t) => {
  const { client, requests } = await start(t);
  await client.conversations.rename({ conversation_id, body: { title: "Größe" } });
  const [request] = requests;
  assert.equal(request?.method, "PATCH");
  assert.equal(request?.url, `/api/conversations/${conversation_id}`);
  assert.equal(request?.body, '{"title":"Größe"}');
  assert.equal(request?.headers["content-type"], "application/json");
  assert.equal(request?.headers.accept, "application/json");
});

test("a request: has no body and no content type where there is none to send", async (t) => {
  const { client, requests } = await start(t);
  await client.conversations.start({ conversation_id });
  assert.equal(requests[0]?.body, "");
  assert.equal(requests[0]?.headers["content-type"], undefined);
});

test("a request: can be made without arguments where nothing is required", async (t) => {
  const { client, requests } = await start(t);
  await client.options.models();
  await client.conversations.list();
  assert.deepEqual(
    requests.map(({ url }) => url),
    ["/api/options/models", "/api/conversations"],
  );
});

test("a request: carries strings, numbers, booleans and lists in the query", async (t) => {
  const { client, requests } = await start(t);
  await client.events.search({
    conversation_id,
    limit: 20,
    reverse: false,
    types: ["run", "write"],
    query: "a&b=c d,é",
    start_date: undefined,
  });
  const query = "limit=20&reverse=false&types=run,write&query=a%26b%3Dc%20d%2C%C3%A9";
  assert.equal(requests[0]?.url, `/api/conversations/${conversation_id}/events?${query}`);
});

test("a request: percent-encodes path parameters", async (t) => {
  const { client, requests } = await start(t);
  await client.apiKeys.delete({ key_id: "a/b?c#d %é" });
  assert.equal(requests[0]?.url, "/api/keys/a%2Fb%3Fc%23d%20%25%C3%A9");
});

for (const key_id of ["", ".", ".."]) {
  test(`a request: is not made with the path parameter ${JSON.stringify(key_id)}, which would make it another one`, async (t) => {
    const { client, requests } = await start(t);
    await assert.rejects(client.apiKeys.delete({ key_id }), { name: "TypeError", message: /^key_id / });
    assert.equal(requests.length, 0);
  });
}

test("a request: carries the key as a bearer token, and none without a key", async (t) => {
  const { client, url, requests } = await start(t, undefined, { apiKey: "oh_secret" });
  await client.options.models();
  await createClient({ baseUrl: url }).options.models();
  assert.deepEqual(
    requests.map(({ headers }) => headers.authorization),
    ["Bearer oh_secret", undefined],
  );
});

test("a request: carries further headers, those of the call before those of the client", async (t) => {
  const { client, requests } = await start(t, undefined, { headers: { Accept: "x/y", "X-Request-ID": "client" } });
  await client.options.models({}, { headers: { "x-request-id": "call" } });
  assert.equal(requests[0]?.headers.accept, "x/y");
  assert.equal(requests[0]?.headers["x-request-id"], "call");
});

test("a request: rejects with a TypeError for a header that cannot be sent", async (t) => {
  const { client } = await start(t, undefined, { headers: { "X-Bad": "a\nb" } });
  await assert.rejects(client.options.models(), TypeError);
});

test("a request: goes through the given fetch", async () => {
  const urls: string[] = [];
  const client = createClient({
    baseUrl: "http://fake.example",
    fetch: async (url) => {
      urls.push(url);
      return Response.json(["test/tools"]);
    },
  });
  assert.deepEqual(await client.options.models(), ["test/tools"]);
  assert.deepEqual(urls, ["http://fake.example/api/options/models"]);
});

for (const suffix of ["", "/", "/openhands", "/openhands/", "/a%20b//"]) {
  test(`the base URL: may end in ${JSON.stringify(suffix)}`, async (t) => {
    const { url, requests } = await start(t);
    await createClient({ baseUrl: url + suffix }).health.alive();
    assert.equal(requests[0]?.url, `${suffix.replace(/\/+$/, "")}/alive`);
  });
}

for (const baseUrl of ["", "localhost:3000", "ftp://a", "http://u:p@a", "http://a/?b=c", "http://a/#b"]) {
  test(`the base URL: may not be ${JSON.stringify(baseUrl)}`, () => {
    assert.throws(() => createClient({ baseUrl }), { name: "TypeError", message: /^baseUrl must / });
  });
}

test("the base URL: may be a path on the page's origin in a browser", async (t) => {
  const { url, requests } = await start(t);
  Object.assign(globalThis, { location: { origin: url } });
  t.after(() => Reflect.deleteProperty(globalThis, "location"));
  await createClient({ baseUrl: "" }).health.alive();
  await createClient({ baseUrl: "/api-host" }).health.alive();
  assert.deepEqual(
    requests.map((request) => request.url),
    ["/alive", "/api-host/alive"],
  );
});

test("an answer: gives its body", async (t) => {
  const { client } = await start(t, (response) => sendJson(response, 200, { success: true }));
  assert.deepEqual(await client.conversations.delete({ conversation_id }), { success: true });
});

test("an answer: gives a body that is a JSON string", async (t) => {
  const { client } = await start(t, (response) => sendJson(response, 200, "OK"));
  assert.equal(await client.health.health(), "OK");
});

test("an answer: with an error body is an ApiError with everything that the body says", async (t) => {
  const details = [{ in: "query", path: "limit", message: "must be an integer" }];
  const { client } = await start(t, (response) => sendError(response, 400, "validation_failed", { details }));
  const error = await errorOf(client.conversations.list());
  assert(error instanceof ApiError);
  const { name, message, code, status, requestId, operation, retryAfterMs } = error;
  assert.deepEqual(
    { name, message, code, status, requestId, operation, retryAfterMs, details: error.details },
    {
      name: "ApiError",
      message: "It is validation_failed.",
      code: "validation_failed",
      status: 400,
      requestId: "r-1",
      operation: "conversations.list",
      retryAfterMs: undefined,
      details,
    },
  );
});

test("an answer: with a code that the contract does not list is an ApiError too", async (t) => {
  const { client } = await start(t, (response) => sendError(response, 418, "teapot"));
  const error = await errorOf(client.conversations.list());
  assert(isApiError(error));
  assert.equal(error.code, "teapot");
  assert.deepEqual(error.details, []);
});

const unexpected = [
  { what: "an HTML page with 200", status: 200, body: "<html>Log in</html>" },
  { what: "an HTML page with 502", status: 502, body: "<html>Bad Gateway</html>" },
  { what: "an empty body", status: 200, body: "" },
  { what: "broken JSON", status: 200, body: '{"results": [' },
  { what: "another server's error", status: 404, body: '{"detail":"Not Found"}' },
  { what: "an error that is null", status: 500, body: "null" },
];
for (const { what, status, body } of unexpected) {
  test(`an answer: with ${what} is an UnexpectedResponseError`, async (t) => {
    const { client } = await start(t, (response) => response.writeHead(status).end(body));
    const error = await errorOf(client.conversations.list());
    assert(error instanceof UnexpectedResponseError);
    assert.deepEqual([error.status, error.excerpt, error.operation], [status, body, "conversations.list"]);
    assert(error.message.includes(JSON.stringify(body)), error.message);
  });
}

test("an answer: is cut to its beginning in an UnexpectedResponseError", async (t) => {
  const { client } = await start(t, (response) => response.end("x".repeat(5000)));
  const error = await errorOf(client.conversations.list());
  assert(error instanceof UnexpectedResponseError);
  assert.equal(error.excerpt, "x".repeat(200));
});

test("an answer: that breaks off is a ConnectionError", async (t) => {
  const { client } = await start(t, (response) => {
    response.writeHead(200, { "content-length": "100" }).write("{");
    setImmediate(() => response.destroy());
  });
  assert((await errorOf(client.conversations.list())) instanceof ConnectionError);
});

test("a server that cannot be reached: is a ConnectionError with what fetch said as its cause", async () => {
  const client = createClient({ baseUrl: "http://127.0.0.1:1", maxRetries: 0 });
  const error = await errorOf(client.conversations.list());
  assert(error instanceof ConnectionError);
  assert.equal(error.message, "conversations.list: no complete answer from http://127.0.0.1:1");
  assert(error.cause instanceof TypeError);
});

const gone = new ApiError("Gone.", {
  code: "conversation_not_found",
  status: 404,
  details: [],
  requestId: undefined,
  retryAfterMs: undefined,
  operation: "conversations.get",
});
const codeCases = [
  { what: "without codes", codes: [], want: true },
  { what: "with its code", codes: ["conversation_not_found"], want: true },
  { what: "with its code among others", codes: ["rate_limited", "conversation_not_found"], want: true },
  { what: "with another code", codes: ["rate_limited"], want: false },
] as const;
for (const { what, codes, want } of codeCases) {
  test(`isApiError: ${what} is ${want}`, () => assert.equal(isApiError(gone, ...codes), want));
}

test("isApiError: is false for other errors", () => {
  for (const other of [new Error("conversation_not_found"), { code: "conversation_not_found" }, null, undefined]) {
    assert.equal(isApiError(other), false);
    assert.equal(isApiError(other, "conversation_not_found"), false);
  }
});

/** Leaves the request without an answer. */
const never: Answerer = () => undefined;

test("waiting for an answer: ends with a TimeoutError after timeoutMs", async (t) => {
  const { client } = await start(t, never, { timeoutMs: 50 });
  const error = await errorOf(client.conversations.list());
  assert(error instanceof TimeoutError);
  assert.deepEqual([error.operation, error.timeoutMs], ["conversations.list", 50]);
});

test("waiting for an answer: ends with the timeout of the call when it has one", async (t) => {
  const { client } = await start(t, never, { timeoutMs: 60_000 });
  const error = await errorOf(client.conversations.list({}, { timeoutMs: 50 }));
  assert(error instanceof TimeoutError);
  assert.equal(error.timeoutMs, 50);
});

test("waiting for an answer: counts the time until the end of the body", async (t) => {
  const { client } = await start(t, (response) => response.writeHead(200).write("{"), { timeoutMs: 100 });
  assert((await errorOf(client.conversations.list())) instanceof TimeoutError);
});

for (const timeoutMs of [Number.POSITIVE_INFINITY, 2 ** 31]) {
  test(`waiting for an answer: does not end early with a timeout of ${timeoutMs}`, async (t) => {
    const { client } = await start(t, (response) => setTimeout(() => sendJson(response, 200, {}), 50), { timeoutMs });
    assert.deepEqual(await client.conversations.list(), {});
  });
}

test("waiting for an answer: ends with the signal's own reason when that is aborted", async (t) => {
  const { client } = await start(t, never);
  const reason = new Error("changed my mind");
  const controller = new AbortController();
  const call = errorOf(client.conversations.list({}, { signal: controller.signal }));
  setTimeout(() => controller.abort(reason), 50);
  assert.equal(await call, reason);
});

test("waiting for an answer: does not begin when the signal is aborted already", async (t) => {
  const { client, requests } = await start(t);
  const reason = new Error("never mind");
  assert.equal(await errorOf(client.conversations.list({}, { signal: AbortSignal.abort(reason) })), reason);
  assert.equal(requests.length, 0);
});

test("waiting for an answer: leaves no listener on the signal", async (t) => {
  const { client } = await start(t);
  const { signal } = new AbortController();
  const add = t.mock.method(signal, "addEventListener");
  const remove = t.mock.method(signal, "removeEventListener");
  await client.conversations.list({}, { signal });
  assert.equal(add.mock.callCount(), 1);
  assert.deepEqual(remove.mock.calls[0]?.arguments, add.mock.calls[0]?.arguments);
});
