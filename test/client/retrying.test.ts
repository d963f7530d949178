import assert from "node:assert/strict";
import { test } from "node:test";
import type { TestContext } from "node:test";
import {
  ConnectionError,
  TimeoutError,
  UnexpectedResponseError,
  createClient,
  isApiError,
} from "../../client/index.ts";
import type { Client, ClientOptions } from "../../client/index.ts";
import { backoff } from "../../client/waiting.ts";
import { errorOf } from "./errors.ts";
import { sendError, sendJson, startHttp } from "./fake-servers.ts";
import type { Answerer } from "./fake-servers.ts";

const conversation_id = "5f0c2b7e9d1a4c3e8b6f7a2d1c0e9f84";

/** A client of a fake server, that does not wait long before it tries again. */
async function start(t: TestContext, answer: Answerer, options: Partial<ClientOptions> = {}) {
  const { url, requests } = await startHttp(t, answer);
  return { client: createClient({ baseUrl: url, retryDelayMs: () => 1, ...options }), requests };
}

/** Refuses the first requests, then answers. */
const refuse =
  (count: number, headers: Readonly<Record<string, string>>): Answerer =>
  (response, _request, before) =>
    before < count
      ? sendError(response, 429, "rate_limited", { headers })
      : sendJson(response, 200, { success: true, event_id: 7 });
const message = { conversation_id, body: { message: "Hi" } };

test("a 429: is retried, whatever the method, with the same request", async (t) => {
  const { client, requests } = await start(t, refuse(2, { "retry-after": "0" }));
  assert.equal((await client.events.message(message)).event_id, 7);
  assert.deepEqual(
    requests.map(({ method, body }) => `${method} ${body}`),
    Array.from({ length: 3 }, () => 'POST {"message":"Hi"}'),
  );
});

test("a 429: is given to the caller after two retries", async (t) => {
  const { client, requests } = await start(t, refuse(9, { "retry-after": "0" }));
  const error = await errorOf(client.events.message(message));
  assert(isApiError(error, "rate_limited"));
  assert.deepEqual([error.status, error.retryAfterMs, requests.length], [429, 0, 3]);
});

test("a 429: is retried after the seconds of Retry-After", async (t) => {
  const { client } = await start(t, refuse(1, { "retry-after": "1" }));
  const begin = performance.now();
  await client.events.message(message);
  assert(performance.now() - begin >= 990);
});

test("a 429: is retried after a pause of the client's own when it does not say when", async (t) => {
  const tries: number[] = [];
  const retryDelayMs = (count: number) => {
    tries.push(count);
    return 1;
  };
  const { client } = await start(t, refuse(2, { "retry-after": "soon" }), { retryDelayMs });
  await client.events.message(message);
  assert.deepEqual(tries, [1, 2]);
});

test("a 429: understands a date in Retry-After", async (t) => {
  const date = new Date(Date.now() + 50_000).toUTCString();
  const { client } = await start(t, refuse(9, { "retry-after": date }), { maxRetries: 0 });
  const error = await errorOf(client.events.message(message));
  assert(isApiError(error, "rate_limited"));
  assert(Number(error.retryAfterMs) > 40_000 && Number(error.retryAfterMs) <= 50_000, `${error.retryAfterMs}`);
});

test("a 429: is not retried when the server asks to wait for more than a minute", async (t) => {
  const { client, requests } = await start(t, refuse(9, { "retry-after": "61" }));
  const error = await errorOf(client.events.message(message));
  assert(isApiError(error, "rate_limited"));
  assert.deepEqual([error.retryAfterMs, requests.length], [61_000, 1]);
});

test("a 429: is not retried with maxRetries 0", async (t) => {
  const { client, requests } = await start(t, refuse(9, { "retry-after": "0" }), { maxRetries: 0 });
  assert(isApiError(await errorOf(client.events.message(message)), "rate_limited"));
  assert.equal(requests.length, 1);
});

test("a 429: can be aborted while it waits", async (t) => {
  const { client, requests } = await start(t, refuse(9, { "retry-after": "30" }));
  const reason = new Error("enough");
  const controller = new AbortController();
  const call = errorOf(client.events.message(message, { signal: controller.signal }));
  setTimeout(() => controller.abort(reason), 100);
  assert.equal(await call, reason);
  assert.equal(requests.length, 1);
});

/** Calls that can be made twice without harm, and calls that cannot. */
const repeatable: Readonly<Record<string, (client: Client) => Promise<unknown>>> = {
  GET: (client) => client.conversations.get({ conversation_id }),
  PUT: (client) => client.secrets.update({ secret_id: "A", body: { name: "B" } }),
  DELETE: (client) => client.conversations.delete({ conversation_id }),
  "POST with a key": (client) => client.events.message(message),
};
const others: typeof repeatable = {
  POST: (client) => client.conversations.stop({ conversation_id }),
  PATCH: (client) => client.conversations.rename({ conversation_id, body: { title: "A" } }),
};

