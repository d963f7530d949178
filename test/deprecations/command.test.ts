// The command as users run it, on files that are written by hand; recorded.test.ts has traffic that was really recorded.
import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { after, test } from "node:test";
import { runCli } from "../support/cli.ts";
import type { CommandResult } from "../support/cli.ts";
import { temporaryFolder } from "../support/start-server.ts";

const folder = await temporaryFolder({ after });

async function fileOf(name: string, content: unknown): Promise<string> {
  const file = join(folder, name);
  await writeFile(file, typeof content === "string" ? content : JSON.stringify(content));
  return file;
}

const run = (...args: readonly string[]) => runCli(["deprecations", ...args]);
// What the command prints has no type: the tests look at all of it.
// oxlint-disable-next-line typescript/no-explicit-any
const reportOf = ({ stdout }: CommandResult): any => JSON.parse(stdout);

const requestTo = (method: string, url: string, more: object = {}) => ({
  startedDateTime: "2026-11-01T10:00:00.000Z",
  request: { method, url, headers: [] },
  response: { status: 410 },
  ...more,
});
const har = (...entries: readonly unknown[]) => ({ log: { version: "1.2", entries } });
const reset = "http://one.example/api/reset-settings?x=1";
const frame = (type: string, change: object = {}) => ({
  type: "send",
  time: 1_793_527_200.5,
  opcode: 1,
  data: JSON.stringify({ type, data: {} }),
  ...change,
});
const socket = (...messages: readonly unknown[]) =>
  requestTo("GET", "wss://one.example/sockets/events/abc?session_api_key=secret", {
    _webSocketMessages: messages,
    response: { status: 101 },
  });
const line = (fields: object) => JSON.stringify({ level: 30, time: 1_793_527_200_000, msg: "request", ...fields });
const resetLine = { method: "POST", path: "/api/reset-settings", status: 410, user_id: "u1" };

test("a HAR: requests and the client's own frames, by whom and when, without a credential", async () => {
  const referer = { name: "Referer", value: "http://app.example/page?token=secret" };
  const file = await fileOf(
    "all.har",
    har(
      requestTo("POST", reset, { request: { method: "post", url: reset, headers: [referer] } }),
      requestTo("POST", reset, { startedDateTime: "2026-11-03T10:00:00.000Z", response: { status: -1 } }),
      requestTo("GET", "http://one.example/api/settings"),
      socket(frame("oh_action"), frame("oh_user_action"), frame("oh_action", { type: "receive" })),
      socket(frame("oh_action", { time: 1_793_527_300_500 }), frame("x", { data: "no JSON" })),
    ),
  );
  const result = await run("--har", file, "--format", "json");
  assert.equal(result.code, 1);
  assert.doesNotMatch(result.stdout, /secret/);
  const { read, uses, skipped } = reportOf(result);
  assert.deepEqual(
    [read, skipped],
    [
      { requests: 5, frames: 4 },
      { count: 0, first: [] },
    ],
  );
  const [gone, message] = uses;
  assert.ok(gone.daysLeft < 0);
  assert.deepEqual(
    { ...gone, daysLeft: 0, reason: "" },
    {
      call: "POST /api/reset-settings",
      id: "settings.reset",
      kind: "operation",
      state: "gone",
      since: "2025-01-01",
      sunset: "2025-06-30",
      reason: "",
      replacement: "POST /api/settings",
      over: true,
      daysLeft: 0,
      count: 2,
      first: "2026-11-01T10:00:00.000Z",
      last: "2026-11-03T10:00:00.000Z",
      callers: [{ caller: "http://app.example/page", count: 1 }],
      statuses: { 410: 1 },
    },
  );
  assert.deepEqual(
    [message.id, message.replacement, message.count, message.first, message.last],
    ["oh_action", "oh_user_action", 2, "2026-11-01T10:00:00.500Z", "2026-11-01T10:01:40.500Z"],
  );
});

test("a HAR of several hosts: --base names the one that is meant, and the path below which it is", async () => {
  const below = "https://two.example:8443/openhands/api/reset-settings";
  const file = await fileOf("hosts.har", har(requestTo("POST", reset), requestTo("POST", below)));
  const counts: unknown[] = [];
  for (const base of [
    [],
    ["--base", "http://one.example"],
    ["--base", "https://two.example:8443/openhands/"],
    ["--base", "/openhands"],
    ["--base", "https://three.example"],
  ]) {
    const report = reportOf(await run("--har", file, "--format", "json", ...base));
    counts.push([report.read.requests, report.uses[0]?.count ?? 0]);
  }
  assert.deepEqual(counts, [
    [2, 1],
    [1, 1],
    [1, 1],
    [2, 1],
    [0, 0],
  ]);
});

test("a HAR with parts that are none: they are named, and the rest is read", async () => {
  const apart = requestTo("GET", "ws://one.example/sockets/events/abc", {
    _resourceType: "websocket",
    response: { status: 101, content: { _file: "frames.jsonl" } },
  });
  const file = await fileOf(
    "odd.har",
    har(null, { request: {} }, requestTo("GET", "no URL"), requestTo("POST", reset), apart, socket(null, 1)),
  );
  const { uses, skipped } = reportOf(await run("--har", file, "--format", "json"));
  assert.equal(uses[0].count, 1);
  assert.deepEqual(
    skipped.first.map(({ where }: { where: string }) => where),
    [1, 2, 3, 5].map((entry) => `${file}, entry ${entry}`),
  );
  assert.match(
    skipped.first[3].why,
    /frames stand in a file of their own, frames\.jsonl; record with content: "embed"/,
  );
});

