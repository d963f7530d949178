import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { openAsBlob } from "node:fs";
import { readFile, readdir, readlink, writeFile } from "node:fs/promises";
import { connect } from "node:net";
import { join } from "node:path";
import { after, describe, test } from "node:test";
import { caller, createConversation, perform, until } from "../../support/api.ts";
import { boundary, brokenForm, formOf, formType } from "../../support/form.ts";
import { filesOf, upload } from "../../support/files.ts";
import { sendRaw } from "../../support/raw-request.ts";
import { assertRefused } from "../../support/refusal.ts";
import { startServer, temporaryFolder } from "../../support/start-server.ts";

const MIB = 1024 * 1024;
const server = await startServer({ after }, { env: { MAX_UPLOAD_BYTES: String(64 * MIB) } });
const call = caller(server);
const id = await createConversation(call);
const path = `/api/conversations/${id}/upload-files`;
const workspaces = join(server.dataDir, "workspaces");
const stored = (name: string) => readFile(join(workspaces, id, name));
const post = (raw: string | Uint8Array<ArrayBuffer>, type: string | null = formType) =>
  call("POST", path, { raw, headers: type === null ? {} : { "Content-Type": type } });

await perform(call, id, {
  action: "run",
  args: {
    command: "mkdir folder && echo file > file && ln -s /etc out && ln -s folder in && ln -s /etc/hostname host",
  },
});

test("files keep every byte, and are answered by their paths in the workspace", async () => {
  const bytes = randomBytes(300_000);
  const files = { "a b/ü 你好.bin": bytes, empty: "", "./x/../crlf.txt": "a\r\n\r\n--b\r\n", "in/linked": "1" };
  const { status, body } = await upload(server, id, filesOf(files));
  assert.equal(status, 200);
  assert.deepEqual(body, { uploaded_files: ["a b/ü 你好.bin", "empty", "crlf.txt", "in/linked"], skipped_files: [] });
  assert.ok(bytes.equals(await stored("a b/ü 你好.bin")));
  assert.equal((await stored("empty")).length, 0);
  assert.equal(String(await stored("crlf.txt")), "a\r\n\r\n--b\r\n");
  assert.equal(String(await stored("folder/linked")), "1");
});

test("fetch's own form is read, as browsers send it", async () => {
  const body = new FormData();
  body.append("files", new File([new Uint8Array([0, 255, 13, 10])], "grüße.bin", { type: "image/png" }));
  const headers = { Authorization: `Bearer ${server.key}` };
  const answer = await fetch(server.url + path, { method: "POST", headers, body });
  assert.deepEqual(await answer.json(), { uploaded_files: ["grüße.bin"], skipped_files: [] });
  assert.deepEqual([...(await stored("grüße.bin"))], [0, 255, 13, 10]);
});

test("an absolute path inside the workspace is answered as one in it", async () => {
  const { body } = await upload(server, id, [{ name: join(workspaces, id, "absolute"), content: "x" }]);
  assert.deepEqual(body.uploaded_files, ["absolute"]);
});

test("a file that is there is replaced, and of two with one name the later stays", async () => {
  await upload(server, id, filesOf({ twice: "a much longer content" }));
  const { body } = await upload(server, id, [
    { name: "twice", content: "first" },
    { name: "other", content: "other" },
    { name: "twice", content: "last" },
  ]);
  assert.deepEqual(body, { uploaded_files: ["twice", "other"], skipped_files: [] });
  assert.equal(String(await stored("twice")), "last");
});

test("of many files, those that cannot be stored are skipped, each with its reason", async () => {
  const bad = {
    "../escape": /leads out of the workspace/,
    "/etc/escape": /leads out of the workspace/,
    "out/escape": /leads out of the workspace/,
    host: /leads out of the workspace/,
    "a\0b": /NUL/,
    folder: /not a regular file/,
    "new/": /name of a folder/,
    "file/x": /is a file, not a folder/,
    ["n".repeat(300)]: /too long/,
    "": /no name/,
  };
  const parts = Object.keys(bad).flatMap((name, index) => [
    { name, content: randomBytes(100_000) },
    ...[0, 1].map((part) => ({ name: `many/${index}-${part}`, content: `${index}-${part}` })),
  ]);
  const { status, body } = await upload(server, id, parts);
  assert.equal(status, 200);
  assert.equal(parts.length, 30);
  assert.equal(body.uploaded_files.length, 20);
  for (const name of body.uploaded_files) assert.equal(String(await stored(name)), name.replace("many/", ""));
  assert.deepEqual(
    body.skipped_files.map(({ name }: { name: string }) => name),
    Object.keys(bad),
  );
  for (const [index, reason] of Object.values(bad).entries()) {
    assert.match(body.skipped_files[index].reason, reason);
    assert.ok(!body.skipped_files[index].reason.includes(server.dataDir), "no path of the machine is told");
  }
});

test("50 MiB arrive byte for byte", async (t) => {
  const file = join(await temporaryFolder(t), "large");
  const bytes = randomBytes(50 * MIB);
  await writeFile(file, bytes);
  const body = new FormData();
  body.append("files", await openAsBlob(file), "large.bin");
  const headers = { Authorization: `Bearer ${server.key}` };
  const answer = await fetch(server.url + path, { method: "POST", headers, body });
  assert.deepEqual(await answer.json(), { uploaded_files: ["large.bin"], skipped_files: [] });
  assert.ok(bytes.equals(await stored("large.bin")));
});

test("a stopped conversation takes files too", async () => {
  const stopped = await createConversation(call);
  await call("POST", `/api/conversations/${stopped}/stop`);
  assert.deepEqual((await upload(server, stopped, filesOf({ a: "x" }))).body.uploaded_files, ["a"]);
});

