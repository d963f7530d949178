import assert from "node:assert/strict";
import { chmod, link, readFile, stat, symlink } from "node:fs/promises";
import { createServer } from "node:net";
import { join } from "node:path";
import { describe, test } from "node:test";
import { execa } from "execa";
import * as fc from "fast-check";
import { MAX_TEXT_BYTES, replaceLines, splitLines } from "../../../server/runtime/files.ts";
import { CONVERSATION, failure, plant, temporaryRuntime, temporaryWorkspace } from "./temporary.ts";

describe("read", () => {
  const ranges: [start: number | undefined, end: number | undefined, want: string][] = [
    [undefined, undefined, "a\nb\r\nc"],
    [0, -1, "a\nb\r\nc"],
    [0, 1, "a\n"],
    [1, 2, "b\r\n"],
    [1, -1, "b\r\nc"],
    [2, 9, "c"],
    [3, -1, ""],
    [9, 12, ""],
    [2, 1, ""],
    [-1, 1, "a\n"],
  ];
  for (const [start, end, want] of ranges) {
    test(`lines ${start} to ${end}`, async (t) => {
      const workspace = await temporaryWorkspace(t);
      await plant(workspace.root, { file: "a\nb\r\nc" });
      assert.equal(await workspace.read("file", { start, end }), want);
    });
  }

  test("keeps every character", async (t) => {
    const workspace = await temporaryWorkspace(t);
    const text = "\u{feff}ä€😀\r\n\ttab\n";
    await plant(workspace.root, { file: text, empty: "" });
    assert.equal(await workspace.read("file"), text);
    assert.equal(await workspace.read("empty"), "");
  });

  test("refuses what is no text file", async (t) => {
    const workspace = await temporaryWorkspace(t);
    const server = createServer().listen(join(workspace.root, "socket"));
    t.after(() => server.close());
    await execa("mkfifo", [join(workspace.root, "fifo")]);
    await symlink("/etc/passwd", join(workspace.root, "link"));
    await plant(workspace.root, {
      nul: "a\0b",
      latin1: Buffer.from("Gr\xfc\xdfe aus K\xf6ln", "latin1"),
      png: Buffer.from("89504e470d0a1a0a0000000d49484452", "hex"),
      utf16: Buffer.from("\u{feff}text", "utf16le"),
      "folder/file": "",
    });
    for (const name of ["nul", "latin1", "png", "utf16"]) {
      await assert.rejects(workspace.read(name), failure("binary_file", new RegExp(`"${name}"`)));
    }
    for (const name of ["folder", "fifo", "socket", "."]) {
      await assert.rejects(workspace.read(name), failure("not_a_file", /regular file/));
    }
    await assert.rejects(workspace.read("missing/file"), failure("file_not_found", /"missing\/file"/));
    await assert.rejects(workspace.read("nul/file"), failure("not_a_directory"));
    await assert.rejects(workspace.read("link"), failure("path_outside_workspace"));
  });

  test("refuses what is larger than 4 MiB", async (t) => {
    const workspace = await temporaryWorkspace(t);
    await plant(workspace.root, { fits: "x".repeat(MAX_TEXT_BYTES), large: "x".repeat(MAX_TEXT_BYTES + 1) });
    assert.equal((await workspace.read("fits")).length, MAX_TEXT_BYTES);
    await assert.rejects(workspace.read("large"), failure("file_too_large", /4 MiB/));
  });
});

describe("readDecoded", () => {
  test("reads what read refuses for its encoding alone", async (t) => {
    const workspace = await temporaryWorkspace(t);
    await plant(workspace.root, {
      utf8: "\u{feff}Köln",
      utf16: Buffer.from("\u{feff}Köln", "utf16le"),
      latin1: Buffer.from("K\xf6ln", "latin1"),
    });
    for (const name of ["utf8", "utf16", "latin1"]) assert.equal(await workspace.readDecoded(name), "Köln");
  });

  test("refuses what read refuses otherwise", async (t) => {
    const workspace = await temporaryWorkspace(t);
    await execa("mkfifo", [join(workspace.root, "fifo")]);
    await symlink("/etc/passwd", join(workspace.root, "link"));
    await plant(workspace.root, {
      nul: "a\0b",
      fits: "x".repeat(MAX_TEXT_BYTES),
      large: Buffer.alloc(MAX_TEXT_BYTES + 1, 0xff),
      "folder/file": "",
    });
    assert.equal((await workspace.readDecoded("fits")).length, MAX_TEXT_BYTES);
    await assert.rejects(workspace.readDecoded("large"), failure("file_too_large", /4 MiB/));
    await assert.rejects(workspace.readDecoded("nul"), failure("binary_file", /"nul" is a binary file/));
    await assert.rejects(workspace.readDecoded("folder"), failure("not_a_file"));
    await assert.rejects(workspace.readDecoded("fifo"), failure("not_a_file"));
    await assert.rejects(workspace.readDecoded("missing"), failure("file_not_found"));
    await assert.rejects(workspace.readDecoded("link"), failure("path_outside_workspace"));
    await assert.rejects(workspace.readDecoded("../x"), failure("path_outside_workspace"));
  });
});

