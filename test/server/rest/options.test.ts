import assert from "node:assert/strict";
import { test } from "node:test";
import { after } from "node:test";
import { readModelCatalogue } from "../../../scripts/model-catalogue.ts";
import { caller } from "../../support/api.ts";
import { assertRefused } from "../../support/refusal.ts";
import { startServer } from "../../support/start-server.ts";

const server = await startServer({ after });
const call = caller(server);

test("the models are those of the catalogue and those without a language model, sorted, each once", async () => {
  const models: string[] = (await call("GET", "/api/options/models")).body;
  const inCatalogue = models.filter((name) => !name.startsWith("test/"));
  assert.deepEqual(inCatalogue, await readModelCatalogue());
  assert.ok(models.includes("test/echo") && models.includes("test/tools"));
  assert.deepEqual(models, [...new Set(models)].toSorted());
});

test("a model of either kind can be set", async () => {
  const { body: models } = await call("GET", "/api/options/models");
  for (const llm_model of ["test/echo", models.find((name: string) => !name.startsWith("test/"))]) {
    assert.equal((await call("POST", "/api/settings", { body: { llm_model } })).status, 200);
    assert.equal((await call("GET", "/api/settings")).body.llm_model, llm_model);
  }
});

test("there is an agent", async () => {
  assert.deepEqual((await call("GET", "/api/options/agents")).body, ["CodeActAgent"]);
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
    ["/api/readiness", { status: "ok", components: { store: "ok" } }],
  ] as const;
  for (const [path, want] of wants) {
    const { status, body } = await call("GET", path, { key: null });
    assert.deepEqual([status, body], [200, want]);
  }
});
