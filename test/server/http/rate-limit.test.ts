import assert from "node:assert/strict";
import { test } from "node:test";
import type { TestContext } from "node:test";
import { caller, until } from "../../support/api.ts";
import type { Answer, Call } from "../../support/api.ts";
import { addUser } from "../../support/cli.ts";
import { assertRefused } from "../../support/refusal.ts";
import { startServer } from "../../support/start-server.ts";

/** The windows begin with the first request, so a limit a day never ends within a test. */
async function limited(t: TestContext, env: Record<string, string>) {
  const server = await startServer(t, { env });
  return { server, call: caller(server) };
}

function assertLimited(answer: Answer, limit: number): void {
  assertRefused(answer, 429, "rate_limited");
  const number = (name: string) => Number(answer.headers.get(name));
  assert.equal(number("x-ratelimit-limit"), limit);
  assert.equal(number("x-ratelimit-remaining"), 0);
  assert.ok(number("retry-after") >= 1);
  assert.ok(Number.isInteger(number("retry-after")));
  const reset = number("x-ratelimit-reset") * 1000;
  assert.ok(
    reset > Date.now() - 5000 && reset < Date.now() + 86_405_000,
    "the end of the window, in seconds since 1970",
  );
}

test("a user is refused beyond the limit, and told what is left before", async (t) => {
  const { server, call } = await limited(t, { RATE_LIMIT_USER: "3/day" });
  for (const left of ["2", "1", "0"]) {
    const answer = await call("GET", "/api/keys");
    assert.equal(answer.status, 200);
    assert.deepEqual(
      [answer.headers.get("x-ratelimit-limit"), answer.headers.get("x-ratelimit-remaining")],
      ["3", left],
    );
  }
  assertLimited(await call("GET", "/api/keys"), 3);
  assertLimited(await call("POST", "/api/keys", { raw: "{" }), 3);

  await t.test("who the user is counts, not the key", async () => {
    const { body } = await caller(server)("POST", "/api/login", { body: { api_key: server.key }, key: null });
    assert.equal(body.success, true, "logging in is no request of a user yet");
    assertLimited(await call("GET", "/api/settings", { key: null, headers: { "X-Session-API-Key": server.key } }), 3);
  });
  await t.test("another user is not affected", async () => {
    const key = await addUser(server, "second");
    assert.equal((await call("GET", "/api/keys", { key })).status, 200);
  });
  await t.test("what needs no user is not affected", async () => {
    assert.equal((await call("GET", "/api/options/config", { key: null })).status, 200);
    assert.equal((await call("GET", "/alive")).status, 200);
  });
  await t.test("a refused request counts as unauthenticated first", async () => {
    assertRefused(await call("GET", "/api/keys", { key: "oh_unknown" }), 401, "invalid_credentials");
  });
});

test("of two windows each holds: 3/second; 5/minute lets 5 through, however they are spread", async (t) => {
  const { call } = await limited(t, { RATE_LIMIT_USER: "3/second; 5/minute" });
  let passed = 0;
  let refusal: Answer | undefined;
  await until(async () => {
    const answer = await call("GET", "/api/keys");
    if (answer.status === 200) passed += 1;
    else if (answer.headers.get("x-ratelimit-limit") === "3") assertLimited(answer, 3);
    else refusal = answer;
    return refusal !== undefined;
  });
  assert.ok(refusal);
  assertLimited(refusal, 5);
  assert.equal(passed, 5, "what the short window refuses does not use up the long one");
  assert.ok(Number(refusal.headers.get("retry-after")) <= 60);
});

test("an address is refused beyond the limit, whoever asks and whatever for", async (t) => {
  const { server, call } = await limited(t, { RATE_LIMIT_ADDRESS: "4/day" });
  assert.equal((await call("GET", "/api/keys")).headers.get("x-ratelimit-remaining"), "3");
  assertRefused(await call("GET", "/api/keys", { key: "oh_unknown" }), 401, "invalid_credentials");
  assertRefused(await call("GET", "/nothing"), 404, "route_not_found");
  assertRefused(await call("POST", "/api/reset-settings"), 410, "operation_removed");
  const attempts: [string, string, Parameters<Call>[2]?][] = [
    ["GET", "/api/keys"],
    ["GET", "/api/keys", { key: "oh_unknown" }],
    ["GET", "/nothing"],
    ["POST", "/api/reset-settings"],
    ["POST", "/api/login", { raw: "{" }],
    ["PUT", "/api/keys"],
    ["GET", "/openapi.yaml"],
  ];
  for (const attempt of attempts) assertLimited(await call(...attempt), 4);

  await t.test("health is exempt, and so are assets", async () => {
    for (const path of ["/alive", "/health", "/ready", "/api/readiness"]) {
      const answer = await call("GET", path, { key: null });
      assert.equal(answer.status, 200);
      assert.equal(answer.headers.get("x-ratelimit-limit"), null);
    }
    const asset = await fetch(`${server.url}/assets/console.css`);
    assert.equal(asset.status, 200);
    await asset.text(); // so that nothing of it is left on the connection
  });
  await t.test("scripts of permitted origins can read the refusal", async () => {
    const origin = "http://localhost:5173";
    const answer = await call("GET", "/api/keys", { headers: { Origin: origin } });
    assertLimited(answer, 4);
    assert.equal(answer.headers.get("access-control-allow-origin"), origin);
    const exposed = (answer.headers.get("access-control-expose-headers") ?? "").split(",");
    for (const name of [
      "Retry-After",
      "X-RateLimit-Limit",
      "X-RateLimit-Remaining",
      "X-RateLimit-Reset",
      "X-Request-ID",
    ])
      assert.ok(exposed.includes(name), name);
  });
});

test("a limit that is off leaves no header", async (t) => {
  const { call } = await limited(t, { RATE_LIMIT_USER: "off", RATE_LIMIT_ADDRESS: "off" });
  const { headers } = await call("GET", "/api/keys");
  assert.deepEqual(
    [...headers.keys()].filter((name) => name.startsWith("x-ratelimit")),
    [],
  );
});

test("a burst waits before it is refused, and who leaves meanwhile has nothing carried out", async (t) => {
  const env = { RATE_LIMIT_ADDRESS: "5/minute", RATE_LIMIT_ADDRESS_BURST: "1/second" };
  const { server, call } = await limited(t, env);
  const { body: key } = await call("POST", "/api/keys", { body: {} });
  const gone = new AbortController();
  const headers = { Authorization: `Bearer ${server.key}` };
  const removal = fetch(`${server.url}/api/keys/${key.id}`, { method: "DELETE", headers, signal: gone.signal });
  const meanwhile = [assert.rejects(removal), call("GET", "/api/keys"), call("GET", "/alive").then(() => gone.abort())];
  await Promise.all(meanwhile);
  await until(() => server.output().includes('"aborted":true'));
  await call("GET", "/api/keys");
  const { body: keys } = await call("GET", "/api/keys");
  assert.ok(keys.some(({ id }: { id: string }) => id === key.id));
  assertLimited(await call("GET", "/api/keys"), 5);
});
