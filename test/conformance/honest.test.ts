import assert from "node:assert/strict";
import { test } from "node:test";
import type { Report } from "../../conformance/results.ts";
import { runConformance } from "../../conformance/run.ts";
import type { RunOptions } from "../../conformance/run.ts";
import { gapsFile } from "./support/gaps.ts";
import { startTinyServer } from "./support/tiny-server.ts";
import type { TinyServer } from "./support/tiny-server.ts";

function run(server: TinyServer, options: Partial<RunOptions> = {}): Promise<Report> {
  // What is made up is held against a server that checks every part: see made-up.test.ts.
  const phases = ["examples", "stateful", "versions", "auth"] as const;
  return runConformance({ url: server.url, key: server.key, gaps: gapsFile("tiny-gaps.yaml"), phases, ...options });
}

function failed({ results }: Report): string[] {
  return results
    .filter(({ outcome }) => outcome === "failed")
    .map(({ name, failures }) => `${name}: ${JSON.stringify(failures)}`);
}

test("a server that keeps its promises passes, and every declared thing is counted", async () => {
  await using server = await startTinyServer();
  const report = await run(server);
  assert.deepEqual(failed(report), []);
  const unmet = report.coverage.flatMap((row) => row.unmet.map((each) => `${row.name}: ${each}`));
  // A limit that is reached, a server that goes away, what is behind a gate that is open, and a status that nobody looks at.
  const reasons = /429|1001|users\.me 404|users~1me\/get\/responses\/404|"STOPPED"$/;
  assert.deepEqual(
    unmet.filter((each) => !reasons.test(each)),
    [],
  );
  assert.deepEqual(
    unmet.filter((each) => /^(statuses|close codes):/.test(each)),
    ["statuses: rest/conversations.create/429-rate_limited", "close codes: events 1001"],
  );
  assert.equal(report.passed + report.skipped, report.results.length);
});

test("nothing that the run has made is left, and what was there is as it was", async () => {
  await using server = await startTinyServer();
  const { conversations, settings } = server.api;
  const theirs = {
    id: "0".repeat(32),
    title: "Theirs",
    status: "RUNNING" as const,
    files: new Map<string, string>(),
    log: [],
    listeners: new Set<() => void>(),
  };
  conversations.set(theirs.id, theirs);
  await run(server);
  assert.deepEqual([...conversations.values()], [theirs]);
  assert.deepEqual([theirs.title, theirs.status, theirs.log], ["Theirs", "RUNNING", []]);
  assert.deepEqual(settings, { llm_model: "their/own" });
});

test("a 429 is waited for, since the run is not about it", async () => {
  await using server = await startTinyServer();
  server.api.limited = 3;
  const report = await run(server, { only: "rest/conversations.create/200" });
  assert.equal(report.passed, 1);
  assert.equal(server.api.limited, 0);
});

const closedCases = ["api.v1", "api.v1.users", "api.v1.users.me"].map((path) => `rest/404-closed-gate/${path}`);

test("with the gate off, what is behind it must be gone, and the served documents must not name it", async () => {
  await using server = await startTinyServer({
    v1Off: true,
    documents: ({ paths }) => void Reflect.deleteProperty(Object(paths), "/api/v1/users/me"),
  });
  await using open = await startTinyServer();
  const documents = { openapi: `${open.url}/openapi.yaml`, asyncapi: `${open.url}/asyncapi.yaml` };
  const report = await run(server, { ...documents, v1: false });
  assert.deepEqual(failed(report), []);
  const names = report.results.map(({ name }) => name).filter((name) => name.startsWith("rest/users.me/"));
  assert.deepEqual(names, ["rest/users.me/404-route_not_found"]);
  const closed = report.results.map(({ name }) => name).filter((name) => name.startsWith("rest/404-closed-gate/"));
  assert.deepEqual(closed, closedCases);
});

test("with the gate off, an open gate is a failure", async () => {
  await using server = await startTinyServer();
  const documents = { openapi: `${server.url}/openapi.yaml`, asyncapi: `${server.url}/asyncapi.yaml` };
  const report = await run(server, { ...documents, v1: false });
  assert.deepEqual(
    report.results.filter(({ outcome }) => outcome === "failed").map(({ name }) => name),
    ["documents/openapi/gate-v1", "rest/users.me/404-route_not_found", "rest/404-closed-gate/api.v1.users.me"],
  );
});

for (const { lie, method, change } of [
  { lie: "a 405", method: "PUT", change: { status: 405 } },
  {
    lie: "a page",
    method: "GET",
    change: { status: 200, headers: { "Content-Type": "text/html" }, body: "<h1>Hi</h1>" },
  },
  { lie: "the methods that would be there", method: "OPTIONS", change: { status: 204, body: "" } },
])
  test(`with the gate off, ${lie} anywhere below /api/v1 is a failure`, async () => {
    await using server = await startTinyServer({
      v1Off: true,
      documents: ({ paths }) => void Reflect.deleteProperty(Object(paths), "/api/v1/users/me"),
      answer: (answer, asked) =>
        asked.method === method && asked.path === "/api/v1/users" ? { ...answer, ...change } : answer,
    });
    await using open = await startTinyServer();
    const documents = { openapi: `${open.url}/openapi.yaml`, asyncapi: `${open.url}/asyncapi.yaml` };
    const report = await run(server, { ...documents, v1: false, only: "rest/404-closed-gate/**" });
    const wrong = report.results.filter(({ outcome }) => outcome === "failed");
    assert.deepEqual(
      wrong.map(({ name }) => name),
      ["rest/404-closed-gate/api.v1.users"],
    );
    assert.match(JSON.stringify(wrong), /While the gate v1 is off, [A-Z]+ \/api\/v1\/users is answered with 404/);
  });

test("without a key, every case that needs one fails, and says so", async () => {
  await using server = await startTinyServer();
  const report = await run(server, { key: undefined, only: "rest/conversations.get/200" });
  assert.match(failed(report).join(), /conversations\.create is needed here and answered 401 unauthenticated/);
});

test("a run whose time is over is red, and still cleans up", async () => {
  await using server = await startTinyServer();
  const report = await run(server, { maxTimeMs: 1 });
  assert.match(failed(report).join(), /the time was over before this one/);
  assert.equal(report.passed, 0);
});

test("no secret is in the report", async () => {
  await using server = await startTinyServer();
  const text = JSON.stringify(await run(server));
  assert.ok(!text.includes(server.key));
  assert.ok(!/session=[0-9a-f]{16}/.test(text));
  assert.match(text, /Bearer \$OPENHANDS_API_KEY/);
});
