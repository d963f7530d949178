import assert from "node:assert/strict";
import { after, test } from "node:test";
import { caller, createConversation, perform } from "../../support/api.ts";
import { assertRefused } from "../../support/refusal.ts";
import { startServer } from "../../support/start-server.ts";

const server = await startServer({ after });
const call = caller(server);
const id = await createConversation(call);
const list = (path?: string) =>
  call("GET", `/api/conversations/${id}/list-files${path === undefined ? "" : `?path=${encodeURIComponent(path)}`}`);

await perform(call, id, {
  action: "run",
  args: {
    command: [
      "mkdir -p src/deep b node_modules ignored && touch B.txt a.txt src/Z.ts src/a.ts src/deep/x ignored/y",
      "echo 'ignored/' > .gitignore && touch 'ä b&c.txt'",
      "ln -s /etc out && ln -s ../.. up && ln -s src in && ln -s /etc/passwd secret && ln -s loop loop",
    ].join(" && "),
  },
});

test("folders stand before files, both sorted without regard to case, without what is ignored", async () => {
  const { status, body } = await list();
  assert.equal(status, 200);
  assert.deepEqual(body, [
    "b/",
    "in/",
    "src/",
    ".gitignore",
    "a.txt",
    "B.txt",
    "loop",
    "out",
    "secret",
    "up",
    "ä b&c.txt",
  ]);
});

const inside = [
  { path: "src", want: ["src/deep/", "src/a.ts", "src/Z.ts"] },
  { path: "src/", want: ["src/deep/", "src/a.ts", "src/Z.ts"] },
  { path: "./src/../src/deep", want: ["./src/../src/deep/x"] },
  { path: "in/deep", want: ["in/deep/x"] },
  { path: "missing", want: [] },
  { path: "missing/deeper", want: [] },
  { path: "ignored", want: [] },
  { path: "loop", want: [] },
  { path: "x".repeat(256), want: [] },
];

for (const { path, want } of inside) {
  test(`the names in ${path.slice(0, 30)} are prefixed with it as it was given`, async () => {
    const { status, body } = await list(path);
    assert.deepEqual([status, body], [200, want]);
  });
}

for (const path of [
  "..",
  "../",
  "src/../..",
  "/",
  "/etc",
  "/etc/passwd",
  "../../..",
  "out",
  "out/",
  "out/ssh",
  "up",
  "up/workspaces",
  "secret",
  "a\0b",
]) {
  test(`a path out of the workspace is refused: ${JSON.stringify(path)}`, async () => {
    assertRefused(await list(path), 400, "path_outside_workspace", ["query.path"]);
  });
}

for (const path of ["a.txt", "a.txt/deeper"]) {
  test(`a path that is no folder is refused: ${JSON.stringify(path)}`, async () => {
    assertRefused(await list(path), 400, "not_a_directory", ["query.path"]);
  });
}

for (const path of ["", "x".repeat(4097)]) {
  test(`a path that cannot be one is refused: ${JSON.stringify(path.slice(0, 30))}`, async () => {
    assertRefused(await list(path), 400, "validation_failed", ["query.path"]);
  });
}

test("a path given twice is refused", async () => {
  assertRefused(await call("GET", `/api/conversations/${id}/list-files?path=src&path=b`), 400, "validation_failed", [
    "query.path",
  ]);
});

for (const path of ["../../server.lock", "/etc/passwd", "secret", "out/passwd", "up/x"]) {
  for (const action of ["read", "write", "edit"] as const) {
    test(`an action cannot ${action} out of the workspace: ${path}`, async () => {
      const args = {
        path,
        ...(action === "write" && { content: "x" }),
        ...(action === "edit" && { command: "create", file_text: "x" }),
      };
      const { observation, content } = await perform(call, id, { action, args });
      assert.equal(observation, "error");
      assert.match(content, /leads out of the workspace/);
    });
  }
}

test("a command cannot be started out of the workspace", async () => {
  for (const cwd of ["..", "/etc", "out"]) {
    const { observation, content } = await perform(call, id, { action: "run", args: { command: "pwd", cwd } });
    assert.equal(observation, "error");
    assert.match(content, /leads out of the workspace/);
  }
});

test("whatever was asked, the server never failed", () => {
  assert.doesNotMatch(server.output(), /"level":(50|60)/);
});
