import assert from "node:assert/strict";
import { appendFile, mkdir, readFile, rename, rm, symlink, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, test, type TestContext } from "node:test";
import { execa } from "execa";
import * as fc from "fast-check";
import { MAX_DIFF_BYTES } from "../../../server/runtime/changes.ts";
import type { FileDiff, Workspace } from "../../../server/runtime/runtime.ts";
import { CONVERSATION, failure, plant, temporaryFolder, temporaryRuntime, temporaryWorkspace } from "./temporary.ts";

/** Git as a command in a workspace would use it. */
async function git(folder: string, ...args: string[]): Promise<string> {
  const identity = ["-c", "user.name=Test", "-c", "user.email=test@example.com"];
  const defaults = ["-c", "init.defaultBranch=main", "-c", "protocol.file.allow=always"];
  return (await execa("git", [...identity, ...defaults, ...args], { cwd: folder })).stdout;
}

async function commitAll(folder: string): Promise<void> {
  await git(folder, "add", "--all", ".");
  await git(folder, "commit", "--quiet", "--allow-empty", "-m", "commit");
}

async function makeRepository(folder: string, files: Record<string, string | Uint8Array> = {}): Promise<void> {
  await mkdir(folder, { recursive: true });
  await git(folder, "init", "--quiet");
  await plant(folder, files);
  await commitAll(folder);
}

/** A workspace that is a clone, its origin's folder, and means to work in it. */
async function clonedWorkspace(t: TestContext, files: Record<string, string | Uint8Array>) {
  const origin = join(await temporaryFolder(t), "origin");
  await makeRepository(origin, files);
  const workspace = await temporaryWorkspace(t);
  await git(workspace.root, "clone", "--quiet", origin, ".");
  return { origin, workspace, ...handlesOf(workspace) };
}

async function committedWorkspace(t: TestContext, files: Record<string, string | Uint8Array>) {
  const workspace = await temporaryWorkspace(t);
  await makeRepository(workspace.root, files);
  return { workspace, ...handlesOf(workspace) };
}

function handlesOf({ root }: Workspace) {
  return { path: (name: string) => join(root, name), run: (...args: string[]) => git(root, ...args) };
}

/** `M path`, one a line of the answer. */
async function changesOf(workspace: Workspace): Promise<string[] | null> {
  return (await workspace.changes())?.map(({ status, path }) => `${status} ${path}`) ?? null;
}

