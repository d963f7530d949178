import assert from "node:assert/strict";
import { test } from "node:test";
import { after } from "node:test";
import { caller } from "../../support/api.ts";
import { assertRefused } from "../../support/refusal.ts";
import { startServer } from "../../support/start-server.ts";

const server = await startServer({ after });
const call = caller(server);

test("the models are sorted, and each can be set", async () => {
  const { body: models } = await call("GET", "/api/options/models");
  assert.ok(models.includes("test/echo") && models.includes("test/tools"));
  assert.deepEqual(models, models.toSorted());
  for (const llm_model of models)
    assert.equal((await call("POST", "/api/settings", { body: { llm_model } })).status, 200);
});

test("there is an agent", async () => {
  assert.deepEqual((await call("GET", "/api/options/agents")).body, ["CodeActAgent"]);
});

test("a server says that it is not the hosted service, without credentials", async () => {
  const { status, body } = await call("GET", "/saas", { key: null });
  assert.deepEqual([status, body], [200, { saas: false }]);
  assert.equal((await call("GET", "/api/options/config", { key: null })).body.APP_MODE, "oss");
});

test("no security analyzer is promised that there is not", async () => {
  const { status, body } = await call("GET", "/api/options/security-analyzers");
  assert.deepEqual([status, body], [200, []]);
  assertRefused(await call("GET", "/api/options/security-analyzers", { key: null }), 401, "unauthenticated");
});

test("probes are answered without credentials, in the forms that they expect", async () => {
  const wants = [
    ["/alive", { status: "ok" }],
    ["/health", "OK"],
    ["/ready", "OK"],
    ["/api/readiness", { status: "ok", components: { store: "ok" } }],
  ] as const;
  for (const [path, want] of wants) {
    const { status, body } = await call("GET", path, { key: null });
    assert.deepEqual([status, body], [200, want]);
  }
});
