import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import type { Change } from "../../diff/change.ts";
import { runCli } from "../support/cli.ts";
import { temporaryFolder } from "../support/start-server.ts";

const openApi = (paths: string) => `openapi: 3.1.0\ninfo: { title: T, version: 1.0.0 }\npaths:\n${paths}`;
const asyncApi = "asyncapi: 3.0.0\ninfo: { title: T, version: 1.0.0 }\n";
const operation = "  /a: { get: { responses: { '200': {} } } }\n";
const other = "  /b: { get: { operationId: b, responses: { '200': {} } } }\n";
const renamed = "  /b: { get: { operationId: c, responses: { '200': {} } } }\n";

const repository = await temporaryFolder({ after });

describe("openhands-api diff", () => {
  const diff = async (...args: string[]) => await runCli(["diff", ...args], { cwd: repository });
  const write = async (name: string, text: string) => await writeFile(join(repository, name), text);

  before(async () => {
    const git = (...args: string[]) => execFileSync("git", ["-C", repository, ...args], { stdio: "pipe" });
    const commit = (tag: string) => {
      git("add", ".");
      git("-c", "user.name=Test", "-c", "user.email=test@test.example", "commit", "--quiet", "--message", tag);
      git("tag", tag);
    };
    git("init", "--quiet");
    await write("README.md", "Nothing yet.\n");
    commit("empty");
    await write("openapi.yaml", openApi(operation + other));
    commit("v1");
    await write("asyncapi.yaml", asyncApi);
    commit("v2");
    // What is on the disk is not committed.
    await write("openapi.yaml", openApi(other));
    await mkdir(join(repository, "folder"));
    await write("folder/openapi.yaml", openApi(operation + renamed));
    await write("renamed.yaml", openApi(operation + renamed));
    await write("async.yaml", asyncApi);
  });

  test("says 0 where nothing differs, and compares both documents of a revision", async () => {
    const { code, stdout } = await diff("v1", "v2");
    assert.equal(code, 0);
    assert.equal(
      stdout,
      "safe document-added: There is a new asyncapi document. asyncapi#\n\nv1 → v2: 0 breaking, 0 risky, 1 safe\n",
    );
  });

  test("says 1 for what breaks: where, from what to what, why, and what to do", async () => {
    const { code, stdout } = await diff("v2:openapi.yaml", "openapi.yaml");
    assert.equal(code, 1);
    assert.equal(
      stdout,
      [
        "breaking operation-removed: GET /a is gone.",
        "  in:   GET /a",
        "  at:   openapi#/paths/~1a/get → #",
        '  old:  "GET /a"',
        "  new:  none",
        "  why:  Calls of it fail.",
        "  do:   Stop calling it; its deprecation notice names what takes its place, where it had one.",
        "",
        "v2:openapi.yaml → openapi.yaml: 1 breaking, 0 risky, 0 safe",
        "",
      ].join("\n"),
    );
  });

  test("finds that a whole document is gone", async () => {
    const { code, stdout } = await diff("v2", "folder");
    assert.equal(code, 1);
    assert.match(stdout, /^breaking document-removed: There is no longer an asyncapi document\.$/m);
  });

  test("minds --fail-on", async () => {
    const codes = async (...args: string[]) => (await diff("v1:openapi.yaml", ...args)).code;
    assert.equal(await codes("renamed.yaml"), 0);
    assert.equal(await codes("renamed.yaml", "--fail-on", "risky"), 3);
    assert.equal(await codes("openapi.yaml", "--fail-on", "risky"), 1);
    assert.equal(await codes("openapi.yaml", "--fail-on", "never"), 0);
  });

  test("gives JSON with everything", async () => {
    const { stdout } = await diff("v1", "renamed.yaml", "--format", "json");
    const report = JSON.parse(stdout) as { worst: string; counts: object; changes: Change[] }; // as docs/versioning.md says
    assert.equal(report.worst, "risky");
    assert.deepEqual(report.counts, { safe: 0, risky: 1, breaking: 0 });
    assert.deepEqual(report.changes, [
      {
        severity: "risky",
        why: "It is not on the wire, but generated clients name their functions after it.",
        action: "Rename calls of generated functions.",
        rule: "operation-renamed",
        document: "openapi",
        direction: null,
        what: "operationId is c instead of b.",
        old: "/paths/~1b/get/operationId",
        new: "/paths/~1b/get/operationId",
        before: "b",
        after: "c",
        uses: ["GET /b"],
      },
    ]);
  });

  test("gives Markdown in which a document writes no markup", async () => {
    await write("markup.yaml", openApi("  '/b/<b>*x*`': { get: { responses: { '200': {} } } }\n"));
    const { stdout } = await diff("markup.yaml", "renamed.yaml", "--format", "markdown");
    assert.match(
      stdout,
      /^## API changes: `markup\.yaml` → `renamed\.yaml`\n\n1 breaking, 0 risky, 2 safe\.\n\n### Breaking\n/,
    );
    assert.match(stdout, /^- \*\*GET \/b\/\\<b\\>\\\*x\\\*` is gone\.\*\* \(`operation-removed`\) {2}$/m);
    assert.match(stdout, /<details>\n<summary>2 safe<\/summary>/);
  });

  test("holds sunsets against a day", async () => {
    const deprecated = "  /a: { get: { deprecated: true, x-sunset: '2030-01-01', responses: {} } }\n";
    await write("deprecated.yaml", openApi(deprecated + other));
    assert.equal((await diff("deprecated.yaml", "openapi.yaml", "--today", "2029-12-31")).code, 1);
    assert.equal((await diff("deprecated.yaml", "openapi.yaml", "--today", "2030-01-01")).code, 0);
  });

  test("says 2 and why when it cannot run", async () => {
    await write("broken.yaml", "openapi: [");
    await write("nowhere.yaml", openApi("  /a: { $ref: '#/nothing' }\n"));
    await write("elsewhere.yaml", openApi("  /a: { $ref: 'other.yaml#/a' }\n"));
    await write("old.yaml", "openapi: 2.0.0\n");
    await write("list.yaml", "- a\n");
    const wanted: [args: string[], told: RegExp][] = [
      [["v1"], /diff takes OLD and NEW/],
      [["v1", "v2", "--fail-on", "sometimes"], /Allowed choices are breaking, risky, never/],
      [["v1", "v2", "--today", "soon"], /It must be a day as YYYY-MM-DD/],
      [["v9", "v1"], /v9 is no file, no folder and no git revision here/],
      [["v1:none.yaml", "v1"], /v1:none\.yaml is no file here, and git does not have it/],
      [["empty", "v1"], /empty holds neither openapi\.yaml nor asyncapi\.yaml/],
      [["async.yaml", "renamed.yaml"], /async\.yaml is asyncapi, renamed\.yaml is openapi\. Fix: give two/],
      [["broken.yaml", "v1"], /broken\.yaml is not YAML/],
      [["nowhere.yaml", "renamed.yaml"], /nowhere\.yaml#\/paths\/~1a: #\/nothing leads nowhere/],
      [["elsewhere.yaml", "renamed.yaml"], /other\.yaml#\/a leads out of the document\. Fix: bundle/],
      [["old.yaml", "v1"], /old\.yaml is openapi 2\.0\.0\. Fix: give a document of 3\.0 or 3\.1/],
      [["list.yaml", "v1"], /list\.yaml is neither an OpenAPI nor an AsyncAPI document/],
    ];
    for (const [args, told] of wanted) {
      const { code, stderr } = await diff(...args);
      assert.match(stderr, told);
      assert.equal(code, 2, args.join(" "));
    }
  });
});

test("docs/compatibility-rules.md shows the rules as they are", async () => {
  const { code, stdout } = await runCli(["diff", "--rules"]);
  const page = await readFile(join(import.meta.dirname, "../../docs/compatibility-rules.md"), "utf8");
  assert.equal(code, 0);
  assert.equal(stdout, page, "Run: npm run --silent diff -- --rules > docs/compatibility-rules.md");
});
