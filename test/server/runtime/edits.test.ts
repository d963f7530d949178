import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, test, type TestContext } from "node:test";
import { applyPatch } from "diff";
import * as fc from "fast-check";
import type { FileEdit, Workspace } from "../../../server/runtime/runtime.ts";
import { CONVERSATION, failure, plant, temporaryRuntime, temporaryWorkspace } from "./temporary.ts";
import { createLocalRuntime } from "../../../server/runtime/local-runtime.ts";

async function workspaceWith(t: TestContext, files: Record<string, string | Uint8Array>): Promise<Workspace> {
  const workspace = await temporaryWorkspace(t);
  await plant(workspace.root, files);
  return workspace;
}

const edits: {
  name: string;
  before?: string;
  edit: Omit<FileEdit, "path">;
  after: string;
  content: string;
  diff: string;
}[] = [
  {
    name: "create",
    edit: { command: "create", file_text: "one\ntwo\n" },
    after: "one\ntwo\n",
    content: "Created dir/f.txt.\n     1\tone\n     2\ttwo\n",
    diff: "--- /dev/null\n+++ b/dir/f.txt\n@@ -0,0 +1,2 @@\n+one\n+two\n",
  },
  {
    name: "str_replace",
    before: "1\n2\n3\n4\n5\n6\nold\n8\n9\n10\n11\n12\n",
    edit: { command: "str_replace", old_str: "old", new_str: "new\nand more" },
    after: "1\n2\n3\n4\n5\n6\nnew\nand more\n8\n9\n10\n11\n12\n",
    content:
      "Edited dir/f.txt.\n     3\t3\n     4\t4\n     5\t5\n     6\t6\n     7\tnew\n     8\tand more\n     9\t8\n    10\t9\n    11\t10\n    12\t11\n",
    diff: "--- a/dir/f.txt\n+++ b/dir/f.txt\n@@ -4,7 +4,8 @@\n 4\n 5\n 6\n-old\n+new\n+and more\n 8\n 9\n 10\n",
  },
  {
    name: "str_replace with nothing",
    before: "keep drop\n",
    edit: { command: "str_replace", old_str: " drop", new_str: null },
    after: "keep\n",
    content: "Edited dir/f.txt.\n     1\tkeep\n",
    diff: "--- a/dir/f.txt\n+++ b/dir/f.txt\n@@ -1,1 +1,1 @@\n-keep drop\n+keep\n",
  },
  {
    name: "str_replace takes both texts literally",
    before: "a.c $& abc\n",
    edit: { command: "str_replace", old_str: "a.c", new_str: "$&$1" },
    after: "$&$1 $& abc\n",
    content: "Edited dir/f.txt.\n     1\t$&$1 $& abc\n",
    diff: "--- a/dir/f.txt\n+++ b/dir/f.txt\n@@ -1,1 +1,1 @@\n-a.c $& abc\n+$&$1 $& abc\n",
  },
  {
    name: "str_replace keeps CRLF",
    before: "a\r\nb\r\n",
    edit: { command: "str_replace", old_str: "b", new_str: "B" },
    after: "a\r\nB\r\n",
    content: "Edited dir/f.txt.\n     1\ta\n     2\tB\n",
    diff: "--- a/dir/f.txt\n+++ b/dir/f.txt\n@@ -1,2 +1,2 @@\n a\r\n-b\r\n+B\r\n",
  },
  {
    name: "insert at the top",
    before: "b\n",
    edit: { command: "insert", insert_line: 0, new_str: "a" },
    after: "a\nb\n",
    content: "Edited dir/f.txt.\n     1\ta\n     2\tb\n",
    diff: "--- a/dir/f.txt\n+++ b/dir/f.txt\n@@ -1,1 +1,2 @@\n+a\n b\n",
  },
  {
    name: "insert after a last line without newline",
    before: "a",
    edit: { command: "insert", insert_line: 1, new_str: "b\n" },
    after: "a\nb\n",
    content: "Edited dir/f.txt.\n     1\ta\n     2\tb\n",
    diff: "--- a/dir/f.txt\n+++ b/dir/f.txt\n@@ -1,1 +1,2 @@\n-a\n\\ No newline at end of file\n+a\n+b\n",
  },
  {
    name: "write of the whole file",
    before: "a\n",
    edit: { command: "write", content: "b\n", start: 1, end: -1 },
    after: "b\n",
    content: "Edited dir/f.txt.\n     1\tb\n",
    diff: "--- a/dir/f.txt\n+++ b/dir/f.txt\n@@ -1,1 +1,1 @@\n-a\n+b\n",
  },
  {
    name: "write of a new file by file_text",
    edit: { command: "write", content: "", file_text: "b\n" },
    after: "b\n",
    content: "Created dir/f.txt.\n     1\tb\n",
    diff: "--- /dev/null\n+++ b/dir/f.txt\n@@ -0,0 +1,1 @@\n+b\n",
  },
  {
    name: "write of a range, its end included",
    before: "1\n2\n3\n4\n",
    edit: { command: "write", content: "two and three", start: 2, end: 3 },
    after: "1\ntwo and three\n4\n",
    content: "Edited dir/f.txt.\n     1\t1\n     2\ttwo and three\n     3\t4\n",
    diff: "--- a/dir/f.txt\n+++ b/dir/f.txt\n@@ -1,4 +1,3 @@\n 1\n-2\n-3\n+two and three\n 4\n",
  },
];