describe("changes:", () => {
  test("none without a repository, which is not the same as no change", async (t) => {
    const workspace = await temporaryWorkspace(t);
    await plant(workspace.root, { file: "text" });
    assert.equal(await workspace.changes(), null);
    await makeRepository(workspace.root);
    assert.deepEqual(await workspace.changes(), []);
  });

  test("the repository that the workspaces are in is not theirs", async (t) => {
    const folder = await temporaryFolder(t);
    await makeRepository(folder, { file: "text" });
    const { runtime } = await temporaryRuntime(t, { directory: join(folder, "data") });
    const workspace = await runtime.open(CONVERSATION);
    await plant(workspace.root, { file: "text" });
    assert.equal(await workspace.changes(), null);
    await assert.rejects(workspace.diff("file"), failure("not_a_repository", /git init/));
  });

  test("of every kind, by path", async (t) => {
    const { workspace, path, run } = await committedWorkspace(t, {
      ".gitignore": "*.log\n",
      "edited.txt": "one\n",
      "deleted.txt": "one\n",
      "staged deletion.txt": "one\n",
      "moved.txt": "a longer text that git would know again\n",
      "same.txt": "one\n",
      "mode.sh": "one\n",
      "becomes a link": "one\n",
      "only touched.txt": "one\n",
      "copied.txt": "a longer text that git would know again too\n",
    });
    await plant(workspace.root, {
      "edited.txt": "two\n",
      "untracked.txt": "",
      "staged.txt": "",
      "folder/deep/untracked.txt": "",
      "ignored.log": "",
      "copy.txt": await readFile(path("copied.txt")),
      "staged and gone.txt": "",
    });
    await rm(path("deleted.txt"));
    await run("rm", "--quiet", "staged deletion.txt");
    await run("mv", "moved.txt", "new name.txt");
    await run("add", "staged.txt", "copy.txt", "staged and gone.txt");
    await rm(path("staged and gone.txt"));
    await run("update-index", "--chmod=+x", "mode.sh");
    await execa("chmod", ["+x", path("mode.sh")]);
    await rm(path("becomes a link"));
    await symlink("same.txt", path("becomes a link"));
    await utimes(path("only touched.txt"), 1, 1);
    assert.deepEqual(await changesOf(workspace), [
      "M becomes a link",
      "A copy.txt",
      "D deleted.txt",
      "M edited.txt",
      "A folder/deep/untracked.txt",
      "M mode.sh",
      "D moved.txt",
      "A new name.txt",
      "D staged deletion.txt",
      "A staged.txt",
      "A untracked.txt",
    ]);
  });

  test("what is out of the index but still there is judged by its content", async (t) => {
    const { workspace, run } = await committedWorkspace(t, { same: "one\n", edited: "one\n" });
    await plant(workspace.root, { edited: "two\n" });
    await run("rm", "--cached", "--quiet", "same", "edited");
    assert.deepEqual(await changesOf(workspace), ["M edited"]);
  });

  test("with names that are hard to print", async (t) => {
    const names = ["a b", "ä", "😀", 'say "x"', "new\nline", "tab\t", " lead", "back\\slash", "-dash", ":(top)x", "*"];
    const { workspace } = await committedWorkspace(t, Object.fromEntries(names.map((name) => [`old/${name}`, "one"])));
    for (const name of names) await plant(workspace.root, { [`old/${name}`]: "two", [`new/${name}`]: "three" });
    const want = ["new", "old"].flatMap((folder) => names.map((name) => `${folder}/${name}`)).toSorted();
    const found = await workspace.changes();
    assert.deepEqual(found?.map(({ path }) => path), want); // prettier-ignore
    for (const name of names) {
      assert.deepEqual(await workspace.diff(`old/${name}`), { original: "one", modified: "two" });
      assert.deepEqual(await workspace.diff(`new/${name}`), { original: "", modified: "three" });
    }
  });

  test("an unmerged file is U, once", async (t) => {
    const { workspace, run } = await committedWorkspace(t, { file: "base\n", other: "base\n" });
    await run("switch", "--quiet", "-c", "side");
    await plant(workspace.root, { file: "side\n" });
    await commitAll(workspace.root);
    await run("switch", "--quiet", "main");
    await plant(workspace.root, { file: "main\n" });
    await commitAll(workspace.root);
    await assert.rejects(run("merge", "--quiet", "side"));
    assert.deepEqual(await changesOf(workspace), ["U file"]);
    const { original, modified } = await workspace.diff("file");
    assert.equal(original, "main\n");
    assert.match(modified, /^<{7}[^]*side\n>{7}/);
  });

  test("the index and the workspace are left as they were, locked or not", async (t) => {
    const { workspace, path } = await committedWorkspace(t, { file: "one\n", same: "one\n" });
    await plant(workspace.root, { file: "two\n", new: "" });
    const index = await readFile(path(".git/index"));
    const names = await execa("find", ["."], { cwd: workspace.root });
    await writeFile(path(".git/index.lock"), "");
    assert.deepEqual(await changesOf(workspace), ["M file", "A new"]);
    await rm(path(".git/index.lock"));
    await utimes(path("same"), 1, 1); // Git would note in its index that this means nothing.
    assert.deepEqual(await changesOf(workspace), ["M file", "A new"]);
    assert.ok(index.equals(await readFile(path(".git/index"))));
    assert.equal((await execa("find", ["."], { cwd: workspace.root })).stdout, names.stdout);
  });

  test("a change in the moment of the commit, of the same length, is seen", async (t) => {
    const { workspace } = await committedWorkspace(t, { file: "one\n" });
    for (let round = 0; round < 5; round += 1) {
      await plant(workspace.root, { file: `${round}aa\n` });
      await commitAll(workspace.root);
      await plant(workspace.root, { file: `${round}bb\n` });
      assert.deepEqual(await changesOf(workspace), ["M file"]);
    }
  });

  test("a split index and one of another hash", async (t) => {
    const { workspace, run } = await committedWorkspace(t, { file: "one\n", other: "" });
    await run("update-index", "--split-index");
    await plant(workspace.root, { file: "two\n", new: "" });
    await run("add", "new");
    assert.deepEqual(await changesOf(workspace), ["M file", "A new"]);

    const second = await temporaryRuntime(t);
    const other = await second.runtime.open(CONVERSATION);
    await git(other.root, "init", "--quiet", "--object-format=sha256");
    await plant(other.root, { file: "one\n" });
    assert.deepEqual(await changesOf(other), ["A file"]);
    await commitAll(other.root);
    await plant(other.root, { file: "two\n" });
    assert.deepEqual(await changesOf(other), ["M file"]);
    assert.deepEqual(await other.diff("file"), { original: "one\n", modified: "two\n" });
  });

  test("line ends are compared as the repository says", async (t) => {
    const { workspace, run } = await committedWorkspace(t, {
      ".gitattributes": "*.bat eol=crlf\n",
      "x.bat": "a\r\nb\r\n",
    });
    await run("config", "core.autocrlf", "true");
    await plant(workspace.root, { "y.txt": "a\r\n" });
    await commitAll(workspace.root);
    await plant(workspace.root, { "x.bat": "a\r\nB\r\n", "y.txt": "a\r\n" });
    assert.deepEqual(await changesOf(workspace), ["M x.bat"]);
    assert.deepEqual(await workspace.diff("x.bat"), { original: "a\r\nb\r\n", modified: "a\r\nB\r\n" });
    assert.deepEqual(await workspace.diff("y.txt"), { original: "a\r\n", modified: "a\r\n" });
  });
});

