import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { readdir, readlink } from "node:fs/promises";
import { connect } from "node:net";
import { join } from "node:path";
import { after, test } from "node:test";
import { caller, createConversation, perform, until } from "../../support/api.ts";
import { download, filesOf, upload } from "../../support/files.ts";
import { sendRaw } from "../../support/raw-request.ts";
import { startServer } from "../../support/start-server.ts";
import { readZip } from "../runtime/read-zip.ts";

const server = await startServer({ after });
const call = caller(server);
const bytes = randomBytes(300_000);
const files = { "src/ü 你好 b.bin": bytes, "README.md": "# Hello\n", ".gitignore": "ignored\n", ignored: "too" };

async function conversationWith(content: Record<string, string | Uint8Array>): Promise<string> {
  const id = await createConversation(call);
  await upload(server, id, filesOf(content));
  return id;
}

const id = await conversationWith(files);
await perform(call, id, {
  action: "run",
  args: { command: "mkdir empty && ln -s README.md link && ln -s /etc/passwd out && git init -q" },
});

test("everything in the workspace comes as a zip archive", async () => {
  const answer = await download(server, id);
  assert.equal(answer.status, 200);
  assert.equal(answer.headers.get("content-type"), "application/zip");
  assert.equal(answer.headers.get("content-disposition"), 'attachment; filename="workspace.zip"');
  assert.equal(answer.headers.get("content-length"), null);
  assert.match(answer.headers.get("x-request-id") ?? "", /./);
  const entries = new Map((await readZip(Buffer.from(await answer.arrayBuffer()))).map((entry) => [entry.name, entry]));
  for (const [name, content] of Object.entries(files))
    assert.ok(entries.get(name)?.content.equals(Buffer.from(content)), name);
  assert.equal(String(entries.get("link")?.content), "README.md");
  assert.ok(entries.has("empty/") && entries.has(".git/HEAD"));
  assert.ok(!entries.has("out"), "a link that leads out is left out");
});

test("a script of another origin may read under what name the file is to be saved", async () => {
  const answer = await download(server, id, { Origin: "http://localhost:5173" });
  assert.match(answer.headers.get("access-control-expose-headers") ?? "", /(^|,)Content-Disposition(,|$)/);
  await answer.arrayBuffer();
});

test("an empty workspace is an empty archive", async () => {
  const answer = await download(server, await createConversation(call));
  assert.deepEqual(await readZip(Buffer.from(await answer.arrayBuffer())), []);
});

test("a client that asks for the envelope gets the file as it is, and errors in the envelope", async () => {
  const headers = { Accept: "application/vnd.openhands.envelope+json" };
  assert.equal((await download(server, id, headers)).headers.get("content-type"), "application/zip");
  const refused = await download(server, "0".repeat(32), headers);
  assert.equal(refused.headers.get("content-type"), headers.Accept);
  const { data, success, code } = (await refused.json()) as Record<string, unknown>;
  assert.deepEqual([data, success, code], [null, false, "conversation_not_found"]);
});

test("HEAD has the same headers, no body, and leaves nothing open", async () => {
  const path = `/api/conversations/${id}/zip-directory`;
  const headers = [["Authorization", `Bearer ${server.key}`]] as const;
  const answer = await sendRaw(server, { method: "HEAD", path, headers });
  assert.deepEqual([answer.status, answer.text], [200, ""]);
  assert.equal(answer.headers.get("content-type"), "application/zip");
  assert.equal(answer.headers.get("content-disposition"), 'attachment; filename="workspace.zip"');
  await closed(id);
});

test("the archive of a stopped conversation can be had", async () => {
  const stopped = await conversationWith({ a: "text" });
  await call("POST", `/api/conversations/${stopped}/stop`);
  const [entry] = await readZip(Buffer.from(await (await download(server, stopped)).arrayBuffer()));
  assert.deepEqual([entry?.name, String(entry?.content)], ["a", "text"]);
});

test("a client that does not read holds the source up, and one that leaves has it closed", async () => {
  const large = await conversationWith({ large: randomBytes(48 * 1024 * 1024) });
  const { hostname, port } = new URL(server.url);
  const socket = connect({ port: Number(port), host: hostname });
  const path = `/api/conversations/${large}/zip-directory`;
  socket.pause();
  socket.write(`GET ${path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${server.key}\r\n\r\n`);
  await until(async () => (await openIn(large)).length > 0);
  await new Promise((resolve) => setTimeout(resolve, 500)); // more than it takes to make the whole archive
  assert.equal((await openIn(large)).length, 1, "the file is still being read");
  socket.resetAndDestroy();
  await closed(large);
  assert.equal((await call("GET", "/alive")).status, 200);
  assert.equal((await call("DELETE", `/api/conversations/${large}`)).status, 200);
});

test("a download whose workspace goes ends its connection, not the process", async () => {
  const large = await conversationWith({ large: randomBytes(48 * 1024 * 1024) });
  const answer = await download(server, large);
  assert.equal(answer.status, 200);
  assert.equal((await call("DELETE", `/api/conversations/${large}`)).status, 200);
  await assert.rejects(answer.arrayBuffer(), /terminated/);
  assert.equal((await call("GET", "/alive")).status, 200);
  assert.match(server.output(), /download broke off/);
});

test("whatever was asked, the server never failed", () => {
  assert.doesNotMatch(server.output(), /"level":(50|60)/);
});

async function closed(conversation: string): Promise<void> {
  await until(async () => (await openIn(conversation)).length === 0);
}

/** What the server has open in a workspace. */
async function openIn(conversation: string): Promise<string[]> {
  const folder = `/proc/${server.pid}/fd`;
  const links = await Promise.all((await readdir(folder)).map((fd) => readlink(join(folder, fd)).catch(() => "")));
  return links.filter((link) => link.startsWith(join(server.dataDir, "workspaces", conversation)));
}
