import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { symlink } from "node:fs/promises";
import { join } from "node:path";
import { after, test } from "node:test";
import { pathToFileURL } from "node:url";
import { caller, createConversation } from "../../../support/api.ts";
import { assertRefused } from "../../../support/refusal.ts";
import { startServer, temporaryFolder } from "../../../support/start-server.ts";
import { plant, plantRepository } from "../../runtime/temporary.ts";

const server = await startServer({ after });
const call = caller(server);
const { id, session_api_key: key } = (await call("POST", "/api/v1/sandboxes")).body;
const root = join(server.dataDir, "workspaces", id);

async function send(method: string, path: string, { body, as = key }: { body?: FormData; as?: string } = {}) {
  const headers = { "X-Session-API-Key": as };
  const answer = await fetch(server.url + path, { method, headers, ...(body && { body }) });
  const bytes = Buffer.from(await answer.arrayBuffer());
  const isJson = answer.headers.get("content-type")?.startsWith("application/json");
  return {
    status: answer.status,
    headers: answer.headers,
    bytes,
    body: isJson ? JSON.parse(bytes.toString()) : undefined,
  };
}

function form(content: Uint8Array<ArrayBuffer> | string): FormData {
  const data = new FormData();
  data.append("file", new Blob([content]), "its own name.txt");
  return data;
}

test("a file goes there and back byte for byte, however the slashes of its path are written", async () => {
  const bytes = new Uint8Array(randomBytes(100_000));
  const names = [
    "%2Fworkspace%2Fproject%2Fa%20b%2F%C3%BC.bin",
    "/workspace/project/a%20b/%C3%BC.bin",
    "workspace/project/a%20b/%C3%BC.bin",
  ];
  for (const [index, path] of names.entries()) {
    const uploaded = await send("POST", `/api/file/upload/${path}`, { body: form(bytes) });
    if (index === 2) {
      assertRefused(uploaded, 400, "path_outside_workspace");
      continue;
    }
    assert.deepEqual([uploaded.status, uploaded.body], [200, { success: true }]);
    for (const from of names.slice(0, 2)) {
      const { status, headers, bytes: got } = await send("GET", `/api/file/download/${from}`);
      assert.deepEqual([status, headers.get("content-type")], [200, "application/octet-stream"]);
      assert.deepEqual(new Uint8Array(got), bytes);
    }
  }
});

test("what browsers upload to /workspace is in the workspace", async () => {
  await send("POST", "/api/file/upload//workspace/picture.png", { body: form("png") });
  for (const path of ["/workspace/project/picture.png", "/workspace/picture.png"])
    assert.equal((await send("GET", `/api/file/download/${encodeURIComponent(path)}`)).bytes.toString(), "png");
});

test("nothing leads out of the workspace", async () => {
  await plant(root, { "folder/in.txt": "in" });
  await symlink("/etc/passwd", join(root, "link"));
  for (const path of [
    "/etc/passwd",
    "/workspace/project/../../etc/passwd",
    "/workspace/project/link",
    "/workspaces",
    "notes.txt",
  ]) {
    const encoded = encodeURIComponent(path);
    assertRefused(await send("GET", `/api/file/download/${encoded}`), 400, "path_outside_workspace");
    assertRefused(
      await send("POST", `/api/file/upload/${encoded}`, { body: form("x") }),
      400,
      "path_outside_workspace",
    );
    if (!path.endsWith("link"))
      assertRefused(await send("GET", `/api/git/diff/${encoded}`), 400, "path_outside_workspace"); // of a link, the target is the text
  }
  for (const [path, status, code] of [
    ["/workspace/project/missing.txt", 404, "file_not_found"],
    ["/workspace/project/folder", 400, "not_a_file"],
    ["/workspace/project", 400, "not_a_file"],
    ["/workspace/project/folder/in.txt/more", 400, "not_a_directory"],
  ] as const)
    assertRefused(await send("GET", `/api/file/download/${encodeURIComponent(path)}`), status, code);
  for (const path of ["/workspace/project", "/workspace/project/folder", "/workspace/project/new/"])
    assertRefused(
      await send("POST", `/api/file/upload/${encodeURIComponent(path)}`, { body: form("x") }),
      400,
      "not_a_file",
    );
});

test("a malformed escape is the client's mistake", async () => {
  assertRefused(await send("GET", "/api/file/download/%2Fworkspace%2F%E0%A4%A"), 400, "validation_failed");
});

test("with a user's key the sandbox has to be named; a sandbox's key knows no other", async () => {
  const path = "/api/file/download/%2Fworkspace%2Fproject%2Fpicture.png";
  assertRefused(await send("GET", path, { as: server.key }), 400, "validation_failed", ["query.sandbox_id"]);
  assert.equal((await send("GET", `${path}?sandbox_id=${id}`, { as: server.key })).bytes.toString(), "png");
  const other = (await call("POST", "/api/v1/sandboxes")).body;
  assertRefused(await send("GET", `${path}?sandbox_id=${id}`, { as: other.session_api_key }), 404, "sandbox_not_found");
});

test("changes and differences are those of the folder and file that are named", async () => {
  const folder = join(await temporaryFolder({ after }), "project");
  await plantRepository(folder);
  const { href } = pathToFileURL(folder);
  const conversation = await createConversation(call, { repository: href });
  const workspace = join(server.dataDir, "workspaces", conversation);
  await plant(workspace, { "README.md": "changed\n", "sub/new.txt": "new\n" });
  const as = (await call("GET", `/api/v1/app-conversations?ids=${conversation}`)).body[0].session_api_key;
  const changes = async (path: string) =>
    (await send("GET", `/api/git/changes/${encodeURIComponent(path)}`, { as })).body;
  const all = [
    { status: "UPDATED", path: "README.md" },
    { status: "ADDED", path: "sub/new.txt" },
  ];
  assert.deepEqual(await changes("/workspace/project"), all);
  assert.deepEqual(await changes("/workspace/project/project"), all, "where a client looks for a clone of this name");
  assert.deepEqual(await changes("/workspace/project/sub"), [{ status: "ADDED", path: "new.txt" }]);
  const { body } = await send("GET", "/api/git/diff//workspace/project/project/README.md", { as });
  assert.deepEqual(body, { modified: "changed\n", original: "main\n" });
  assertRefused(await send("GET", "/api/git/changes//workspace/project/README.md", { as }), 400, "not_a_directory");
});