describe("the base is", () => {
  const files = { file: "one\n", other: "one\n" };

  test("the branch of origin with the same name: what was committed counts until it is pushed", async (t) => {
    const { workspace, run } = await clonedWorkspace(t, files);
    await plant(workspace.root, { file: "two\n" });
    await commitAll(workspace.root);
    await plant(workspace.root, { other: "two\n" });
    assert.deepEqual(await changesOf(workspace), ["M file", "M other"]);
    assert.deepEqual(await workspace.diff("file"), { original: "one\n", modified: "two\n" });
    await run("switch", "--quiet", "-c", "feature/x");
    await run("push", "--quiet", "origin", "feature/x");
    assert.deepEqual(await changesOf(workspace), ["M other"]);
  });

  test("where HEAD left the default branch of origin", async (t) => {
    const { origin, workspace, run } = await clonedWorkspace(t, files);
    await run("switch", "--quiet", "-c", "feature");
    await plant(workspace.root, { file: "two\n" });
    await commitAll(workspace.root);
    await plant(origin, { other: "theirs\n" });
    await commitAll(origin);
    await run("fetch", "--quiet");
    assert.deepEqual(await changesOf(workspace), ["M file"]);
    await run("switch", "--quiet", "--detach");
    assert.deepEqual(await changesOf(workspace), ["M file"]);
    await run("remote", "set-head", "origin", "--delete");
    assert.deepEqual(await changesOf(workspace), ["M file"]);
  });

  test("the tip of the default branch when nothing is in common", async (t) => {
    const { workspace, run } = await clonedWorkspace(t, files);
    await run("switch", "--quiet", "--orphan", "feature");
    await plant(workspace.root, { file: "two\n" });
    assert.deepEqual(await changesOf(workspace), ["M file", "D other"]);
    await commitAll(workspace.root);
    assert.deepEqual(await changesOf(workspace), ["M file", "D other"]);
  });

  test("the empty tree when origin is empty or was never asked", async (t) => {
    const { workspace, run } = await committedWorkspace(t, files);
    await run("remote", "add", "origin", "https://127.0.0.1:9/never");
    await plant(workspace.root, { new: "" });
    assert.deepEqual(await changesOf(workspace), ["A file", "A new", "A other"]);
    assert.deepEqual(await workspace.diff("file"), { original: "", modified: "one\n" });
  });

  test("HEAD without an origin", async (t) => {
    const { workspace } = await committedWorkspace(t, files);
    assert.deepEqual(await changesOf(workspace), []);
    await plant(workspace.root, { file: "two\n" });
    assert.deepEqual(await changesOf(workspace), ["M file"]);
    await commitAll(workspace.root);
    assert.deepEqual(await changesOf(workspace), []);
  });

  test("the empty tree before the first commit", async (t) => {
    const workspace = await temporaryWorkspace(t);
    await git(workspace.root, "init", "--quiet");
    await plant(workspace.root, { staged: "", untracked: "text" });
    await git(workspace.root, "add", "staged");
    assert.deepEqual(await changesOf(workspace), ["A staged", "A untracked"]);
    assert.deepEqual(await workspace.diff("untracked"), { original: "", modified: "text" });
  });

  test("found in a clone that is shallow, packed or a linked worktree", async (t) => {
    const { origin, workspace, path, run } = await clonedWorkspace(t, files);
    await run("clone", "--quiet", "--depth", "1", `file://${origin}`, "shallow");
    await run("worktree", "add", "--quiet", "-b", "work", "linked");
    await run("pack-refs", "--all");
    await run("gc", "--quiet");
    for (const folder of ["shallow", "linked"]) {
      await plant(path(folder), { file: "two\n" });
      await commitAll(path(folder));
    }
    assert.deepEqual(await changesOf(workspace), ["M linked/file", "M shallow/file"]);
    assert.deepEqual(await workspace.diff("linked/file"), { original: "one\n", modified: "two\n" });
  });
});