describe("an edit", () => {
  for (const { name, before, edit, after, content, diff } of edits) {
    test(name, async (t) => {
      const workspace = await workspaceWith(t, before === undefined ? {} : { "dir/f.txt": before });
      const path = join(workspace.root, "dir/f.txt");
      assert.deepEqual(await workspace.edit({ path, ...edit }), {
        path,
        prevExist: before !== undefined,
        oldContent: before ?? null,
        newContent: after,
        diff,
        content,
      });
      assert.equal(await readFile(path, "utf8"), after);
    });
  }
});

describe("an edit is rejected", () => {
  const cases: [edit: FileEdit, message: RegExp][] = [
    [{ path: "f", command: "create", file_text: "x" }, /"f" exists already\. Use str_replace/],
    [{ path: "folder", command: "create", file_text: "x" }, /exists already/],
    [{ path: "new", command: "create" }, /create needs file_text/],
    [{ path: "f", command: "str_replace", new_str: "x" }, /needs old_str/],
    [{ path: "f", command: "str_replace", old_str: "", new_str: "x" }, /old_str is empty/],
    [{ path: "f", command: "str_replace", old_str: "a", new_str: "a" }, /the same/],
    [{ path: "f", command: "str_replace", old_str: "zzz", new_str: "x" }, /does not occur in "f"\. Copy it/],
    [{ path: "f", command: "str_replace", old_str: "dup", new_str: "x" }, /more than once in "f", at lines 1, 3\./],
    [{ path: "overlap", command: "str_replace", old_str: "aa", new_str: "x" }, /more than once/],
    [{ path: "crlf", command: "str_replace", old_str: "a\nb", new_str: "x" }, /CRLF/],
    [{ path: "f", command: "insert", new_str: "x" }, /needs insert_line/],
    [{ path: "f", command: "insert", insert_line: 1 }, /needs new_str/],
    [
      { path: "f", command: "insert", insert_line: 4, new_str: "x" },
      /insert_line is 4, and "f" has 3 lines\. Use 0 to 3/,
    ],
    [{ path: "f", command: "insert", insert_line: 0.5, new_str: "x" }, /insert_line is 0\.5/],
    [{ path: "f", command: "write" }, /needs content/],
    [{ path: "f", command: "write", content: "x", start: 5, end: 5 }, /Lines 5 to 5 are not in "f", which has 3/],
    [{ path: "f", command: "write", content: "x", start: 1, end: 9 }, /Lines 1 to 9/],
    [{ path: "f", command: "write", content: "x", start: 5 }, /Lines 5 to -1/],
    [{ path: "f", command: "undo_edit" }, /no edit of "f" to undo.*restart/],
    [{ path: "f", command: "view", view_range: [1] }, /two numbers/],
    [{ path: "f", command: "view", view_range: [1, 2, 3] }, /two numbers/],
    [{ path: "f", command: "view", view_range: [0, 2] }, /view_range is \[0, 2\].*1 to 3/],
    [{ path: "f", command: "view", view_range: [3, 2] }, /view_range/],
    [{ path: "folder", command: "view", view_range: [1, 2] }, /folder/],
  ];
  for (const [edit, message] of cases) {
    test(`${edit.command}: ${message.source}`, async (t) => {
      const files = { f: "dup\n2\ndup\n", overlap: "aaa", crlf: "a\r\nb\r\n", "folder/x": "" };
      const workspace = await workspaceWith(t, files);
      await assert.rejects(workspace.edit(edit), failure("edit_rejected", message));
      for (const [name, text] of Object.entries(files)) assert.equal(await workspace.read(name), text);
      assert.deepEqual(await workspace.list(), ["folder/", "crlf", "f", "overlap"]);
    });
  }

  test("when its command does not exist", async (t) => {
    const workspace = await workspaceWith(t, { f: "" });
    const edit: FileEdit = JSON.parse('{ "path": "f", "command": "rename" }');
    await assert.rejects(workspace.edit(edit), failure("edit_rejected", /"rename" does not exist\. Use view/));
  });

  test("for the reasons of reading and writing", async (t) => {
    const workspace = await workspaceWith(t, { binary: "\0", "folder/x": "" });
    const replace = { command: "str_replace", old_str: "a", new_str: "b" } as const;
    await assert.rejects(workspace.edit({ path: "missing", ...replace }), failure("file_not_found"));
    await assert.rejects(workspace.edit({ path: "missing", command: "view" }), failure("file_not_found"));
    await assert.rejects(workspace.edit({ path: "binary", ...replace }), failure("binary_file"));
    await assert.rejects(workspace.edit({ path: "folder", ...replace }), failure("not_a_file"));
    await assert.rejects(
      workspace.edit({ path: "../x", command: "create", file_text: "" }),
      failure("path_outside_workspace"),
    );
  });
});

