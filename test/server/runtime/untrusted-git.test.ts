import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { chmod, mkdir, readdir, rm, utimes } from "node:fs/promises";
import { join } from "node:path";
import { describe, test, type TestContext } from "node:test";
import { execa } from "execa";
import { failure, plant, plantRepository, temporaryFolder, temporaryWorkspace } from "./temporary.ts";

/** A workspace whose repository has one changed file, and a program that leaves a trace when it is run. */
async function setUp(t: TestContext) {
  const folder = await temporaryFolder(t);
  const program = join(folder, "program");
  const trace = join(folder, "trace");
  await plant(folder, { program: `#!/bin/sh\ntouch ${trace}\n[ $# -gt 0 ] || cat\n` });
  await chmod(program, 0o755);
  const workspace = await temporaryWorkspace(t);
  await plantRepository(workspace.root);
  const git = (...args: string[]) =>
    execa("git", args, { cwd: workspace.root, reject: false, input: "", timeout: 10_000 });
  return { folder, program, trace, workspace, git };
}

type Trap = Awaited<ReturnType<typeof setUp>>;

/** How a repository makes git run a program, and a command of git that does. */
const traps: [name: string, set: (trap: Trap) => Promise<unknown>, springs: string[]][] = [
  ["core.fsmonitor", ({ git, program }) => git("config", "core.fsmonitor", program), ["status"]],
  [
    "core.hooksPath",
    async ({ git, folder, program }) => {
      await mkdir(join(folder, "hooks"));
      await execa("cp", [program, join(folder, "hooks/post-index-change")]);
      await git("config", "core.hooksPath", join(folder, "hooks"));
    },
    ["update-index", "--really-refresh", "--force-write-index"],
  ],
  [
    "a hook of its own",
    async ({ workspace, program }) => {
      await mkdir(join(workspace.root, ".git/hooks"), { recursive: true });
      await execa("cp", [program, join(workspace.root, ".git/hooks/post-index-change")]);
    },
    ["update-index", "--really-refresh", "--force-write-index"],
  ],
  ["diff.external", ({ git, program }) => git("config", "diff.external", program), ["diff", "HEAD"]],
  ["diff.*.command", (trap) => attribute(trap, "diff", "command"), ["diff", "HEAD"]],
  ["diff.*.textconv", (trap) => attribute(trap, "diff", "textconv"), ["diff", "HEAD"]],
  ["filter.*.clean", (trap) => attribute(trap, "filter", "clean"), ["diff", "--name-status", "HEAD"]],
  ["filter.*.process", (trap) => attribute(trap, "filter", "process"), ["diff", "--name-status", "HEAD"]],
  ["filter.*.smudge", (trap) => attribute(trap, "filter", "smudge"), ["cat-file", "--filters", "HEAD:README.md"]],
  [
    "include.path",
    async ({ git, folder, program }) => {
      await plant(folder, { included: `[core]\n\tfsmonitor = ${program}\n` });
      await git("config", "include.path", join(folder, "included"));
    },
    ["status"],
  ],
  [
    "the remote of a partial clone",
    async ({ git, folder, program, workspace }) => {
      await plantRepository(join(folder, "remote"));
      await git("config", "core.repositoryFormatVersion", "1");
      await git("config", "extensions.partialClone", "origin");
      await git("config", "remote.origin.promisor", "true");
      await git("config", "remote.origin.url", join(folder, "remote"));
      await git("config", "remote.origin.uploadpack", program);
      await git("update-ref", "refs/remotes/origin/main", "HEAD");
      const { stdout: blob } = await git("rev-parse", "HEAD:README.md");
      await rm(join(workspace.root, ".git/objects", blob.slice(0, 2), blob.slice(2)));
    },
    ["cat-file", "blob", "HEAD:README.md"],
  ],
  [
    "the settings of a submodule",
    async ({ git, program, workspace }) => {
      const module = join(workspace.root, "module");
      await plantRepository(module);
      await git("add", "module");
      await execa("git", ["config", "filter.x.clean", program], { cwd: module });
      await plant(module, { ".gitattributes": "* filter=x\n", "README.md": "MAIN\n" });
    },
    ["status"],
  ],
];

