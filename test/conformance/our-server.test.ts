import assert from "node:assert/strict";
import { test } from "node:test";
import { reportText } from "../../conformance/report/terminal.ts";
import { runConformance } from "../../conformance/run.ts";
import { caller } from "../support/api.ts";
import { startProvider } from "../support/oidc-provider.ts";
import { startServer } from "../support/start-server.ts";
import { sqlite, storeSides } from "../support/stores.ts";

const onEachStore = storeSides.map((side) => ({ v1: true, side }));

for (const { v1, side } of [...onEachStore, { v1: false, side: sqlite }])
  test(`our server keeps its promises with V1 ${v1 ? "on" : "off"} and ${side.name}`, async (t) => {
    // As operators run it: what a run makes must fit under the limit of running conversations.
    const env = { ENABLE_V1: v1 ? "on" : "off", MAX_RUNNING_CONVERSATIONS: "" };
    const server = await startServer(t, { env, place: await side.place(t) });
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

test("our server keeps its promises about logins at an OpenID provider", async (t) => {
  const provider = await startProvider(t);
  const server = await startServer(t, { env: provider.env });
  const run = (key: string, only: string) => runConformance({ url: server.url, key, oidc: true, only });
  const logins = await run(server.key, "rest/oidc.*/**");
  assert.equal(logins.failed, 0, reportText(logins));
  assert.ok(logins.results.some(({ name, outcome }) => name === "rest/oidc.login/302" && outcome === "passed"));
  const token = await provider.accessToken();
  for (const only of ["rest/settings.get/**", "rest/security-bearer", "rest/security-sessionApiKey"]) {
    const report = await run(token, only);
    assert.equal(report.failed, 0, reportText(report));
    assert.ok(report.passed > 0);
  }
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
