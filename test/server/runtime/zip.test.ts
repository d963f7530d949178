import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { appendFile, chmod, mkdir, readdir, readlink, rename, rm, symlink, truncate, utimes } from "node:fs/promises";
import { createServer } from "node:net";
import { join } from "node:path";
import type { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import { describe, test } from "node:test";
import { setImmediate as turn } from "node:timers/promises";
import { execa } from "execa";
import type { Workspace } from "../../../server/runtime/runtime.ts";
import { zipFolder } from "../../../server/runtime/zip.ts";
import { watchMemory } from "./memory.ts";
import { readZip } from "./read-zip.ts";
import {
  CONVERSATION,
  failure,
  plant,
  plantRepository,
  temporaryFolder,
  temporaryRuntime,
  temporaryWorkspace,
} from "./temporary.ts";

const MIB = 1024 * 1024;

async function zipped(workspace: Workspace) {
  return await readZip(await buffer(await workspace.zip()));
}

async function textsIn(workspace: Workspace) {
  return Object.fromEntries((await zipped(workspace)).map(({ name, content }) => [name, String(content)]));
}

/** Paths of what this process has open below a folder. */
async function openBelow(folder: string): Promise<string[]> {
  const numbers = await readdir("/proc/self/fd");
  const paths = await Promise.all(numbers.map((number) => readlink(`/proc/self/fd/${number}`).catch(() => "")));
  return paths.filter((path) => path.startsWith(folder));
}

/** Reads an archive, and does something once its first bytes are here. */
async function readWhile(archive: Readable, change: () => Promise<void>) {
  const chunks: Buffer[] = [];
  for await (const chunk of archive) {
    if (chunks.length === 0) await change();
    chunks.push(chunk);
  }
  return await readZip(Buffer.concat(chunks));
}

test("everything is in it, by name, with modes and times", async (t) => {
  const workspace = await temporaryWorkspace(t);
  await plant(workspace.root, {
    "b/ü 😀/script": "#!/bin/sh\n",
    "b/image": Buffer.of(0, 255, 254),
    "a.txt": "text",
    empty: "",
    "line\nbreak": "",
  });
  await mkdir(join(workspace.root, "b/folder"), { mode: 0o700 });
  await chmod(join(workspace.root, "b/ü 😀/script"), 0o751);
  await utimes(join(workspace.root, "a.txt"), 1_700_000_001, 1_700_000_001);
  const found = await zipped(workspace);
  assert.deepEqual(
    found.map(({ name, mode }) => [name, (mode & 0o777).toString(8)]),
    [
      ["a.txt", "644"],
      ["b/", "755"],
      ["b/folder/", "700"],
      ["b/image", "644"],
      ["b/ü 😀/", "755"],
      ["b/ü 😀/script", "751"],
      ["empty", "644"],
      ["line\nbreak", "644"],
    ],
  );
  assert.equal(found[0]?.mtime.getTime(), 1_700_000_001_000);
  assert.deepEqual(found[3]?.content, Buffer.of(0, 255, 254));
});

test("what unzip makes of it is the workspace, its repository included", async (t) => {
  const workspace = await temporaryWorkspace(t);
  await plantRepository(workspace.root);
  await plant(workspace.root, { "src/large": "0123456789".repeat(100_000) });
  await symlink("src/large", join(workspace.root, "link"));
  const folder = await temporaryFolder(t);
  await plant(folder, { "archive.zip": await buffer(await workspace.zip()) });
  await execa("unzip", ["-q", "archive.zip", "-d", "unpacked"], { cwd: folder });
  await execa("diff", ["--recursive", "--no-dereference", workspace.root, join(folder, "unpacked")]);
  const status = await execa("git", ["status", "--porcelain"], { cwd: join(folder, "unpacked") });
  assert.equal(status.stdout, "?? link\n?? src/");
});

test("an empty workspace is an empty archive", async (t) => {
  assert.deepEqual(await zipped(await temporaryWorkspace(t)), []);
});

test("links stay links, and those that lead out are left out", async (t) => {
  const workspace = await temporaryWorkspace(t);
  await plant(workspace.root, { "folder/file": "text" });
  const links: [name: string, target: string, want: string | undefined][] = [
    ["up", "folder/../folder/file", "folder/../folder/file"],
    ["folder/down", "../folder", "../folder"],
    ["dangling", "missing", "missing"],
    ["absolute", join(workspace.root, "folder/file"), "folder/file"],
    ["folder/root", workspace.root, ".."],
    ["out", "/etc/passwd", undefined],
    ["beside", `../${CONVERSATION}/folder/file`, undefined],
    ["through", "out", undefined],
    ["circle", "circle", undefined],
    ["home", "..", undefined],
  ];
  for (const [name, target] of links) await symlink(target, join(workspace.root, name));
  const found = await zipped(workspace);
  for (const [name, , want] of links) {
    const entry = found.find((one) => one.name === name);
    assert.equal(entry && String(entry.content), want, name);
    if (entry) assert.equal(entry.mode & 0o170000, 0o120000);
  }
});

test("names that readers take for other paths are kept another way", async (t) => {
  const workspace = await temporaryWorkspace(t);
  await plant(workspace.root, { "C:x": "drive", "..\\x": "back", "d/c:y": "inside" });
  assert.deepEqual(await textsIn(workspace), { "..\u{ff3c}x": "back", "./C:x": "drive", "d/": "", "d/c:y": "inside" });
});

test("what is no file is left out, and so is a name that is no UTF-8", async (t) => {
  const workspace = await temporaryWorkspace(t);
  const server = createServer().listen(join(workspace.root, "socket"));
  t.after(() => server.close());
  await execa("mkfifo", [join(workspace.root, "fifo")]);
  await plant(workspace.root, { file: "text" });
  await execa("bash", ["-c", "touch $'latin1-\\xfc'"], { cwd: workspace.root });
  assert.deepEqual(await textsIn(workspace), { file: "text" });
});

describe("while the archive is read,", () => {
  test("files change before their turn", async (t) => {
    const workspace = await temporaryWorkspace(t);
    const path = (name: string) => join(workspace.root, name);
    await plant(workspace.root, {
      "0 first": randomBytes(MIB),
      "1 grows": "text",
      "2 shrinks": "text",
      "3 vanishes": "text",
      "4 vanishes/file": "text",
      "5 becomes a folder": "text",
      "6 becomes a link": "text",
      "7 last": "text",
    });
    await symlink("/tmp", path("8 becomes a file"));
    const found = await readWhile(await workspace.zip(), async () => {
      await appendFile(path("1 grows"), " and more");
      await truncate(path("2 shrinks"), 1);
      await rm(path("3 vanishes"));
      await rm(path("4 vanishes"), { recursive: true });
      await rm(path("5 becomes a folder"));
      await mkdir(path("5 becomes a folder"));
      await rm(path("6 becomes a link"));
      await symlink("/etc/passwd", path("6 becomes a link"));
      await rm(path("8 becomes a file"));
      await plant(workspace.root, { "8 becomes a file": "text" });
    });
    const texts = found.slice(1).map(({ name, content }) => [name, String(content)]);
    assert.deepEqual(texts, [
      ["1 grows", "text and more"],
      ["2 shrinks", "t"],
      ["7 last", "text"],
    ]);
  });

  test("a file grows or shrinks in its turn", async (t) => {
    const workspace = await temporaryWorkspace(t);
    const path = join(workspace.root, "0 file");
    const bytes = randomBytes(4 * MIB);
    await plant(workspace.root, { "0 file": bytes, "1 last": "text" });
    const [grown, last] = await readWhile(await workspace.zip(), () => appendFile(path, "more"));
    assert.ok(grown?.content.equals(bytes));
    assert.equal(String(last?.content), "text");
    const [shrunk, next] = await readWhile(await workspace.zip(), () => truncate(path, 0));
    assert.ok(shrunk && shrunk.content.length < bytes.length);
    assert.ok(shrunk.content.equals(bytes.subarray(0, shrunk.content.length)));
    assert.equal(String(next?.content), "text");
  });

  test("a folder becomes a link that leads out", async (t) => {
    const workspace = await temporaryWorkspace(t);
    const elsewhere = await temporaryFolder(t);
    await plant(elsewhere, { file: "another's" });
    await plant(workspace.root, { "0 first": randomBytes(MIB), "1 folder/file": "mine" });
    const found = await readWhile(await workspace.zip(), async () => {
      await rename(join(workspace.root, "1 folder"), join(workspace.root, "2 folder"));
      await symlink(elsewhere, join(workspace.root, "1 folder"));
    });
    assert.deepEqual(
      found.map(({ name }) => name),
      ["0 first"],
    );
  });

  test("its reader goes: nothing stays open", async (t) => {
    const workspace = await temporaryWorkspace(t);
    await plant(workspace.root, { "a/large": randomBytes(4 * MIB), "a/next": "text" });
    const archive = await workspace.zip();
    assert.deepEqual(await openBelow(workspace.root), []); // It begins when it is read.
    await once(archive, "readable");
    assert.ok(archive.read());
    assert.deepEqual(await openBelow(workspace.root), [join(workspace.root, "a/large")]);
    archive.destroy();
    await once(archive, "close");
    assert.deepEqual(await openBelow(workspace.root), []);

    const broken = zipFolder(workspace.root, new AbortController().signal);
    await once(broken, "readable");
    broken.destroy(new Error("connection lost")); // Nobody listens, and the process goes on.
    while (!broken.closed) await turn();
    assert.deepEqual(await openBelow(workspace.root), []);
  });

  test("the workspace is removed", async (t) => {
    const { runtime } = await temporaryRuntime(t);
    const workspace = await runtime.open(CONVERSATION);
    await plant(workspace.root, { large: randomBytes(4 * MIB) });
    const archive = await workspace.zip();
    const reading = readWhile(archive, () => runtime.remove(CONVERSATION));
    await assert.rejects(reading, failure("workspace_removed", /removed/));
    await assert.rejects(workspace.zip(), failure("workspace_removed", /removed/));
    assert.deepEqual(await openBelow(workspace.root), []);
  });
});

test("memory does not grow with the files", async (t) => {
  const workspace = await temporaryWorkspace(t);
  await plant(workspace.root, { large: "" });
  await truncate(join(workspace.root, "large"), 256 * MIB);
  const memory = watchMemory();
  let size = 0;
  for await (const chunk of await workspace.zip()) {
    size += chunk.length;
    memory.look();
  }
  assert.ok(size > 0.2 * MIB);
  memory.requireGrowthBelow(128 * MIB);
});
