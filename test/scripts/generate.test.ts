// The script as a process, on copies of what it reads: the tree itself is never written to.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import {
  cpSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";

const root = join(import.meta.dirname, "../..");
const folder = mkdtempSync(join(tmpdir(), "generate-"));
after(() => rmSync(folder, { recursive: true }));

let count = 0;

/** A copy of a tree, which a test may change. */
function copyOf(source: string, parts: readonly string[]): string {
  count += 1;
  const tree = join(folder, String(count));
  for (const part of parts) cpSync(join(source, part), join(tree, part), { recursive: true });
  symlinkSync(join(root, "node_modules"), join(tree, "node_modules"));
  return tree;
}

function generate(tree: string, ...options: string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, ["scripts/generate.ts", ...options], {
    cwd: tree,
    encoding: "utf8",
  });
  return { status, stdout, stderr };
}

/** What the script is made of and reads. */
const base = copyOf(root, ["contract", "scripts", "server", "package.json"]);
const first = generate(base);

function freshTree(): string {
  return copyOf(
    base,
    readdirSync(base).filter((name) => name !== "node_modules"),
  );
}

function edit(tree: string, path: string, change: (text: string) => string): void {
  const file = join(tree, path);
  const before = readFileSync(file, "utf8");
  const edited = change(before);
  assert.notEqual(edited, before, `the edit of ${path} changes nothing`);
  writeFileSync(file, edited);
}

const fresh = { status: 0, stdout: "Everything generated is fresh.\n", stderr: "" };

test("from nothing it writes every file, and says so", () => {
  assert.equal(first.status, 0, first.stderr);
  for (const path of [
    "openapi.yaml",
    "asyncapi.yaml",
    "generated/documents/asyncapi.client.yaml",
    "generated/client/types.ts",
    "generated/server/handlers.ts",
  ]) {
    assert.match(first.stdout, new RegExp(`^wrote ${path}$`, "m"));
    assert.ok(existsSync(join(base, path)));
  }
});

test("--check passes when everything is fresh, and so does a second run", () => {
  const tree = freshTree();
  assert.deepEqual(generate(tree, "--check"), fresh);
  assert.deepEqual(generate(tree), fresh);
});

test("--check shows what is stale, writes nothing and fails", () => {
  const tree = freshTree();
  edit(tree, "openapi.yaml", (text) => text.replace("summary: List the models", "summary: List my models"));
  const stale = readFileSync(join(tree, "openapi.yaml"), "utf8");
  const { status, stderr } = generate(tree, "--check");
  assert.equal(status, 1);
  assert.match(stderr, /^--- openapi\.yaml \(on disk\)$/m);
  assert.match(stderr, /^\+\+\+ openapi\.yaml \(from the contract\)$/m);
  assert.match(stderr, /^-\s+summary: List my models\n\+\s+summary: List the models$/m);
  assert.match(stderr, /^1 generated file is stale\. Fix: npm run generate, and commit the result\.$/m);
  assert.equal(readFileSync(join(tree, "openapi.yaml"), "utf8"), stale);
});

test("--check fails for a file that nothing writes and for one that is missing; a run removes the one and writes the other", () => {
  const tree = freshTree();
  writeFileSync(join(tree, "generated/client/extra.ts"), "export {};\n");
  rmSync(join(tree, "generated/server/handlers.ts"));
  const { status, stderr } = generate(tree, "--check");
  assert.equal(status, 1);
  assert.match(stderr, /^--- generated\/client\/extra\.ts \(on disk\)$/m);
  assert.match(stderr, /^-export \{\};$/m);
  assert.match(stderr, /^\+\+\+ generated\/server\/handlers\.ts \(from the contract\)$/m);
  assert.match(stderr, /^2 generated files are stale\./m);

  const repair = generate(tree);
  assert.equal(repair.stdout, "removed generated/client/extra.ts\nwrote generated/server/handlers.ts\n");
  assert.deepEqual(generate(tree, "--check"), fresh);
});

test("a change of the contract makes what is generated from it stale, and nothing else", () => {
  const tree = freshTree();
  edit(tree, "contract/rest/options.ts", (text) => text.replace("List the models", "List every model"));
  const { status, stdout } = generate(tree);
  assert.equal(status, 0);
  assert.deepEqual(stdout.trim().split("\n"), [
    "wrote generated/client/operations.ts",
    "wrote generated/documents/openapi.without-v1.yaml",
    "wrote generated/server/handlers.ts",
    "wrote openapi.yaml",
  ]);
});

for (const options of [[], ["--check"]]) {
  test(`mistakes in the contract are listed, all of them, and nothing is written (${options.join() || "no option"})`, () => {
    const tree = freshTree();
    const before = readFileSync(join(tree, "openapi.yaml"), "utf8");
    edit(tree, "contract/rest/settings.ts", (text) =>
      text.replace('replacement: "settings.merge"', 'replacement: "settings.change"'),
    );
    edit(tree, "contract/rest/health.ts", (text) => text.replace('path: "/alive"', 'path: "/health"'));
    assert.deepEqual(generate(tree, ...options), {
      status: 1,
      stdout: "",
      stderr: `The contract has 2 mistakes:
  rest: two operations answer GET /health. Fix: change the path or the method of one of them.
  rest.settings.reset: the replacement settings.change is no operation. Fix: name one by its id, such as options.models.
`,
    });
    assert.equal(readFileSync(join(tree, "openapi.yaml"), "utf8"), before);
  });
}

test("an option that it does not know is refused", () => {
  const { status, stderr } = generate(base, "--chek");
  assert.notEqual(status, 0);
  assert.match(stderr, /Unknown option '--chek'/);
});