describe("repositories in folders", () => {
  test("are compared each with its own base, at any depth", async (t) => {
    const { workspace, path } = await committedWorkspace(t, { file: "one\n", "sub-x/file": "one\n" });
    await makeRepository(path("sub"), { file: "one\n" });
    await makeRepository(path("a/b/c d"), { file: "one\n" });
    await makeRepository(path("sub/inner"), { file: "one\n" });
    await plant(workspace.root, {
      file: "two\n",
      "sub/file": "two\n",
      "sub/new": "",
      "sub/inner/file": "two\n",
      "sub-x/file": "two\n",
      "a/b/c d/ä": "",
      "a/b/beside": "",
    });
    assert.deepEqual(await changesOf(workspace), [
      "A a/b/beside",
      "A a/b/c d/ä",
      "M file",
      "M sub-x/file",
      "M sub/file",
      "M sub/inner/file",
      "A sub/new",
    ]);
    assert.deepEqual(await workspace.diff("sub/inner/file"), { original: "one\n", modified: "two\n" });
    assert.deepEqual(await workspace.diff("a/b/c d/ä"), { original: "", modified: "" });
  });

  test("count in place of what the outer one had there", async (t) => {
    const { workspace, path } = await committedWorkspace(t, { "sub/file": "one\n", "sub/gone": "one\n" });
    await rm(path("sub/gone"));
    await makeRepository(path("sub"), { file: "two\n" });
    assert.deepEqual(await changesOf(workspace), []);
    await plant(workspace.root, { "sub/file": "three\n" });
    assert.deepEqual(await changesOf(workspace), ["M sub/file"]);
    assert.deepEqual(await workspace.diff("sub/file"), { original: "two\n", modified: "three\n" });
  });

  test("are found where the workspace is none itself", async (t) => {
    const workspace = await temporaryWorkspace(t);
    await makeRepository(join(workspace.root, "sub"), { file: "one\n" });
    await plant(workspace.root, { "sub/file": "two\n", beside: "" });
    assert.deepEqual(await changesOf(workspace), ["M sub/file"]);
    await assert.rejects(workspace.diff("beside"), failure("not_a_repository"));
  });

  test("and submodules are one thing", async (t) => {
    const { origin, workspace, run } = await clonedWorkspace(t, { file: "one\n" });
    await run("submodule", "--quiet", "add", origin, "module");
    await commitAll(workspace.root);
    await plant(workspace.root, { "module/file": "two\n" });
    assert.deepEqual(await changesOf(workspace), ["A .gitmodules", "M module/file"]);
    assert.deepEqual(await workspace.diff("module/file"), { original: "one\n", modified: "two\n" });
    await assert.rejects(workspace.diff("module"), failure("not_a_file"));
  });

  test("are not looked for in node_modules, nor where links lead", async (t) => {
    const { workspace, path } = await committedWorkspace(t, {});
    const elsewhere = await temporaryFolder(t);
    for (const folder of [elsewhere, path("node_modules/x"), path("real")]) {
      await makeRepository(folder, { file: "one\n" });
      await plant(folder, { file: "two\n" });
    }
    await symlink(elsewhere, path("away"));
    await symlink("real", path("alias"));
    assert.deepEqual(await changesOf(workspace), ["A alias", "A away", "M real/file"]);
  });
});

