// The phases that make values up, held against a server that checks every part of a request by JSON Schema alone.
import assert from "node:assert/strict";
import { test } from "node:test";
import { isObject, textOf } from "../../conformance/json.ts";
import type { Report } from "../../conformance/results.ts";
import { runConformance } from "../../conformance/run.ts";
import type { RunOptions } from "../../conformance/run.ts";
import { gapsFile } from "./support/gaps.ts";
import { refusal, startStrictServer } from "./support/strict-server.ts";
import type { Flaw, StrictServer } from "./support/strict-server.ts";

function run({ url }: StrictServer, options: Partial<RunOptions> = {}): Promise<Report> {
  const phases = ["coverage", "fuzz"] as const;
  return runConformance({ url, seed: 7, phases, gaps: gapsFile("no-gaps.yaml"), ...options });
}

function told({ results }: Report): string[] {
  return results.flatMap(({ name, failures }) => failures.map(({ promise, found }) => `${name}: ${promise} ${found}`));
}

test("a server that checks as its document says passes, and has nothing left of it", async () => {
  await using server = await startStrictServer();
  const report = await run(server);
  assert.deepEqual(told(report), []);
  assert.ok(report.passed > 0);
  assert.equal(server.things.size, 0);
  const creations = server.asked.filter(({ method }) => method === "POST");
  assert.ok(
    creations.some(({ fits }) => fits) && creations.some(({ fits }) => !fits),
    "right and wrong ones were sent",
  );
});

test("a command that was made up is never sent where it could be run", async () => {
  await using server = await startStrictServer();
  await run(server);
  const commands = server.asked.flatMap(({ fits, body }) => (fits && isObject(body) ? (body["command"] ?? []) : []));
  assert.ok(commands.length > 0);
  assert.deepEqual([...new Set(commands)], ["true"]);
});

test("the number of requests is bounded, and spread over all parts", async () => {
  await using server = await startStrictServer();
  const report = await run(server, { maxRequests: 12, phases: ["coverage"] });
  const full = report.results.filter(({ name }) => /coverage\/(body|query|path)/.test(name));
  assert.equal(full.length, 3);
  // Besides: what is needed and removed again, and the cases about methods.
  assert.ok(server.asked.length < 60, `${server.asked.length} were sent`);
});

