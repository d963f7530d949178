import assert from "node:assert/strict";
import { after, test } from "node:test";
import { allEvents, caller, createConversation } from "../../support/api.ts";
import { startServer } from "../../support/start-server.ts";

const envelope = "application/vnd.openhands.envelope+json";
const headers = { Accept: envelope };
const call = caller(await startServer({ after }));

const paths = ["/api/options/models", "/api/conversations", "/health", "/api/v1/users/me", "/api/options/config"];

for (const path of paths) {
  test(`GET ${path} in an envelope holds the plain body as data`, async () => {
    const [plain, enveloped] = [await call("GET", path), await call("GET", path, { headers })];
    assert.equal(enveloped.status, plain.status);
    assert.equal(enveloped.headers.get("content-type"), envelope);
    assert.deepEqual(enveloped.body, { success: true, data: plain.body, error: null });
  });
}

test("stored events are spliced into an envelope too", async () => {
  const id = await createConversation(call, { initial_user_msg: "hello" });
  const { body } = await call("GET", `/api/conversations/${id}/events?limit=3`, { headers });
  assert.deepEqual(body.data.events, (await allEvents(call, id)).slice(0, 3));
});

const errors = [
  ["a missing credential", "GET", "/api/keys", { key: null }],
  ["an unknown path", "GET", "/api/nothing", {}],
  ["a wrong method", "PUT", "/api/keys", {}],
  ["a removed operation", "POST", "/api/reset-settings", {}],
  ["a body that does not fit", "POST", "/api/keys", { body: { name: 1 } }],
] as const;

for (const [what, method, path, options] of errors) {
  test(`${what} in an envelope is the plain error with data, which is null`, async () => {
    const request = { "X-Request-ID": "envelope-test" };
    const plain = await call(method, path, { ...options, headers: request });
    const enveloped = await call(method, path, { ...options, headers: { ...request, ...headers } });
    assert.equal(enveloped.status, plain.status);
    assert.equal(enveloped.headers.get("content-type"), envelope);
    assert.deepEqual(enveloped.body, { ...plain.body, data: null });
  });
}

const negotiations = [
  ["*/*", "application/json; charset=utf-8"],
  ["text/html", "application/json; charset=utf-8"],
  [`application/json, ${envelope};q=0.5`, "application/json; charset=utf-8"],
  [`application/json;q=0.5, ${envelope}`, envelope],
  [`${envelope};q=0`, "application/json; charset=utf-8"],
] as const;

for (const [accept, type] of negotiations) {
  test(`Accept: ${accept} is answered as ${type}`, async () => {
    const answer = await call("GET", "/alive", { headers: { Accept: accept } });
    assert.equal(answer.headers.get("content-type"), type);
    assert.match(answer.headers.get("vary") ?? "", /Accept/);
  });
}