describe("a folder is no repository when", () => {
  const cases: [name: string, make: (sub: string, elsewhere: string) => Promise<unknown>][] = [
    ["its .git is empty", (sub) => mkdir(join(sub, ".git"), { recursive: true })],
    ["its .git is a text", (sub) => plant(sub, { ".git": "hello" })],
    ["its .git is a file that leads out", (sub, elsewhere) => plant(sub, { ".git": `gitdir: ${elsewhere}/.git\n` })],
    ["its .git is a link that leads out", (sub, elsewhere) => symlink(join(elsewhere, ".git"), join(sub, ".git"))],
    [
      "its objects are elsewhere",
      async (sub, elsewhere) => {
        await git(sub, "clone", "--quiet", "--shared", elsewhere, ".");
        await plant(sub, { file: "two\n" });
      },
    ],
    [
      "its common folder is elsewhere",
      async (sub, elsewhere) => {
        await makeRepository(sub);
        await plant(sub, { ".git/commondir": `${elsewhere}/.git\n` });
      },
    ],
    [
      "its HEAD is odd",
      async (sub) => {
        await makeRepository(sub);
        await plant(sub, { ".git/HEAD": "ref: refs/heads/x\n[core]\n" });
      },
    ],
  ];
  for (const [name, make] of cases) {
    test(name, async (t) => {
      const workspace = await temporaryWorkspace(t);
      const elsewhere = await temporaryFolder(t);
      await makeRepository(elsewhere, { file: "another's\n" });
      await mkdir(join(workspace.root, "sub"));
      await make(join(workspace.root, "sub"), elsewhere);
      assert.equal(await workspace.changes(), null);
      await assert.rejects(workspace.diff("sub/file"), failure("not_a_repository"));
    });
  }
});