/** What may come of a request instead of an answer of the server. */
const failures: Record<string, Answerer> = {
  "a connection that is cut": (response) => response.destroy(),
  "502 of a proxy": (response) => response.writeHead(502).end("<html>Bad Gateway</html>"),
  "503 of the server": (response) => sendError(response, 503, "not_ready"),
  "504 of a proxy": (response) => response.writeHead(504).end(),
  "no answer in time": () => undefined,
};

for (const [method, call] of Object.entries(repeatable)) {
  for (const [what, fail] of Object.entries(failures)) {
    test(`a failure: ${what} has a ${method} repeated, the same request`, async (t) => {
      const answer: Answerer = (response, request, before) =>
        before < 2 ? fail(response, request, before) : sendJson(response, 200, { success: true });
      const { client, requests } = await start(t, answer, { timeoutMs: 200 });
      assert.deepEqual(await call(client), { success: true });
      assert.equal(requests.length, 3);
      const [first] = requests;
      for (const { headers, ...request } of requests) {
        assert.deepEqual(request, { method: first?.method, url: first?.url, body: first?.body });
        assert.equal(headers["idempotency-key"], first?.headers["idempotency-key"]);
      }
    });
  }
}

for (const [method, call] of Object.entries(others)) {
  for (const [what, fail] of Object.entries(failures)) {
    test(`a failure: ${what} has a ${method} fail at once`, async (t) => {
      const { client, requests } = await start(t, fail, { timeoutMs: 200 });
      await errorOf(call(client));
      assert.equal(requests.length, 1);
    });
  }
}

test("a failure: is given to the caller after two retries", async (t) => {
  const wants = [ConnectionError, UnexpectedResponseError, undefined, UnexpectedResponseError, TimeoutError];
  for (const [index, fail] of Object.values(failures).entries()) {
    const { client, requests } = await start(t, fail, { timeoutMs: 200 });
    const error = await errorOf(client.conversations.list());
    const want = wants[index];
    assert(want ? error instanceof want : isApiError(error, "not_ready"), String(error));
    assert.equal(requests.length, 3);
  }
});

test("a failure: is not retried by a call with maxRetries 0", async (t) => {
  const { client, requests } = await start(t, (response) => sendError(response, 503, "not_ready"));
  assert(isApiError(await errorOf(client.health.readiness({}, { maxRetries: 0 })), "not_ready"));
  assert.equal(requests.length, 1);
});

for (const status of [400, 404, 409, 500]) {
  test(`a failure: ${status} is an answer, and not retried`, async (t) => {
    const { client, requests } = await start(t, (response) => sendError(response, status, "some_code"));
    assert(isApiError(await errorOf(client.conversations.list())));
    assert.equal(requests.length, 1);
  });
}

test("a failure: is not retried once the call has been aborted", async (t) => {
  const reason = new Error("enough");
  const controller = new AbortController();
  const { client, requests } = await start(t, (response) => {
    controller.abort(reason);
    response.destroy();
  });
  assert.equal(await errorOf(client.conversations.list({}, { signal: controller.signal })), reason);
  assert.equal(requests.length, 1);
});

test("an Idempotency-Key: is new for each call, and only where the operation takes one", async (t) => {
  const { client, requests } = await start(t, (response) => sendJson(response, 200, {}));
  await client.events.message(message);
  await client.events.message(message);
  await client.conversations.stop({ conversation_id });
  await client.conversations.list();
  const keys = requests.map(({ headers }) => headers["idempotency-key"]);
  assert.match(String(keys[0]), /^[0-9a-f]{32}$/);
  assert.match(String(keys[1]), /^[0-9a-f]{32}$/);
  assert.notEqual(keys[0], keys[1]);
  assert.deepEqual(keys.slice(2), [undefined, undefined]);
});

test("an Idempotency-Key: is the caller's where the caller gives one", async (t) => {
  const { client, requests } = await start(t, (response) => sendJson(response, 200, {}));
  await client.events.message(message, { headers: { "Idempotency-Key": "mine" } });
  assert.equal(requests[0]?.headers["idempotency-key"], "mine");
});

test("the pause: is doubled with each try up to half a minute, less up to a half of it", (t) => {
  const random = t.mock.method(Math, "random", () => 0);
  assert.deepEqual([1, 2, 3, 7, 8, 2000].map(backoff), [500, 1000, 2000, 30_000, 30_000, 30_000]);
  random.mock.mockImplementation(() => 0.999_999);
  assert.equal(Math.round(backoff(1)), 250);
});
