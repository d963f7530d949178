import assert from "node:assert/strict";
import { after, test } from "node:test";
import { caller, createConversation, perform } from "../../support/api.ts";
import { filesOf, upload } from "../../support/files.ts";
import { assertRefused } from "../../support/refusal.ts";
import { startServer } from "../../support/start-server.ts";

const MIB = 1024 * 1024;
const server = await startServer({ after });
const call = caller(server);
const changes = (id: string) => call("GET", `/api/conversations/${id}/git/changes`);
const diff = (id: string, path: string) =>
  call("GET", `/api/conversations/${id}/git/diff?path=${encodeURIComponent(path)}`);

async function run(id: string, ...commands: string[]): Promise<void> {
  const { extras, content } = await perform(call, id, { action: "run", args: { command: commands.join(" && ") } });
  assert.equal(extras.metadata.exit_code, 0, content);
}

const init = (folder: string) =>
  `git init -q -b main ${folder} && git -C ${folder} config user.name T && git -C ${folder} config user.email t@example.com`;
const commit = (folder: string) => `git -C ${folder} add -A && git -C ${folder} commit -qm one`;

const id = await createConversation(call);
await upload(server, id, [
  ...filesOf({ "a b.txt": "before\n", "gone.txt": "gone\n", "old name.txt": "moved\n", "ü 你好.txt": "eins\n" }),
  ...filesOf({ ".gitignore": "ignored\n", "latin1.txt": Buffer.from("Grüße\n", "latin1"), "same.txt": "same\n" }),
  ...filesOf({ "was large": Buffer.alloc(MIB + 1, "x"), "sub/nested/in.txt": "in\n", "image.png": png() }),
]);
await run(id, init("sub/nested"), commit("sub/nested"), init("."), commit("."));
await run(
  id,
  "echo after > 'a b.txt' && rm gone.txt && mv 'old name.txt' 'new name.txt' && echo zwei > 'ü 你好.txt'",
  "printf 'Gr\\374n\\n' > latin1.txt && echo x > ignored && echo small > 'was large' && echo out > sub/nested/in.txt",
  "mkdir folder && echo new > folder/new.txt && ln -s /etc/passwd link && ln -s /etc out && ln -s loop loop",
  "head -c 1048577 /dev/zero | tr '\\0' x > large && cp image.png new.png",
);

test("changes are listed by path: spaces, other letters, moves, deletions, nested repositories", async () => {
  const { status, body } = await changes(id);
  assert.equal(status, 200);
  assert.deepEqual(
    body.map(({ status: letter, path }: { status: string; path: string }) => `${letter} ${path}`),
    [
      "M a b.txt",
      "A folder/new.txt",
      "D gone.txt",
      "A large",
      "M latin1.txt",
      "A link",
      "A loop",
      "A new name.txt",
      "A new.png",
      "D old name.txt",
      "A out",
      "M sub/nested/in.txt",
      "M was large",
      "M ü 你好.txt",
    ].toSorted((a, b) => (a.slice(2) < b.slice(2) ? -1 : 1)),
  );
});

const compared: Record<string, { original: string; modified: string }> = {
  "a b.txt": { original: "before\n", modified: "after\n" },
  "./folder/../a b.txt": { original: "before\n", modified: "after\n" },
  "ü 你好.txt": { original: "eins\n", modified: "zwei\n" },
  "gone.txt": { original: "gone\n", modified: "" },
  "folder/new.txt": { original: "", modified: "new\n" },
  "new name.txt": { original: "", modified: "moved\n" },
  "latin1.txt": { original: "Grüße\n", modified: "Grün\n" },
  "same.txt": { original: "same\n", modified: "same\n" },
  ignored: { original: "", modified: "x\n" },
  "sub/nested/in.txt": { original: "in\n", modified: "out\n" },
  link: { original: "", modified: "/etc/passwd" },
};
for (const [path, want] of Object.entries(compared)) {
  test(`a file before and after: ${path}`, async () => {
    const { status, body } = await diff(id, path);
    assert.equal(status, 200);
    assert.deepEqual(body, want);
  });
}