describe("diff:", () => {
  const cases: [name: string, path: string, want: FileDiff][] = [
    ["modified", "modified", { original: "one\n", modified: "two\n" }],
    ["modified, absolute", "/modified", { original: "one\n", modified: "two\n" }],
    ["not changed", "same", { original: "one\n", modified: "one\n" }],
    ["staged and modified again", "staged", { original: "one\n", modified: "three\n" }],
    ["untracked", "folder/new", { original: "", modified: "new\n" }],
    ["deleted", "deleted", { original: "one\n", modified: "" }],
    ["deleted with its folder", "gone/deep/file", { original: "one\n", modified: "" }],
    ["moved, the old name", "moved", { original: "moved\n", modified: "" }],
    ["moved, the new name", "renamed", { original: "", modified: "moved\n" }],
    ["a file that became a folder", "becomes", { original: "one\n", modified: "" }],
    ["in what was a file", "becomes/file", { original: "", modified: "two\n" }],
    ["a link that leads elsewhere now", "link", { original: "same", modified: "/etc/passwd" }],
    ["through a link", "shortcut/new", { original: "", modified: "new\n" }],
    ["tracked, through a link", "shortcut/kept", { original: "one\n", modified: "two\n" }],
    ["ignored", "x.log", { original: "", modified: "log\n" }],
    ["empty", "empty", { original: "", modified: "" }],
    ["other encodings", "legacy", { original: "Köln", modified: "Köln!" }],
    ["with a parent in between", "folder/../modified", { original: "one\n", modified: "two\n" }],
  ];
  for (const [name, path, want] of cases) {
    test(name, async (t) => {
      const { workspace } = await changedWorkspace(t);
      assert.deepEqual(await workspace.diff(path.startsWith("/") ? workspace.root + path : path), want);
    });
  }

  const refusals: [name: string, path: string, code: Parameters<typeof failure>[0], message?: RegExp][] = [
    ["neither now nor then", "missing", "file_not_found", /"missing" exists neither/],
    ["below a file", "same/x", "file_not_found"],
    ["a folder", "folder", "not_a_file"],
    ["the root", ".", "not_a_file"],
    ["no path", "", "not_a_file"],
    ["a folder that is tracked", "gone", "file_not_found"],
    ["binary now", "binary now", "binary_file"],
    ["binary then", "binary then", "binary_file"],
    ["large now", "large now", "file_too_large", /1 MiB/],
    ["large then", "large then", "file_too_large", /1 MiB/],
    ["outside", "../x", "path_outside_workspace"],
    ["outside, absolute", "/etc/passwd", "path_outside_workspace"],
    ["outside through a link", "out/hosts", "path_outside_workspace"],
    ["NUL", "a\0b", "path_outside_workspace"],
    ["fifo", "fifo", "not_a_file"],
  ];
  for (const [name, path, code, message] of refusals) {
    test(`refused: ${name}`, async (t) => {
      const { workspace } = await changedWorkspace(t);
      await assert.rejects(workspace.diff(path), failure(code, message));
    });
  }

  test("the largest file that is shown", async (t) => {
    const { workspace } = await committedWorkspace(t, { file: "a".repeat(MAX_DIFF_BYTES) });
    await plant(workspace.root, { file: "b".repeat(MAX_DIFF_BYTES) });
    const { original, modified } = await workspace.diff("file");
    assert.equal(original.length + modified.length, 2 * MAX_DIFF_BYTES);
  });
});

/** A repository in which something of everything happened. */
async function changedWorkspace(t: TestContext) {
  const large = "x".repeat(MAX_DIFF_BYTES + 1);
  const made = await committedWorkspace(t, {
    ".gitignore": "*.log\n",
    modified: "one\n",
    same: "one\n",
    staged: "one\n",
    deleted: "one\n",
    "gone/deep/file": "one\n",
    moved: "moved\n",
    becomes: "one\n",
    "folder/kept": "one\n",
    legacy: Buffer.from("K\xf6ln", "latin1"),
    "binary now": "text",
    "binary then": Buffer.of(0, 1),
    "large now": "",
    "large then": large,
  });
  const { workspace, path, run } = made;
  await symlink("same", path("link"));
  await symlink("folder", path("shortcut"));
  await symlink("/etc", path("out"));
  await commitAll(workspace.root);
  await plant(workspace.root, { staged: "two\n" });
  await run("add", "staged");
  await rm(path("deleted"));
  await rm(path("gone"), { recursive: true });
  await rename(path("moved"), path("renamed"));
  await rm(path("becomes"));
  await rm(path("link"));
  await symlink("/etc/passwd", path("link"));
  await execa("mkfifo", [path("fifo")]);
  await plant(workspace.root, {
    modified: "two\n",
    staged: "three\n",
    "folder/new": "new\n",
    "folder/kept": "two\n",
    "becomes/file": "two\n",
    "x.log": "log\n",
    empty: "",
    legacy: Buffer.from("\u{feff}Köln!", "utf16le"),
    "binary now": Buffer.of(0, 1),
    "binary then": "text",
    "large now": large,
    "large then": "",
  });
  return made;
}

