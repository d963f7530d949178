import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { chmod, link, mkdir, readdir, readFile, rename, stat, symlink } from "node:fs/promises";
import { join } from "node:path";
import { PassThrough, Readable } from "node:stream";
import { describe, test } from "node:test";
import { setImmediate as turn } from "node:timers/promises";
import { execa } from "execa";
import { CONVERSATION, failure, plant, temporaryFolder, temporaryRuntime } from "./temporary.ts";
import { watchMemory } from "./memory.ts";

const MIB = 1024 * 1024;

async function setUp(t: Parameters<typeof temporaryRuntime>[0]) {
  const { directory, runtime } = await temporaryRuntime(t);
  const workspace = await runtime.open(CONVERSATION);
  const bytesOf = (name: string) => readFile(join(workspace.root, name));
  /** Nothing half done is left, neither in the workspace nor beside it. */
  const requireOnly = async (...names: string[]) => {
    assert.deepEqual(await readdir(directory), [CONVERSATION]);
    assert.deepEqual((await readdir(workspace.root)).toSorted(), names);
  };
  return { directory, runtime, workspace, bytesOf, requireOnly };
}

test("an upload keeps every byte", async (t) => {
  const { workspace, bytesOf, requireOnly } = await setUp(t);
  const bytes = randomBytes(3 * MIB + 7);
  assert.equal(
    await workspace.receive("image.png", Readable.from([bytes.subarray(0, 5), bytes.subarray(5)])),
    bytes.length,
  );
  assert.ok(bytes.equals(await bytesOf("image.png")));
  assert.equal(await workspace.receive("empty", Readable.from([])), 0);
  assert.equal((await bytesOf("empty")).length, 0);
  await requireOnly("empty", "image.png");
});

test("an upload replaces a longer file, keeps its mode and follows a link", async (t) => {
  const { workspace, bytesOf } = await setUp(t);
  await plant(workspace.root, { script: "a longer text" });
  await chmod(join(workspace.root, "script"), 0o755);
  await link(join(workspace.root, "script"), join(workspace.root, "other"));
  await symlink("script", join(workspace.root, "link"));
  await workspace.receive("link", Readable.from([Buffer.from("new")]));
  assert.equal(String(await bytesOf("script")), "new");
  assert.equal((await stat(join(workspace.root, "script"))).mode & 0o777, 0o755);
  assert.equal(String(await bytesOf("other")), "a longer text");
});

test("absent folders are made, and absolute paths are those of the workspace", async (t) => {
  const { workspace, bytesOf } = await setUp(t);
  await workspace.receive("a/b/ü \n.bin", Readable.from([Buffer.of(0xff)]));
  await workspace.receive(join(workspace.root, "c"), Readable.from([Buffer.of(0)]));
  assert.deepEqual([...(await bytesOf("a/b/ü \n.bin"))], [0xff]);
  assert.deepEqual([...(await bytesOf("c"))], [0]);
});

test("bytes may come from a web stream or a generator", async (t) => {
  const { workspace, bytesOf } = await setUp(t);
  await workspace.receive("web", new Blob(["web"]).stream());
  await workspace.receive(
    "generator",
    (async function* () {
      yield await Promise.resolve(Buffer.from("generator"));
    })(),
  );
  assert.equal(String(await bytesOf("web")), "web");
  assert.equal(String(await bytesOf("generator")), "generator");
});

describe("refused before a byte is read:", () => {
  const cases: [path: string, code: Parameters<typeof failure>[0]][] = [
    ["../x", "path_outside_workspace"],
    ["/etc/x", "path_outside_workspace"],
    ["a/../../x", "path_outside_workspace"],
    ["out/x", "path_outside_workspace"],
    ["a\0b", "path_outside_workspace"],
    ["folder", "not_a_file"],
    ["", "not_a_file"],
    [".", "not_a_file"],
    ["fifo", "not_a_file"],
    ["file/x", "not_a_directory"],
    ["x".repeat(256), "file_not_found"],
  ];
  for (const [path, code] of cases) {
    test(JSON.stringify(path.slice(0, 20)), async (t) => {
      const { workspace, requireOnly } = await setUp(t);
      await plant(workspace.root, { "folder/file": "", file: "old" });
      await symlink("/tmp", join(workspace.root, "out"));
      await execa("mkfifo", [join(workspace.root, "fifo")]);
      const content = Readable.from([Buffer.from("new")]);
      await assert.rejects(workspace.receive(path, content), failure(code));
      assert.equal(String(await content.toArray()), "new");
      await requireOnly("fifo", "file", "folder", "out");
    });
  }
});

