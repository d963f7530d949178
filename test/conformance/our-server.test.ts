import assert from "node:assert/strict";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { loadDocument } from "../../conformance/documents.ts";
import { loadGaps } from "../../conformance/gaps.ts";
import { matches } from "../../conformance/glob.ts";
import { channelsOf } from "../../conformance/messages.ts";
import { operationsOf } from "../../conformance/operations.ts";
import { phaseNames } from "../../conformance/phases/phase.ts";
import type { PhaseName } from "../../conformance/phases/phase.ts";
import { reportText } from "../../conformance/report/terminal.ts";
import type { Report } from "../../conformance/results.ts";
import { runConformance } from "../../conformance/run.ts";
import { unitsOf } from "../../conformance/units.ts";
import { caller } from "../support/api.ts";
import type { Call } from "../support/api.ts";
import { addUser } from "../support/cli.ts";
import { startProvider } from "../support/oidc-provider.ts";
import { startServer } from "../support/start-server.ts";
import { sqlite, storeSides } from "../support/stores.ts";
import { gapsFile } from "./support/gaps.ts";
import { situations } from "./situations/index.ts";

const isMadeUp = (name: PhaseName): boolean => name === "coverage" || name === "fuzz";

/** The names of everything that is documented and has been met, in whichever test of this file. */
const met = new Set<string>();

function note({ results }: Report): void {
  for (const { name, outcome } of results) if (outcome === "passed") met.add(name);
}

const onEachStore = storeSides.map((side) => ({ v1: true, side }));

for (const { v1, side } of [...onEachStore, { v1: false, side: sqlite }])
  test(`our server keeps its promises with V1 ${v1 ? "on" : "off"} and ${side.name}`, async (t) => {
    // As operators run it: what a run makes must fit under the limit of running conversations.
    const env = { ENABLE_V1: v1 ? "on" : "off", MAX_RUNNING_CONVERSATIONS: "" };
    const server = await startServer(t, { env, place: await side.place(t) });
    const call = caller(server);
    await call("POST", "/api/secrets", { body: { name: "NPM_TOKEN", value: "theirs", description: "Theirs." } });
    const { body: theirs } = await call("GET", "/api/secrets");
    const secondKey = await addUser(server, "another");
    // What can be sent is the same with the gate off, but for less of it; and the same in each run of this test.
    // The second store gets fewer: what a request looks like is checked before either of them is asked.
    const madeUp = v1
      ? { seed: 1, maxRequests: side === sqlite ? 1000 : 200 }
      : { phases: phaseNames.filter((name) => !isMadeUp(name)) };
    const report = await runConformance({ url: server.url, key: server.key, secondKey, v1, ...madeUp });
    note(report);
    assert.equal(report.failed, 0, reportText(report));
    assert.deepEqual((await call("GET", "/api/secrets")).body, theirs, "only the run's own secrets are touched");
    assert.deepEqual((await call("GET", "/api/settings")).body.provider_tokens_set, {});
    assert.deepEqual(await leftTo(call, server.key), [], "nothing of the run is left");
    assert.deepEqual(await leftTo(call, secondKey), [], "nothing of the run is left to the other user");
    for (const { name, unmet } of report.coverage)
      if (["operations", "messages"].includes(name)) assert.deepEqual(unmet, [], name);
  });

for (const { name, meet } of situations)
  test(`our server keeps its promises in a situation of its own: ${name}`, async (t) => {
    for (const unit of await meet(t)) met.add(unit);
  });

test("our server keeps its promises about logins at an OpenID provider", async (t) => {
  const provider = await startProvider(t);
  const server = await startServer(t, { env: provider.env });
  const run = (key: string, only: string) => runConformance({ url: server.url, key, oidc: true, only });
  const logins = await run(server.key, "rest/oidc.*/**");
  note(logins);
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

test("everything that the documents declare has been met by one of the tests above, or stands in a list with the reason", async () => {
  const read = (kind: "openapi" | "asyncapi") =>
    loadDocument(kind, fileURLToPath(new URL(`../../${kind}.yaml`, import.meta.url)), 0);
  const [operations, channels] = [operationsOf(await read("openapi")), channelsOf(await read("asyncapi"))];
  const gates = [true, false].map((open) => ({ v1: open, oidc: open }));
  const declared = new Set(gates.flatMap((state) => unitsOf(operations, channels, state)).map(({ name }) => name));
  const excuses = await loadGaps(gapsFile("never-met.yaml"));
  const isExcused = (name: string): boolean => excuses.some(({ pattern }) => matches(pattern, name));
  const unmet = [...declared].filter((name) => !met.has(name));
  assert.deepEqual(
    unmet.filter((name) => !isExcused(name)),
    [],
    "each of these needs a case, a situation, or a reason in never-met.yaml",
  );
  const stale = excuses.filter(({ pattern }) => !unmet.some((name) => matches(pattern, name)));
  assert.deepEqual(stale, [], "these are met, or no longer declared: take them out of never-met.yaml");
});

/** What a user has whose name or title tells that a run has made it. */
async function leftTo(call: Call, key: string): Promise<unknown[]> {
  const { body: conversations } = await call("GET", "/api/conversations", { key });
  const { body: secrets } = await call("GET", "/api/secrets", { key });
  const names = secrets.custom_secrets.map(({ name }: { name: string }) => name);
  return [...conversations.results, ...names.filter((name: string) => name !== "NPM_TOKEN")];
}
