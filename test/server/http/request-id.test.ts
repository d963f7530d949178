import assert from "node:assert/strict";
import { after, test } from "node:test";
import { caller, until } from "../../support/api.ts";
import { sendRaw } from "../../support/raw-request.ts";
import { assertRefused } from "../../support/refusal.ts";
import { startServer } from "../../support/start-server.ts";

const server = await startServer({ after });
const call = caller(server);
const authorization = ["Authorization", `Bearer ${server.key}`] as const;

for (const id of ["a", "01K9Z8Q4W3V5T7R9P1N3M5K7J9", "!~", "x".repeat(128)]) {
  test(`the request id ${id.slice(0, 30)} comes back in the header, and in the body of an error`, async () => {
    const headers = { "X-Request-ID": id };
    assert.equal((await call("GET", "/api/keys", { headers })).headers.get("x-request-id"), id);
    const refused = await call("GET", "/api/keys", { headers, key: null });
    assertRefused(refused, 401, "unauthenticated");
    assert.equal(refused.body.request_id, id);
  });
}

const badIds = [
  { name: "empty", headers: [["X-Request-ID", ""]] },
  { name: "of one character too many", headers: [["X-Request-ID", "x".repeat(129)]] },
  { name: "with a space", headers: [["X-Request-ID", "a b"]] },
  { name: "with a letter beyond ASCII", headers: [["X-Request-ID", "\xe4"]] },
  {
    name: "given twice",
    headers: [
      ["X-Request-ID", "a"],
      ["X-Request-ID", "b"],
    ],
  },
] as const;

for (const { name, headers } of badIds) {
  test(`a request id is refused, and another one given: ${name}`, async () => {
    for (const path of ["/api/keys", "/alive", "/api/options/config"]) {
      const answer = await sendRaw(server, { method: "GET", path, headers: [authorization, ...headers] });
      assertRefused(answer, 400, "validation_failed", ["header.X-Request-ID"]);
      assert.match(answer.body.request_id, /^[0-9a-f-]{36}$/);
    }
  });
}

test("a request with a bad id changes nothing", async () => {
  const create = { method: "POST", path: "/api/keys", body: '{"name":"never made"}' };
  const headers = [authorization, ["Content-Type", "application/json"], ["X-Request-ID", "a b"]] as const;
  assertRefused(await sendRaw(server, { ...create, headers }), 400, "validation_failed");
  const { body: keys } = await call("GET", "/api/keys");
  assert.ok(keys.every(({ name }: { name: string }) => name !== "never made"));
});

test("each request without an id is given one of its own, also where there is no operation", async () => {
  const answers = await Promise.all(
    ["/alive", "/alive", "/nothing", "/openapi.yaml"].map((path) => fetch(server.url + path)),
  );
  const ids = answers.map(({ headers }) => headers.get("x-request-id") ?? "");
  for (const id of ids) assert.match(id, /^[0-9a-f-]{36}$/);
  assert.equal(new Set(ids).size, ids.length);
});

test("the log names the request", async () => {
  await call("GET", "/api/keys", { headers: { "X-Request-ID": "find-me-in-the-log" } });
  const find = () =>
    server
      .output()
      .split("\n")
      .find((text) => text.includes("find-me-in-the-log"));
  await until(() => find() !== undefined);
  const { request_id, method, path, status } = JSON.parse(find() ?? "{}");
  assert.deepEqual(
    { request_id, method, path, status },
    { request_id: "find-me-in-the-log", method: "GET", path: "/api/keys", status: 200 },
  );
});