describe("the old file stays when", () => {
  test("there are more bytes than allowed", async (t) => {
    const { workspace, bytesOf, requireOnly } = await setUp(t);
    await plant(workspace.root, { file: "old" });
    const exact = Readable.from([Buffer.alloc(60), Buffer.alloc(40)]);
    assert.equal(await workspace.receive("fits", exact, { maxBytes: 100 }), 100);
    const content = Readable.from([Buffer.alloc(60), Buffer.alloc(41), Buffer.alloc(1)]);
    await assert.rejects(
      workspace.receive("file", content, { maxBytes: 100 }),
      failure("file_too_large", /"file" is larger than 100 bytes/),
    );
    assert.ok(content.destroyed);
    assert.equal(String(await bytesOf("file")), "old");
    await requireOnly("file", "fits");
  });

  test("the upload breaks, with its own error", async (t) => {
    const { workspace, bytesOf, requireOnly } = await setUp(t);
    await plant(workspace.root, { file: "old" });
    const broken = Object.assign(new Error("connection lost"), { code: "ENOENT" });
    const content = new PassThrough();
    const receiving = workspace.receive("file", content);
    content.write(Buffer.alloc(MIB));
    await turn();
    content.destroy(broken);
    await assert.rejects(receiving, (error) => error === broken);
    const early = new PassThrough();
    const refused = workspace.receive("file", early);
    early.destroy(broken);
    await assert.rejects(refused, (error) => error === broken);
    const silent = new PassThrough();
    const waiting = workspace.receive("file", silent);
    silent.write("half");
    await turn();
    silent.destroy();
    await assert.rejects(waiting, /[Pp]remature/);
    assert.equal(String(await bytesOf("file")), "old");
    await requireOnly("file");
  });

  test("the caller aborts", async (t) => {
    const { workspace, bytesOf, requireOnly } = await setUp(t);
    await plant(workspace.root, { file: "old" });
    const controller = new AbortController();
    const content = new PassThrough();
    content.write("half");
    const receiving = workspace.receive("file", content, { signal: controller.signal });
    await turn();
    controller.abort(new Error("enough"));
    await assert.rejects(receiving, /enough/);
    assert.ok(content.destroyed);
    const early = Readable.from([Buffer.from("new")]);
    await assert.rejects(workspace.receive("file", early, { signal: AbortSignal.abort(new Error("early")) }), /early/);
    assert.equal(String(await bytesOf("file")), "old");
    await requireOnly("file");
  });

  test("the path leads elsewhere at the end of the upload", async (t) => {
    const { workspace, requireOnly } = await setUp(t);
    const elsewhere = await temporaryFolder(t);
    await plant(elsewhere, { file: "other" });
    await mkdir(join(workspace.root, "folder"));
    const content = new PassThrough();
    const receiving = workspace.receive("folder/file", content);
    await turn();
    await rename(join(workspace.root, "folder"), join(workspace.root, "moved"));
    await symlink(elsewhere, join(workspace.root, "folder"));
    content.end("new");
    await assert.rejects(receiving, failure("path_outside_workspace"));
    assert.equal(String(await readFile(join(elsewhere, "file"))), "other");
    await requireOnly("folder", "moved");
  });
});

test("of several uploads to one name the last to finish wins, whole", async (t) => {
  const { workspace, bytesOf, requireOnly } = await setUp(t);
  const contents = Array.from({ length: 5 }, () => new PassThrough());
  const uploads = contents.map((content) => workspace.receive("file", content));
  const order = [3, 1, 4, 0, 2];
  for (const [index, content] of contents.entries()) content.write(Buffer.alloc(50_000, index));
  for (const index of order) {
    contents[index]?.end(Buffer.alloc(50_000, index));
    await uploads[index];
    assert.ok((await bytesOf("file")).equals(Buffer.alloc(100_000, index)));
  }
  await requireOnly("file");
});

test("removing the workspace ends the uploads", async (t) => {
  const { directory, runtime, workspace } = await setUp(t);
  const content = new PassThrough();
  const receiving = workspace.receive("file", content);
  content.write("half");
  await Promise.all([assert.rejects(receiving, failure("workspace_removed", /removed/)), runtime.remove(CONVERSATION)]);
  assert.ok(content.destroyed);
  await assert.rejects(workspace.receive("file", Readable.from([])), failure("workspace_removed", /removed/));
  assert.deepEqual(await readdir(directory), []);
});

test("recovering deletes what a process that was killed had received", async (t) => {
  const { directory, runtime } = await setUp(t);
  await plant(directory, { [`${CONVERSATION}.0-0-0.upload`]: "half", [`${CONVERSATION}/mine.upload`]: "" });
  await runtime.recover();
  assert.deepEqual(await readdir(directory), [CONVERSATION]);
  assert.deepEqual(await readdir(join(directory, CONVERSATION)), ["mine.upload"]);
});

test("memory does not grow with the upload", async (t) => {
  const { workspace } = await setUp(t);
  const memory = watchMemory();
  const size = 512; // far more than what waits to be collected: V8 lets some 64 MiB of buffers gather
  async function* content() {
    for (let sent = 0; sent < size; sent += 1) {
      memory.look();
      yield await Promise.resolve(Buffer.alloc(MIB, sent));
    }
  }
  assert.equal(await workspace.receive("large", content()), size * MIB);
  memory.requireGrowthBelow(192 * MIB);
});
