import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { describe, test } from "node:test";
import type { Change } from "../../diff/change.ts";
import { isUnreleased, judge, nextMajor } from "../../scripts/compatibility.ts";
import { temporaryFolder } from "../support/start-server.ts";

const script = join(import.meta.dirname, "../../scripts/check-compatibility.ts");

const breaking: Change = {
  severity: "breaking",
  why: "Calls of it fail.",
  action: "Stop calling it.",
  rule: "operation-removed",
  document: "openapi",
  direction: null,
  what: "GET /a is gone.",
  old: "/paths/~1a/get",
  new: "",
  before: undefined,
  after: undefined,
  uses: ["GET /a"],
};
const inComponent: Change = {
  ...breaking,
  what: "The property `id` is gone.",
  old: "/components/schemas/Key/properties/id",
  new: "/components/schemas/Key",
  uses: ["GET /a: response 200", "POST /a: response 201"],
};
const draft = "### Breaking changes\n\n- `GET /a`: GET /a is gone. Stop calling it.";

describe("a release", () => {
  const cases: [name: string, current: string, changelog: string, problems: RegExp[], draft: string][] = [
    [
      "of the same version",
      "1.2.0",
      "",
      [/^1\.2\.0 breaks clients of 1\.2\.0\. Fix: make it 2\.0\.0/, /does not tell/],
      draft,
    ],
    ["of a minor version", "1.3.0", `## 1.3.0\n\n${draft}\n`, [/make it 2\.0\.0/], ""],
    [
      "of a major version",
      "2.0.0",
      "## 2.0.0\n\n- New.\n",
      [/^The changelog does not tell of 1 breaking change\./],
      draft,
    ],
    ["of a major version, and told", "2.0.0", `## 2.0.0, unreleased\n\n${draft}\n\n## 1.2.0\n`, [], ""],
    [
      "of a major version, told of another",
      "2.0.0",
      `## 2.0.0\n\n- New.\n\n## 1.2.0\n\n${draft}\n`,
      [/does not tell/],
      draft,
    ],
    ["of a greater version than is needed", "10.0.0", `## 10.0.0\n${draft}\n### Others\n`, [], ""],
  ];
  for (const [name, current, changelog, problems, wanted] of cases) {
    test(name, () => {
      const judged = judge({ released: "1.2.0", current, changelog, changes: [breaking] });
      assert.equal(judged.problems.length, problems.length, judged.problems.join("\n"));
      problems.forEach((problem, index) => assert.match(judged.problems[index] ?? "", problem));
      assert.equal(judged.draft, wanted);
    });
  }

  test("that breaks nothing needs nothing", () => {
    const changes: Change[] = [{ ...breaking, severity: "risky" }];
    assert.deepEqual(judge({ released: "1.2.0", current: "1.2.0", changelog: "", changes }), {
      problems: [],
      draft: "",
    });
  });

  test("names the component that several operations share", () => {
    const judged = judge({ released: "0.1.0", current: "0.2.0", changelog: "", changes: [inComponent] });
    assert.match(judged.draft, /^- `Key`: The property `id` is gone\. Stop calling it\.$/m);
  });

  test("before 1.0.0 breaks with the second number", () => {
    assert.equal(nextMajor("0.1.7"), "0.2.0");
    assert.equal(nextMajor("1.4.2"), "2.0.0");
    assert.throws(() => nextMajor("one"), /one is no version\. Fix: write it as 1\.2\.3/);
  });

  test("is out when the changelog does not call it unreleased", () => {
    assert.equal(isUnreleased("## 0.1.0, unreleased\n", "0.1.0"), true);
    assert.equal(isUnreleased("## 0.2.0, unreleased\n\n## 0.1.0, 1 March 2027\n", "0.1.0"), false);
  });
});

test("the script records documents, lets additions pass, and fails on a break with a draft", async (t) => {
  const root = await temporaryFolder(t);
  const write = async (paths: string, version: string, changelog: string) => {
    await writeFile(join(root, "openapi.yaml"), `openapi: 3.1.0\ninfo: { version: ${version} }\npaths: { ${paths} }\n`);
    await writeFile(join(root, "asyncapi.yaml"), `asyncapi: 3.0.0\ninfo: { version: ${version} }\n`);
    await writeFile(join(root, "package.json"), JSON.stringify({ version }));
    await writeFile(join(root, "CHANGELOG.md"), changelog);
  };
  const [a, b] = ["/a: { get: {} }", "/b: { get: {} }"];

  await write(a, "0.1.0", "## 0.1.0, unreleased\n");
  assert.deepEqual(await run(root, "--record"), {
    code: 0,
    stdout: "docs/released/ holds the documents of 0.1.0.\n",
    stderr: "",
  });

  await write(`${a}, ${b}`, "0.1.0", "## 0.1.0, unreleased\n");
  assert.match((await run(root)).stdout, /^The documents since 0\.1\.0: 0 breaking, 0 risky, 1 safe\.$/m);

  await write(b, "0.1.0", "## 0.1.0, unreleased\n");
  const early = await run(root);
  assert.equal(early.code, 1);
  assert.match(early.stdout, /^### Breaking changes\n\n- `GET \/a`: GET \/a is gone\. Stop calling it;/m);
  assert.match(early.stderr, /0\.1\.0 is not released yet: npm run release:documents/);

  await write(b, "0.1.0", "## 0.1.0\n");
  const refused = await run(root, "--record");
  assert.equal(refused.code, 1);
  assert.match(refused.stderr, /0\.1\.0 is released with other documents, which stay as they are/);
  assert.match(await readFile(join(root, "docs/released/openapi.yaml"), "utf8"), /\/a:/);

  await write(b, "0.2.0", "## 0.2.0, unreleased\n\n### Breaking changes\n\n- `GET /a` is gone.\n\n## 0.1.0\n");
  assert.equal((await run(root)).code, 0);
  assert.equal((await run(root, "--record")).code, 0);
  assert.match((await run(root)).stdout, /^The documents since 0\.2\.0: 0 breaking, 0 risky, 0 safe\.$/m);
});

async function run(root: string, ...args: string[]) {
  const child = spawn(process.execPath, [script, "--root", root, ...args], { stdio: ["ignore", "pipe", "pipe"] });
  const ended = new Promise<number | null>((resolve) => child.once("exit", (code) => resolve(code)));
  const [stdout, stderr, code] = await Promise.all([text(child.stdout), text(child.stderr), ended]);
  return { code, stdout, stderr };
}