async function attribute({ git, program, workspace }: Trap, kind: string, setting: string): Promise<void> {
  await plant(workspace.root, { ".gitattributes": `* ${kind}=x\n` });
  await git("config", `${kind}.x.${setting}`, program);
}

describe("a repository runs nothing:", () => {
  for (const [name, set, springs] of traps) {
    test(name, async (t) => {
      const trap = await setUp(t);
      const { workspace, trace, git } = trap;
      await set(trap);
      const change = async () => {
        await plant(workspace.root, { "README.md": "MAIN\n" });
        await utimes(join(workspace.root, "README.md"), 1, 1);
      };
      await change();
      await git(...springs);
      assert.ok(existsSync(trace), "the trap is none: git itself does not run it");
      await rm(trace);

      await change();
      const isPartial = name.includes("partial");
      const want = { original: "main\n", modified: "MAIN\n" };
      if (isPartial) await assert.rejects(workspace.diff("README.md"), failure("git_failed"));
      else assert.deepEqual(await workspace.diff("README.md"), want);
      if (!isPartial) assert.ok((await workspace.changes())?.some(({ path }) => path === "README.md"));
      else await workspace.changes().catch(() => {});
      assert.equal(existsSync(trace), false);
    });
  }
});

test("a repository cannot name another folder as its own", async (t) => {
  const { workspace, folder, git } = await setUp(t);
  await plant(folder, { "another's": "" });
  await git("config", "core.worktree", folder);
  assert.match((await git("ls-files", "--others")).stdout, /another's/);
  assert.deepEqual(await workspace.changes(), []);
});

test("a repository of another user is read", { skip: process.getuid?.() !== 0 && "needs root" }, async (t) => {
  const { workspace, git } = await setUp(t);
  await execa("chown", ["--recursive", "nobody", workspace.root]);
  assert.match((await git("status")).stderr, /dubious ownership/);
  await plant(workspace.root, { "README.md": "MAIN\n" });
  assert.deepEqual(await workspace.changes(), [{ status: "M", path: "README.md" }]);
});

test("the operator's settings and environment have no say", async (t) => {
  const { folder, program, trace } = await setUp(t);
  const environment = { GIT_EXTERNAL_DIFF: program, GIT_DIR: folder, GIT_INDEX_FILE: folder, GIT_WORK_TREE: folder };
  const workspace = await temporaryWorkspace(t, { environment });
  await plantRepository(workspace.root);
  await plant(workspace.root, { "README.md": "MAIN\n" });
  assert.deepEqual(await workspace.changes(), [{ status: "M", path: "README.md" }]);
  assert.deepEqual(await workspace.diff("README.md"), { original: "main\n", modified: "MAIN\n" });
  assert.equal(existsSync(trace), false);
});

test("links out of the repository's folder are refused", async (t) => {
  for (const name of ["refs", "packed-refs", "index", "config", "info/exclude"]) {
    const { workspace, folder } = await setUp(t);
    await plant(folder, { elsewhere: "" });
    const path = join(workspace.root, ".git", name);
    await rm(path, { recursive: true, force: true });
    await execa("ln", ["--symbolic", join(folder, "elsewhere"), path]);
    await assert.rejects(workspace.changes(), failure("path_outside_workspace"), name);
  }
});

test("nothing is left in the temporary folder", async (t) => {
  const { workspace } = await setUp(t);
  const folder = await temporaryFolder(t);
  const usual = process.env["TMPDIR"];
  t.after(() => {
    if (usual === undefined) delete process.env["TMPDIR"];
    else process.env["TMPDIR"] = usual;
  });
  process.env["TMPDIR"] = folder;
  await workspace.changes();
  await workspace.diff("README.md");
  await plant(workspace.root, { ".git/index": "broken" });
  await assert.rejects(workspace.changes());
  assert.deepEqual(await readdir(folder), []);
});