async function view(workspace: Workspace, edit: Partial<FileEdit>): Promise<string> {
  return (await workspace.edit({ path: "f", command: "view", ...edit })).content;
}

describe("view", () => {
  test("of a file", async (t) => {
    const workspace = await workspaceWith(t, { f: "a\nb\nc" });
    assert.deepEqual(await workspace.edit({ path: "f", command: "view" }), {
      path: "f",
      prevExist: true,
      oldContent: null,
      newContent: null,
      diff: null,
      content: "Content of f:\n     1\ta\n     2\tb\n     3\tc\n",
    });
    assert.equal(await view(workspace, { view_range: [2, 2] }), "Lines 2 to 2 of f:\n     2\tb\n");
    assert.equal(await view(workspace, { view_range: [2, -1] }), "Lines 2 to 3 of f:\n     2\tb\n     3\tc\n");
    assert.equal(await view(workspace, { view_range: [3, 99] }), "Lines 3 to 3 of f:\n     3\tc\n");
  });

  test("of a folder", async (t) => {
    const workspace = await workspaceWith(t, { "a/b/c/d": "", "a/.hidden": "", "B.txt": "", ".git/config": "" });
    assert.equal(
      await view(workspace, { path: "." }),
      "Files and folders up to 2 levels deep in ., without hidden ones:\na/\na/b/\nB.txt",
    );
  });

  test("of a long file is cut", async (t) => {
    const workspace = await workspaceWith(t, { f: "line\n".repeat(50_000) });
    const content = await view(workspace, {});
    assert.ok(content.length < 31_000);
    assert.match(content, /characters left out/);
  });
});

describe("undo_edit", () => {
  test("takes back one edit after the other, and a creation last", async (t) => {
    const workspace = await temporaryWorkspace(t);
    await workspace.edit({ path: "f", command: "create", file_text: "1\n" });
    await workspace.edit({ path: "f", command: "insert", insert_line: 1, new_str: "2" });
    await workspace.edit({ path: "f", command: "write", content: "3\n" });
    await assert.rejects(workspace.edit({ path: "f", command: "create", file_text: "" }), failure("edit_rejected"));
    const undo = () => workspace.edit({ path: "f", command: "undo_edit" });
    assert.equal((await undo()).newContent, "1\n2\n");
    const second = await undo();
    assert.deepEqual(second, {
      path: "f",
      prevExist: true,
      oldContent: "1\n2\n",
      newContent: "1\n",
      diff: "--- a/f\n+++ b/f\n@@ -1,2 +1,1 @@\n 1\n-2\n",
      content: "Undid the last edit of f.\n     1\t1\n",
    });
    assert.equal(await workspace.read("f"), "1\n");
    const last = await undo();
    assert.deepEqual([last.newContent, last.diff], [null, "--- a/f\n+++ /dev/null\n@@ -1,1 +0,0 @@\n-1\n"]);
    assert.deepEqual(await workspace.list(), []);
    await assert.rejects(undo(), failure("edit_rejected", /no edit/));
  });

  test("works from a workspace that is opened again, and not after a restart", async (t) => {
    const { directory, runtime } = await temporaryRuntime(t);
    await (await runtime.open(CONVERSATION)).edit({ path: "f", command: "write", content: "1" });
    await (await runtime.open(CONVERSATION)).edit({ path: "f", command: "write", content: "2" });
    const again = await (await runtime.open(CONVERSATION)).edit({ path: "f", command: "undo_edit" });
    assert.equal(again.newContent, "1");
    const restarted = await createLocalRuntime({ directory }).open(CONVERSATION);
    await assert.rejects(restarted.edit({ path: "f", command: "undo_edit" }), failure("edit_rejected", /restart/));
  });
});

test("the diff of any two texts leads from one to the other", async (t) => {
  const workspace = await temporaryWorkspace(t);
  const text = fc.string({ unit: fc.constantFrom("a", "b", "\n", "\r\n", "€"), maxLength: 60 });
  await fc.assert(
    fc.asyncProperty(text, text, async (before, after) => {
      await workspace.write("f", before);
      const { diff } = await workspace.edit({ path: "f", command: "write", content: after });
      assert.equal(applyPatch(before, diff ?? ""), after);
    }),
    { numRuns: 100 },
  );
});

function manyLines(prefix: string): string {
  return Array.from({ length: 60_000 }, (_, index) => `${prefix}${index}\n`).join("");
}

test("two large texts without anything in common are edited all the same", async (t) => {
  const workspace = await workspaceWith(t, { f: manyLines("a") });
  const result = await workspace.edit({ path: "f", command: "write", content: manyLines("b") });
  assert.equal(result.diff, null);
  assert.equal(result.newContent, await workspace.read("f"));
});