describe("git is given up on", () => {
  test("when it takes too long, and when the caller has enough", async (t) => {
    const { runtime } = await temporaryRuntime(t, { compareTimeoutMs: 300 });
    const workspace = await runtime.open(CONVERSATION);
    await makeRepository(workspace.root, { file: "one\n" });
    // Git waits for somebody to write into it.
    await execa("mkfifo", [join(workspace.root, ".gitattributes")]);
    await appendFile(join(workspace.root, "file"), "two\n");
    await assert.rejects(workspace.changes(), failure("git_failed", /longer than 0\.3 seconds/));
    const aborted = { signal: AbortSignal.abort(new Error("early")) };
    await assert.rejects(workspace.changes(aborted), /early/);
    await assert.rejects(workspace.diff("file", aborted), /early/);
  });

  test("when the workspace is removed", async (t) => {
    const { runtime } = await temporaryRuntime(t);
    const workspace = await runtime.open(CONVERSATION);
    await makeRepository(workspace.root, { file: "one\n" });
    await execa("mkfifo", [join(workspace.root, ".gitattributes")]);
    await appendFile(join(workspace.root, "file"), "two\n");
    const asking = assert.rejects(workspace.changes(), failure("workspace_removed", /removed/));
    await runtime.remove(CONVERSATION);
    await asking;
    assert.equal(await workspace.changes(), null);
  });

  test("when the repository is broken", async (t) => {
    const { workspace, path } = await committedWorkspace(t, { file: "one\n" });
    await plant(workspace.root, { ".git/index": "broken" });
    await assert.rejects(workspace.changes(), failure("git_failed", /git fsck/));
    await rm(path(".git/index"));
    await plant(workspace.root, { ".git/config": "[broken" });
    await assert.rejects(workspace.changes(), failure("git_failed", /"\."/));
  });
});

test("whatever is done, changes and diffs are those between two sets of files", async (t) => {
  const names = ["a", "b/c", "b/d", "e f"];
  const content = fc.constantFrom("one\n", "two\n", "three\n");
  const step = fc.oneof(
    fc.record({ kind: fc.constant("write" as const), name: fc.constantFrom(...names), content }),
    fc.record({ kind: fc.constantFrom("delete", "add", "forget" as const), name: fc.constantFrom(...names) }),
  );
  const start = fc.dictionary(fc.constantFrom(...names), content);
  await fc.assert(
    fc.asyncProperty(start, fc.array(step, { maxLength: 8 }), async (before, steps) => {
      const { runtime } = await temporaryRuntime(t);
      const workspace = await runtime.open(CONVERSATION);
      await makeRepository(workspace.root, before);
      const after: Record<string, string> = { ...before };
      for (const one of steps) {
        if (one.kind === "write") {
          await plant(workspace.root, { [one.name]: one.content });
          after[one.name] = one.content;
        } else if (one.kind === "delete") {
          await rm(join(workspace.root, one.name), { force: true });
          delete after[one.name];
        } else {
          const command = one.kind === "add" ? ["add", "--all", "--"] : ["rm", "--cached", "--quiet", "-f", "--"];
          await git(workspace.root, ...command, one.name).catch(() => {}); // Git knows no such file.
        }
      }
      const status = (name: string) => (!(name in before) ? "A" : !(name in after) ? "D" : "M");
      const changed = names.filter((name) => before[name] !== after[name]);
      assert.deepEqual(
        await workspace.changes(),
        changed.map((path) => ({ status: status(path), path })),
      );
      for (const name of changed) {
        const want = { original: before[name] ?? "", modified: after[name] ?? "" };
        assert.deepEqual(await workspace.diff(name), want);
      }
    }),
    { numRuns: 25 },
  );
});
