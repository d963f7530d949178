import assert from "node:assert/strict";
import { test } from "node:test";
import { reportText } from "../../conformance/report/terminal.ts";
import { runConformance } from "../../conformance/run.ts";
import { caller } from "../support/api.ts";
import { startServer } from "../support/start-server.ts";

for (const v1 of [true, false])
  test(`our server keeps its promises with V1 ${v1 ? "on" : "off"}`, async (t) => {
    // As operators run it: what a run makes must fit under the limit of running conversations.
    const env = { ENABLE_V1: v1 ? "on" : "off", MAX_RUNNING_CONVERSATIONS: "" };
    const server = await startServer(t, { env });
    const call = caller(server);
    await call("POST", "/api/secrets", { body: { name: "NPM_TOKEN", value: "theirs", description: "Theirs." } });
    const { body: theirs } = await call("GET", "/api/secrets");
    const report = await runConformance({ url: server.url, key: server.key, v1 });
    assert.equal(report.failed, 0, reportText(report));
    assert.deepEqual((await call("GET", "/api/secrets")).body, theirs, "only the run's own secrets are touched");
    assert.deepEqual((await call("GET", "/api/settings")).body.provider_tokens_set, {});
    assert.equal(report.counts.operations.met, report.counts.operations.declared);
    assert.equal(report.counts.messages.met, report.counts.messages.declared);
  });

test("a run takes away no tokens of git providers, which it could not put back", async (t) => {
  const server = await startServer(t);
  const call = caller(server);
  await call("POST", "/api/settings", { body: {} });
  await call("POST", "/api/add-git-providers", { body: { provider_tokens: { gitlab: { token: "theirs" } } } });
  const report = await runConformance({ url: server.url, key: server.key, only: "rest/providers.*/200*" });
  assert.equal(report.passed, 0);
  for (const { failures } of report.results) assert.match(failures[0]?.found ?? "", /stored tokens of gitlab/);
  assert.deepEqual((await call("GET", "/api/settings")).body.provider_tokens_set, { gitlab: null });
});