test("the smallest failure is told, and a seed finds it again", async () => {
  const flaw: Flaw = ({ method, body }) =>
    method === "POST" && isObject(body) && textOf(body["name"] ?? "").includes("Z")
      ? refusal(500, "thing_not_found")
      : undefined;
  await using server = await startStrictServer(flaw);
  const options = { phases: ["fuzz"], only: "rest/things.create/fuzz/valid", seed: 3 } as const;
  const [first, again] = [told(await run(server, options)), told(await run(server, options))];
  assert.match(
    first.join("\n"),
    /No request makes the server fail\. status 500 \(body \{"name":"(Z.|.Z)","kind":"red"\}; --seed 3/,
  );
  assert.deepEqual(first, again);
});

const isCreation = ({ method }: { method: string }): boolean => method === "POST";
const taken = { status: 200, body: { id: "999999" } } as const;
const no = refusal(400, "validation_failed", ["name"]);

const flaws: { name: string; flaw: Flaw; case: string; says: RegExp }[] = [
  {
    name: "the longest text is refused",
    flaw: (asked) => (isCreation(asked) && asked.fits && lengthOf(asked.body) === 8 ? no : undefined),
    case: "rest/things.create/coverage/body",
    says: /not refused for its form.*maxLength 8/,
  },
  {
    name: "code units are counted instead of characters",
    flaw: ({ method, fits, body }) =>
      method === "POST" && fits && isObject(body) && textOf(body["name"] ?? "").length > 8 ? no : undefined,
    case: "rest/things.create/coverage/body",
    says: /not refused for its form.*two code units/,
  },
  {
    name: "a text that is too long is taken",
    flaw: (asked) => (isCreation(asked) && lengthOf(asked.body) === 9 ? taken : undefined),
    case: "rest/things.create/coverage/body",
    says: /does not fit the document is refused.*one over maxLength 8/,
  },
  {
    name: "an unknown property is taken",
    flaw: ({ method, body }) =>
      method === "POST" && isObject(body) && "x_conformance" in body && "name" in body ? taken : undefined,
    case: "rest/things.create/coverage/body",
    says: /does not fit the document is refused.*an unknown property/,
  },
  {
    name: "a required property may be missing",
    flaw: ({ method, body }) => (method === "POST" && isObject(body) && !("kind" in body) ? taken : undefined),
    case: "rest/things.create/coverage/body",
    says: /does not fit the document is refused.*body\.kind: missing/,
  },
  {
    name: "a value of an enumeration is refused",
    flaw: ({ method, body }) => (method === "POST" && isObject(body) && body["kind"] === "blue" ? no : undefined),
    case: "rest/things.create/coverage/body",
    says: /not refused for its form.*the value "blue"/,
  },
  {
    name: "null is refused",
    flaw: ({ method, fits, body }) =>
      method === "POST" && fits && isObject(body) && body["count"] === null ? no : undefined,
    case: "rest/things.create/coverage/body",
    says: /not refused for its form.*body\.count: null/,
  },
  {
    name: "a bound that is exclusive is taken, deep inside",
    flaw: ({ method, body }) =>
      method === "POST" && JSON.stringify(body ?? null).includes('"size":0') ? taken : undefined,
    case: "rest/things.create/coverage/body",
    says: /does not fit the document is refused.*body\.parts\.0\.size: zero/,
  },
  {
    name: "a refusal names nothing",
    flaw: (asked, { status }) => (isCreation(asked) && status === 400 ? refusal(400, "validation_failed") : undefined),
    case: "rest/things.create/coverage/body",
    says: /names the part that does not fit.*no details/,
  },
  {
    name: "a refusal names another part",
    flaw: (asked, { status }) =>
      isCreation(asked) && status === 400 ? refusal(400, "validation_failed", ["elsewhere"]) : undefined,
    case: "rest/things.create/coverage/body",
    says: /names the part that does not fit.*elsewhere/,
  },
  {
    name: "JSON with a charset is another media type",
    flaw: ({ type }) => (type.includes("charset") ? refusal(415, "unsupported_media_type") : undefined),
    case: "rest/things.create/coverage/body",
    says: /with a charset too/,
  },
  {
    name: "the highest limit is refused",
    flaw: ({ query }) => (query.get("limit") === "5" ? refusal(400, "validation_failed", ["limit"]) : undefined),
    case: "rest/things.list/coverage/query.limit",
    says: /not refused for its form.*the maximum 5/,
  },
  {
    name: "a limit that is too high is taken",
    flaw: ({ query }) => (query.get("limit") === "6" ? { status: 200, body: [] } : undefined),
    case: "rest/things.list/coverage/query.limit",
    says: /does not fit the document is refused.*over the maximum 5/,
  },
  {
    name: "a limit is not followed",
    flaw: ({ query }, { status }) => {
      const two = [1, 2].map(() => ({ name: "first", kind: "red" }));
      return query.get("limit") === "1" && status === 200 ? { status, body: two } : undefined;
    },
    case: "rest/things.list/coverage/query.limit",
    says: /`limit` is followed/,
  },
  {
    name: "an optional parameter is asked for",
    flaw: ({ method, path, query }) =>
      method === "GET" && path === "/things" && !query.has("limit")
        ? refusal(400, "validation_failed", ["limit"])
        : undefined,
    case: "rest/things.list/coverage/query.limit",
    says: /not refused for its form.*left out/,
  },
  {
    name: "an id of no possible form is an error of the server",
    flaw: ({ method, fits }) => (method === "DELETE" && !fits ? refusal(500, "thing_not_found") : undefined),
    case: "rest/things.remove/coverage/path.id",
    says: /No request makes the server fail/,
  },
  {
    name: "HEAD is not GET without a body",
    flaw: ({ method }) => (method === "HEAD" ? refusal(404, "thing_not_found") : undefined),
    case: "rest/things.list/coverage/methods",
    says: /HEAD is answered as GET is/,
  },
  {
    name: "what was made up is refused, in combination",
    flaw: ({ method, fits, body }) =>
      method === "POST" && fits && isObject(body) && body["kind"] === "blue" && body["count"] === null ? no : undefined,
    case: "rest/things.create/fuzz/valid",
    says: /not refused for its form.*"kind":"blue","count":null/,
  },
  {
    name: "what was made up to be wrong is taken",
    flaw: (asked) => (isCreation(asked) && !asked.fits && asked.body !== undefined ? taken : undefined),
    case: "rest/things.create/fuzz/invalid",
    says: /does not fit the document is refused/,
  },
];

for (const { name, flaw, case: only, says } of flaws)
  test(`the run is red when ${name}`, async () => {
    await using server = await startStrictServer(flaw);
    const report = await run(server, { only });
    const texts = told(report);
    assert.ok(
      texts.some((one) => says.test(one)),
      `none of these says ${says.source}:\n${texts.join("\n")}`,
    );
  });

function lengthOf(body: unknown): number {
  const name = isObject(body) ? body["name"] : undefined;
  return typeof name === "string" ? Array.from(name).length : 0;
}