test("a log: requests and the counts of sockets; lines that are none are named, up to ten, and counted", async () => {
  const lines = [
    line(resetLine),
    line({ ...resetLine, user_id: "u2" }),
    line({ ...resetLine, user_id: undefined, time: 1_793_527_201_000 }),
    line({ method: "GET", path: "/api/settings", status: 200 }),
    line({ msg: "socket", path: "/sockets/events/abc", deprecated: { oh_action: 3, oh_newer: 1 }, user_id: "u1" }),
    line({ msg: "something else", path: 1 }),
    "",
    '{"level":30,',
    ...Array.from({ length: 11 }, () => "  openhands-api listens on …"),
  ];
  const file = await fileOf("server.log", lines.join("\n"));
  const result = await run("--log", file, "--format", "json");
  assert.equal(result.code, 1);
  const { read, uses, skipped } = reportOf(result);
  assert.equal(read.requests, 5);
  const [gone, message] = uses;
  assert.deepEqual([gone.count, gone.statuses], [3, { 410: 3 }]);
  assert.deepEqual(gone.callers, [
    { caller: "user u1", count: 1 },
    { caller: "user u2", count: 1 },
  ]);
  assert.deepEqual([gone.first, gone.last], ["2026-11-01T10:00:00.000Z", "2026-11-01T10:00:01.000Z"]);
  assert.deepEqual([message.id, message.count], ["oh_action", 3]);
  assert.deepEqual([skipped.count, skipped.first.length], [12, 10]);
  assert.deepEqual(skipped.first[0], { where: `${file}:8`, why: "it is no JSON object" });
});

test("for a person: what to use instead, until when, how often, by whom, and what was skipped", async () => {
  const file = await fileOf(
    "short.log",
    [line(resetLine), line({ msg: "socket", path: "/sockets/events/a", deprecated: { oh_action: 1 } }), "x"].join("\n"),
  );
  const { code, stdout } = await run("--log", file);
  assert.equal(code, 1);
  assert.match(
    stdout,
    /^2 deprecated or gone calls among 2 requests:\n\nPOST \/api\/reset-settings: GONE since 2025-06-30, \d+ days ago\n {2}use instead POST \/api\/settings\n {2}why {9}Resetting .*\n {2}used {8}1 time, 2026-11-01T10:00:00\.000Z\n {2}by {10}user u1 \(1\)\n {2}answered {4}410 \(1\)\n\n/,
  );
  assert.match(
    stdout,
    /\noh_action on \/sockets\/events\/\{conversation_id\}: (deprecated, stops working on 2027-06-30, in \d+ days?|GONE since 2027-06-30.*)\n {2}use instead oh_user_action\n/,
  );
  assert.match(stdout, /\nskipped .*short\.log:3: it is no JSON object\n$/);
});

test("traffic without any, an empty log included, is exit code 0", async () => {
  const file = await fileOf("fine.log", line({ method: "GET", path: "/api/settings", status: 200 }));
  const empty = await fileOf("empty.log", "");
  const { code, stdout } = await run("--log", file, empty, "--har", await fileOf("fine.har", har()));
  assert.deepEqual([code, stdout], [0, "No call among 1 request is deprecated or gone.\n"]);
});

test("documents of one's own take the place of the published ones", async () => {
  const openapi = await fileOf("openapi.json", {
    openapi: "3.1.0",
    paths: {
      "/mine": {
        get: { operationId: "mine", responses: {}, "x-deprecation": { since: "2026-01-01", sunset: "2099-01-01" } },
      },
    },
  });
  const file = await fileOf("mine.log", [line(resetLine), line({ method: "GET", path: "/mine" })].join("\n"));
  const { uses } = reportOf(await run("--log", file, "--openapi", openapi, "--format", "json"));
  assert.deepEqual(
    uses.map(({ id, over, replacement }: Record<string, unknown>) => [id, over, replacement]),
    [["mine", false, null]],
  );
});

const noHar = await fileOf("no.har", {});
const broken = await fileOf("broken.har", "{");
const noLog = await fileOf("no.log", "hello\nworld\n");
for (const [what, args, says] of [
  ["nothing to read", [], /name recorded traffic with --har or --log/],
  ["an unknown option", ["--nonsense"], /unknown option/],
  ["an unknown format", ["--log", noLog, "--format", "xml"], /Allowed choices are text, json/],
  ["a HAR that is not there", ["--har", join(folder, "absent.har")], /absent\.har cannot be read as a HAR: ENOENT/],
  ["a HAR that is broken", ["--har", broken], /broken\.har cannot be read as a HAR: .*JSON/],
  ["JSON that is no HAR", ["--har", noHar], /no\.har is no HAR: it has no list at log\.entries/],
  ["a log that is not there", ["--log", join(folder, "absent.log")], /absent\.log cannot be read: ENOENT/],
  ["a text that is no log", ["--log", noLog], /no\.log is no log of a server: none of its 2 lines/],
  ["a document that is none", ["--log", noLog, "--openapi", noHar], /no\.har is no openapi 3\.1\.x document/],
  ["a base that is none", ["--log", noLog, "--base", "example"], /--base: example is neither a URL .* nor a path/],
] as const)
  test(`${what} is exit code 2, and says why`, async () => {
    const { code, stdout, stderr } = await run(...args);
    assert.deepEqual([code, stdout], [2, ""]);
    assert.match(stderr, says);
  });
