import assert from "node:assert/strict";
import { chmod, mkdir, readdir, realpath, stat, symlink } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { createLocalRuntime } from "../../../server/runtime/local-runtime.ts";
import { CONVERSATION, failure, plant, temporaryFolder, temporaryRuntime } from "./temporary.ts";

test("opening creates the folder, and finds it again", async (t) => {
  const folder = await temporaryFolder(t);
  const runtime = createLocalRuntime({ directory: join(folder, "data/workspaces") });
  const workspace = await runtime.open(CONVERSATION);
  assert.equal(workspace.root, join(folder, "data/workspaces", CONVERSATION));
  assert.equal((await stat(workspace.root)).mode & 0o777, 0o700);
  await workspace.write("file", "text");
  assert.equal(await (await runtime.open(CONVERSATION)).read("file"), "text");
});

test("the root is a real path", async (t) => {
  const folder = await temporaryFolder(t);
  await mkdir(join(folder, "real"));
  await symlink("real", join(folder, "link"));
  const workspace = await createLocalRuntime({ directory: join(folder, "link") }).open(CONVERSATION);
  assert.equal(workspace.root, await realpath(workspace.root));
});

for (const id of ["", ".", "..", "../x", "a/b", "a\0b", "a.clone", "x".repeat(129)]) {
  test(`the id ${JSON.stringify(id.slice(0, 20))} is refused`, async (t) => {
    const { directory, runtime } = await temporaryRuntime(t);
    await plant(directory, { "x/file": "" });
    await assert.rejects(runtime.open(id), failure("path_outside_workspace"));
    await assert.rejects(runtime.remove(id), failure("path_outside_workspace"));
    assert.deepEqual(await readdir(directory), ["x"]);
  });
}

test("a workspace that is a link is refused", async (t) => {
  const { directory, runtime } = await temporaryRuntime(t);
  const elsewhere = await temporaryFolder(t);
  await plant(elsewhere, { file: "" });
  await symlink(elsewhere, join(directory, CONVERSATION));
  await assert.rejects(runtime.open(CONVERSATION), failure("path_outside_workspace"));
  await runtime.remove(CONVERSATION);
  assert.deepEqual(await readdir(elsewhere), ["file"]);
});

test("removing stops the commands and deletes the files, of this workspace only", async (t) => {
  const { directory, runtime } = await temporaryRuntime(t);
  const workspace = await runtime.open(CONVERSATION);
  const other = await runtime.open("other");
  t.after(() => runtime.remove("other"));
  await plant(workspace.root, { "a/b/c": "" });
  await plant(directory, { [`${CONVERSATION}.clone/half`]: "" });
  await chmod(join(workspace.root, "a/b"), 0o500);
  await symlink(other.root, join(workspace.root, "link"));
  await other.write("file", "text");
  const running = workspace.run("sleep 300");
  const staying = other.run("sleep 0.5; echo done");
  await runtime.remove(CONVERSATION);
  assert.equal((await running).exitCode, -1);
  assert.deepEqual(await readdir(directory), ["other"]);
  assert.equal(await other.read("file"), "text");
  assert.equal((await staying).output, "done\n");
});

test("removing twice, and what never was, is no error", async (t) => {
  const { runtime } = await temporaryRuntime(t);
  const workspace = await runtime.open(CONVERSATION);
  await workspace.edit({ path: "f", command: "write", content: "1" });
  await runtime.remove(CONVERSATION);
  await runtime.remove(CONVERSATION);
  await runtime.remove("never");
  const again = await runtime.open(CONVERSATION);
  assert.deepEqual(await again.list(), []);
  await assert.rejects(again.edit({ path: "f", command: "undo_edit" }), failure("edit_rejected"));
});

test("removing creates nothing", async (t) => {
  const folder = await temporaryFolder(t);
  await createLocalRuntime({ directory: join(folder, "data") }).remove(CONVERSATION);
  assert.deepEqual(await readdir(folder), []);
});