describe("what is no form of files is refused", () => {
  const form = formOf(filesOf({ unwanted: "x" }));

  for (const type of ["application/json", "text/plain", "multipart/mixed; boundary=x"])
    test(`415: ${type}`, async () => {
      assertRefused(await post(form, type), 415, "unsupported_media_type");
    });

  test("415: no body at all", async () => {
    assertRefused(await call("POST", path), 415, "unsupported_media_type");
  });

  test("400: no boundary", async () => {
    assertRefused(await post(form, "multipart/form-data"), 400, "malformed_form");
  });

  for (const [what, body] of Object.entries({
    "an empty body": Buffer.alloc(0),
    "no part": Buffer.from("hello"),
    "a form that breaks off in a file": brokenForm(filesOf({ unwanted: "x".repeat(200_000) })),
    "a form that breaks off in a header": Buffer.from(`--${boundary}\r\nContent-Dispo`),
  }))
    test(`400: ${what}`, async () => {
      assertRefused(await post(body), 400, "malformed_form");
    });

  for (const parts of [[], [{ disposition: 'name="other"; filename="unwanted"' }]])
    test(`400: no file, but ${parts.length} other parts`, async () => {
      assertRefused(await post(formOf(parts)), 400, "validation_failed", ["body.files"]);
    });

  test("nothing of it was stored, and the server goes on", async () => {
    await assert.rejects(stored("unwanted"), { code: "ENOENT" });
    assert.equal((await call("GET", "/alive")).status, 200);
  });
});

test("files before the fault are stored", async () => {
  const body = brokenForm(filesOf({ "before the fault": "whole", "at the fault": "half" }));
  assertRefused(await post(body), 400, "malformed_form");
  assert.equal(String(await stored("before the fault")), "whole");
  await assert.rejects(stored("at the fault"), { code: "ENOENT" });
});

describe("413 beyond the limit", () => {
  const body = formOf(filesOf({ first: "first", "too large": Buffer.alloc(64 * MIB) }));

  for (const attempt of ["a first", "a second", "a third"])
    test(`told by the length: nothing is stored, and a client that is still sending hears it, ${attempt} time`, async () => {
      const answer = await sendRaw(server, {
        method: "POST",
        path,
        headers: [
          ["Authorization", `Bearer ${server.key}`],
          ["Content-Type", formType],
          ["Connection", "close"],
        ],
        body,
      });
      assertRefused(answer, 413, "payload_too_large");
      await assert.rejects(stored("first"), { code: "ENOENT" });
    });

  test("met while it comes: what was whole before is stored", async () => {
    const answer = await sendRaw(server, {
      method: "POST",
      path,
      headers: [
        ["Authorization", `Bearer ${server.key}`],
        ["Content-Type", formType],
      ],
      body,
      chunked: true,
    });
    assertRefused(answer, 413, "payload_too_large");
    assert.equal(String(await stored("first")), "first");
    await assert.rejects(stored("too large"), { code: "ENOENT" });
  });
});

test("a client that leaves in the middle leaves no broken file and nothing open", async () => {
  const { hostname, port } = new URL(server.url);
  const socket = connect(Number(port), hostname);
  const head = [`POST ${path} HTTP/1.1`, "Host: x", `Authorization: Bearer ${server.key}`, `Content-Type: ${formType}`];
  socket.write([...head, `Content-Length: ${10 * MIB}`, "", ""].join("\r\n"));
  socket.write(brokenForm(filesOf({ "left behind": Buffer.alloc(2 * MIB) })));
  await until(async () => (await openParts()).length === 1);
  socket.resetAndDestroy();
  await until(async () => (await openParts()).length === 0);
  await until(async () => !(await readdir(workspaces)).some((name) => name.includes("upload")));
  await assert.rejects(stored("left behind"), { code: "ENOENT" });
  assert.equal((await call("GET", "/alive")).status, 200);
});

test("a conversation that is deleted meanwhile is gone", async () => {
  const deleted = await createConversation(call);
  const parts = filesOf({ a: "x", b: Buffer.alloc(1024) });
  const body = formOf(parts);
  const { hostname, port } = new URL(server.url);
  const socket = connect(Number(port), hostname).setEncoding("utf8");
  const target = `/api/conversations/${deleted}/upload-files`;
  const head = [`POST ${target} HTTP/1.1`, "Host: x", `Authorization: Bearer ${server.key}`];
  socket.write([...head, `Content-Type: ${formType}`, `Content-Length: ${body.length}`, "", ""].join("\r\n"));
  let answer = "";
  socket.on("data", (chunk) => (answer += chunk));
  socket.write(body.subarray(0, -600));
  await until(async () => (await openParts()).length === 1);
  assert.equal((await call("DELETE", `/api/conversations/${deleted}`)).status, 200);
  socket.write(body.subarray(-600));
  await until(() => answer.includes("request_id"));
  socket.destroy();
  assert.match(answer, /^HTTP\/1.1 404 [^]*"conversation_not_found"/);
  assert.ok(!(await readdir(workspaces)).some((name) => name.startsWith(deleted)));
});

test("whatever was asked, the server never failed", () => {
  assert.doesNotMatch(server.output(), /"level":(50|60)/);
});

/** What the server has open of uploads that are not whole yet. */
async function openParts(): Promise<string[]> {
  const folder = `/proc/${server.pid}/fd`;
  const links = await Promise.all((await readdir(folder)).map((fd) => readlink(join(folder, fd)).catch(() => "")));
  return links.filter((link) => link.includes(".upload"));
}