describe("write", () => {
  test("creates the file and its folders", async (t) => {
    const workspace = await temporaryWorkspace(t);
    await workspace.write("a/b/c.txt", "text without newline");
    assert.equal(await readFile(join(workspace.root, "a/b/c.txt"), "utf8"), "text without newline");
  });

  test("replaces a shorter and a longer file", async (t) => {
    const workspace = await temporaryWorkspace(t);
    for (const content of ["first", "second, which is longer", "3", ""]) {
      await workspace.write("file", content);
      assert.equal(await workspace.read("file"), content);
    }
  });

  test("replaces a binary file", async (t) => {
    const workspace = await temporaryWorkspace(t);
    await plant(workspace.root, { file: "\0" });
    await assert.rejects(workspace.write("file", "x", { start: 1, end: 2 }), failure("binary_file"));
    await workspace.write("file", "text", { start: 0, end: -1 });
    assert.equal(await workspace.read("file"), "text");
  });

  test("keeps the mode and the links of the file", async (t) => {
    const workspace = await temporaryWorkspace(t);
    await plant(workspace.root, { script: "old" });
    await chmod(join(workspace.root, "script"), 0o755);
    await link(join(workspace.root, "script"), join(workspace.root, "other"));
    await workspace.write("script", "new");
    assert.equal((await stat(join(workspace.root, "script"))).mode & 0o777, 0o755);
    assert.equal(await workspace.read("other"), "new");
  });
});

describe("write of lines", () => {
  const ranges: [start: number, end: number, content: string, want: string][] = [
    [1, 2, "B", "a\nB\nc"],
    [1, 2, "B\n", "a\nB\nc"],
    [1, 2, "", "a\nc"],
    [1, 1, "new", "a\nnew\nb\nc"],
    [2, 1, "new", "a\nb\nnew\nc"],
    [3, -1, "d", "a\nb\nc\nd\n"],
    [9, 9, "d", "a\nb\nc\nd\n"],
    [1, -1, "rest", "a\nrest\n"],
    [0, 1, "A", "A\nb\nc"],
  ];
  for (const [start, end, content, want] of ranges) {
    test(`lines ${start} to ${end} with ${JSON.stringify(content)}`, async (t) => {
      const workspace = await temporaryWorkspace(t);
      await plant(workspace.root, { file: "a\nb\nc" });
      await workspace.write("file", content, { start, end });
      assert.equal(await workspace.read("file"), want);
    });
  }

  test("lines of a file that does not exist", async (t) => {
    const workspace = await temporaryWorkspace(t);
    await workspace.write("file", "text", { start: 3, end: 4 });
    assert.equal(await workspace.read("file"), "text");
  });
});

describe("write in difficult circumstances:", () => {
  test("what is no file is refused", async (t) => {
    const workspace = await temporaryWorkspace(t);
    await plant(workspace.root, { "folder/file": "" });
    await execa("mkfifo", [join(workspace.root, "fifo")]);
    await assert.rejects(workspace.write("folder", "x"), failure("not_a_file"));
    await assert.rejects(workspace.write("fifo", "x"), failure("not_a_file"));
    await assert.rejects(workspace.write("folder/file/below", "x"), failure("not_a_directory"));
    await assert.rejects(workspace.write("../x", "x"), failure("path_outside_workspace"));
  });

  test("writes happen one after the other", async (t) => {
    const workspace = await temporaryWorkspace(t);
    await workspace.write("file", "");
    const lines = Array.from({ length: 30 }, (_, index) => `line ${index}`);
    await Promise.all(lines.map((line) => workspace.write("file", line, { start: 1000, end: 1000 })));
    assert.deepEqual((await workspace.read("file")).trimEnd().split("\n"), lines);
  });

  test("a removed workspace is not created again", async (t) => {
    const { runtime } = await temporaryRuntime(t);
    const workspace = await runtime.open(CONVERSATION);
    await runtime.remove(CONVERSATION);
    await assert.rejects(workspace.write("file", "x"), failure("workspace_removed", /removed/));
    await assert.rejects(workspace.run("true"), failure("file_not_found"));
  });
});

test("splitting into lines loses nothing", () => {
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom("a", "\n", "\r", "€") }), (text) => {
      const lines = splitLines(text);
      assert.equal(lines.join(""), text);
      assert.ok(lines.every((line) => line.indexOf("\n") === (line.endsWith("\n") ? line.length - 1 : -1)));
      assert.equal(replaceLines(text, "", { start: lines.length, end: -1 }).trimEnd(), text.trimEnd());
    }),
  );
});