const refused: { status: number; code: string; paths: string[] }[] = [
  { status: 400, code: "validation_failed", paths: ["", "x".repeat(4097)] },
  { status: 400, code: "not_a_file", paths: [".", "folder", "sub/nested"] },
  { status: 400, code: "path_outside_workspace", paths: ["..", "../../x", "/etc/passwd", "out/passwd", "a\0b"] },
  { status: 404, code: "file_not_found", paths: ["missing", "missing/x", "same.txt/x", "loop/x", "x".repeat(256)] },
  { status: 413, code: "file_too_large", paths: ["large", "was large"] },
  { status: 415, code: "binary_file", paths: ["image.png", "new.png"] },
];
for (const { status, code, paths } of refused) {
  for (const path of paths) {
    test(`${status} ${code}: ${JSON.stringify(path.slice(0, 30))}`, async () => {
      const answer = await diff(id, path);
      assertRefused(answer, status, code, ["query.path"]);
      assert.ok(!JSON.stringify(answer.body).includes(server.dataDir), "no path of the machine is told");
    });
  }
}

test("a path must be given, and once", async () => {
  const path = `/api/conversations/${id}/git/diff`;
  assertRefused(await call("GET", path), 400, "validation_failed", ["query.path"]);
  assertRefused(await call("GET", `${path}?path=a&path=b`), 400, "validation_failed", ["query.path"]);
});

test("a workspace without a repository has no changes, and nothing to compare with", async () => {
  const bare = await createConversation(call);
  await upload(server, bare, filesOf({ "a.txt": "x" }));
  assert.deepEqual((await changes(bare)).body, []);
  assertRefused(await diff(bare, "a.txt"), 404, "not_a_repository", ["query.path"]);
});

test("a clone is compared with its origin", async () => {
  const clone = await createConversation(call, { repository: await repositoryOf(id) });
  assert.deepEqual((await changes(clone)).body, []);
  await upload(server, clone, filesOf({ "gone.txt": "here again\n" }));
  await run(clone, "git config user.name T && git config user.email t@example.com", commit("."));
  assert.deepEqual((await changes(clone)).body, [{ status: "M", path: "gone.txt" }]);
  assert.deepEqual((await diff(clone, "gone.txt")).body, { original: "gone\n", modified: "here again\n" });
});

test("an unmerged file is told as such", async () => {
  const merged = await createConversation(call);
  await run(merged, init("."), "echo a > f", commit("."), "git switch -qc side && echo b > f", commit("."));
  await run(merged, "git switch -q main && echo c > f", commit("."), "! git merge -q side");
  assert.deepEqual((await changes(merged)).body, [{ status: "U", path: "f" }]);
});

test("a repository that git cannot read is in the wrong state", async () => {
  const broken = await createConversation(call);
  await run(broken, init("."), "echo a > f", commit("."), "echo broken > .git/index");
  assertRefused(await changes(broken), 409, "git_failed", []);
  await run(broken, "rm -f .git/index .git/objects/$(git rev-parse HEAD^{tree} | sed 's|..|&/|')");
  assertRefused(await diff(broken, "f"), 409, "git_failed", ["query.path"]);
});

test("more changes than can be listed are refused", async () => {
  const many = await createConversation(call);
  const folder = Array.from({ length: 15 }, () => "n".repeat(250)).join("/");
  // Committed without ever having been files: all of them count as deleted.
  const entries = `seq 5000 | sed "s|.*|100644 $(echo x | git hash-object -w --stdin) 0\t${folder}/&|"`;
  await run(many, init("."), `${entries} | git update-index --index-info`, "git commit -qm many");
  assertRefused(await changes(many), 413, "file_too_large", []);
});

test("the changes of a stopped conversation are still there", async () => {
  await call("POST", `/api/conversations/${id}/stop`);
  assert.equal((await changes(id)).body.length, 14);
  assert.equal((await diff(id, "gone.txt")).status, 200);
});

test("whatever was asked, the server never failed", () => {
  assert.doesNotMatch(server.output(), /"level":(50|60)/);
});

/** A repository outside the workspaces, with what a workspace's has. */
async function repositoryOf(conversation: string): Promise<string> {
  const folder = `${server.dataDir}/origin.git`;
  await run(conversation, `git clone -q --bare . ${folder}`);
  return `file://${folder}`;
}

/** The first bytes of a PNG image. */
function png(): Buffer {
  return Buffer.from("89504e470d0a1a0a0000000d49484452", "hex");
}
