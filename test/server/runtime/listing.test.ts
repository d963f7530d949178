import assert from "node:assert/strict";
import { mkdir, symlink } from "node:fs/promises";
import { join } from "node:path";
import { describe, test, type TestContext } from "node:test";
import { execa } from "execa";
import { failure, plant, temporaryWorkspace } from "./temporary.ts";

async function listingOf(t: TestContext, files: Record<string, string>) {
  const workspace = await temporaryWorkspace(t);
  await plant(workspace.root, files);
  return workspace;
}

test("folders come first, each part sorted without regard to case", async (t) => {
  const workspace = await listingOf(t, {
    b: "",
    A: "",
    a: "",
    C: "",
    "d/x": "",
    "B/x": "",
    "z/x": "",
    "c/x": "",
    ".hidden": "",
  });
  assert.deepEqual(await workspace.list(), ["B/", "c/", "d/", "z/", ".hidden", "A", "a", "b", "C"]);
});

describe("names are prefixed with the path as it is given", () => {
  const cases: [path: string, want: string[]][] = [
    ["", ["src/"]],
    ["src", ["src/deep/", "src/main.py"]],
    ["src/", ["src/deep/", "src/main.py"]],
    ["./src", ["./src/deep/", "./src/main.py"]],
    [".", ["./src/"]],
    ["missing", []],
    ["src/missing/more", []],
  ];
  for (const [path, want] of cases) {
    test(JSON.stringify(path), async (t) => {
      const workspace = await listingOf(t, { "src/main.py": "", "src/deep/x": "" });
      assert.deepEqual(await workspace.list(path), want);
    });
  }

  test("an absolute one too", async (t) => {
    const workspace = await listingOf(t, { "src/main.py": "" });
    assert.deepEqual(await workspace.list(join(workspace.root, "src")), [join(workspace.root, "src/main.py")]);
  });
});

test("what nobody wants to see is left out, by its exact name", async (t) => {
  const workspace = await listingOf(t, {
    ".git/x": "",
    ".DS_Store": "",
    "node_modules/x": "",
    "__pycache__/x": "",
    "lost+found/x": "",
    ".vscode/x": "",
    ".gitignore": "",
    "sub/node_modules": "a file",
    "sub/.git/x": "",
    "git/x": "",
  });
  assert.deepEqual(await workspace.list(), ["git/", "sub/", ".gitignore"]);
  assert.deepEqual(await workspace.list("sub"), ["sub/node_modules"]);
});

test("links are followed inside the workspace only", async (t) => {
  const workspace = await listingOf(t, { "folder/x": "" });
  await symlink("folder", join(workspace.root, "inside"));
  await symlink("/etc", join(workspace.root, "outside"));
  await symlink("nowhere", join(workspace.root, "dangling"));
  assert.deepEqual(await workspace.list(), ["folder/", "inside/", "dangling", "outside"]);
  assert.deepEqual(await workspace.list("inside"), ["inside/x"]);
  await assert.rejects(workspace.list("outside"), failure("path_outside_workspace"));
  await assert.rejects(workspace.list(".."), failure("path_outside_workspace"));
  await assert.rejects(workspace.list("folder/x"), failure("not_a_directory", /"folder\/x"/));
});

test(".gitignore files count from the root down to the folder, as git reads them", async (t) => {
  const workspace = await listingOf(t, {
    ".gitignore": "*.log\n/top\nbuild/\n!keep.log\nsub/deep/exact\n# comment\nCase\n",
    "a.log": "",
    "keep.log": "",
    top: "",
    case: "",
    "build/x": "",
    "build/.gitignore": "!x\n",
    "sub/.gitignore": "!b.log\nlocal\n/deep/anchored\n",
    "sub/a.log": "",
    "sub/b.log": "",
    "sub/local": "",
    "sub/top": "",
    "sub/deep/b.log": "",
    "sub/deep/local": "",
    "sub/deep/exact": "",
    "sub/deep/anchored": "",
    "sub/deep/shown": "",
  });
  assert.deepEqual(await workspace.list(), ["sub/", ".gitignore", "case", "keep.log"]);
  assert.deepEqual(await workspace.list("build"), []);
  assert.deepEqual(await workspace.list("sub"), ["sub/deep/", "sub/.gitignore", "sub/b.log", "sub/top"]);
  assert.deepEqual(await workspace.list("sub/deep"), ["sub/deep/b.log", "sub/deep/shown"]);
  await assertAsGit(workspace.root, await Promise.all(["sub", "sub/deep"].map((path) => workspace.list(path))));
});

/** Git's own opinion on the same tree: it shows exactly the files that were listed. */
async function assertAsGit(root: string, listed: string[][]): Promise<void> {
  await execa("git", ["init", "--quiet"], { cwd: root });
  const { stdout } = await execa("git", ["ls-files", "--others", "--exclude-standard", "sub"], { cwd: root });
  const files = listed.flat().filter((name) => !name.endsWith("/"));
  assert.deepEqual(files.toSorted(), stdout.split("\n").toSorted());
}

test("a .gitignore that cannot be read hides nothing", async (t) => {
  const workspace = await listingOf(t, { file: "", "sub/.gitignore": "\0file", "sub/file": "" });
  await mkdir(join(workspace.root, ".gitignore"));
  assert.deepEqual(await workspace.list(), [".gitignore/", "sub/", "file"]);
  assert.deepEqual(await workspace.list("sub"), ["sub/.gitignore", "sub/file"]);
});
