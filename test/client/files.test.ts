import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { after, test } from "node:test";
import { TimeoutError, UnexpectedResponseError, createClient, isApiError } from "../../client/index.ts";
import { startServer } from "../support/start-server.ts";
import { readZip } from "../server/runtime/read-zip.ts";
import { sendError, startHttp } from "./fake-servers.ts";

const server = await startServer({ after });
const client = createClient({ baseUrl: server.url, apiKey: server.key });
const { conversation_id } = await client.conversations.create({ body: {} });
const absent = { conversation_id: "0".repeat(32) };

test("files go up by name and content, and come down in an archive, byte for byte", async () => {
  const bytes = randomBytes(100_000);
  const answer = await client.files.upload({
    conversation_id,
    body: {
      files: [
        { name: "bytes/ü.bin", content: bytes },
        { name: "blob", content: new Blob(["a\r\nb"]) },
        { name: "../out", content: "text" },
        { name: "text", content: "Grüße" },
      ],
    },
  });
  assert.deepEqual(answer.uploaded_files, ["bytes/ü.bin", "blob", "text"]);
  assert.deepEqual(
    answer.skipped_files.map(({ name }) => name),
    ["../out"],
  );

  const archive = await client.files.zip({ conversation_id });
  assert.equal(archive.type, "application/zip");
  const entries = await readZip(Buffer.from(await archive.arrayBuffer()));
  const contents = new Map(entries.map(({ name, content }) => [name, content]));
  assert.ok(contents.get("bytes/ü.bin")?.equals(bytes));
  assert.equal(String(contents.get("blob")), "a\r\nb");
  assert.equal(String(contents.get("text")), "Grüße");
});

test("what the server refuses is an ApiError, whichever way files go", async () => {
  const body = { files: [{ name: "a", content: "b" }] };
  await assert.rejects(client.files.zip(absent), (error) => isApiError(error, "conversation_not_found"));
  await assert.rejects(client.files.upload({ ...absent, body }), (error) =>
    isApiError(error, "conversation_not_found"),
  );
  await assert.rejects(
    client.files.upload({ conversation_id, body: { files: [] } }),
    (error) => isApiError(error, "validation_failed") && error.details[0]?.path === "files",
  );
});

test("a form goes again, whole, after a 429", async (t) => {
  const { url, requests } = await startHttp(t, (response, _request, before) => {
    if (before === 0) return sendError(response, 429, "rate_limited", { headers: { "Retry-After": "0" } });
    response.end("{}");
  });
  await createClient({ baseUrl: url }).files.upload({
    conversation_id,
    body: { files: [{ name: "a", content: "b" }] },
  });
  assert.equal(requests.length, 2);
  for (const { headers, body } of requests) {
    assert.match(headers["content-type"] ?? "", /^multipart\/form-data; boundary=/);
    assert.match(body, /name="files"; filename="a"\r\n[^]*\r\n\r\nb\r\n/);
  }
});

test("what is not the file that was asked for is none", async (t) => {
  const { url } = await startHttp(t, (response) => response.setHeader("Content-Type", "text/html").end("<p>Log in"));
  await assert.rejects(createClient({ baseUrl: url }).files.zip({ conversation_id }), UnexpectedResponseError);
});

test("a file that takes too long to come is given up", async (t) => {
  const { url } = await startHttp(t, (response) => {
    response.setHeader("Content-Type", "application/zip").write("PK");
  });
  await assert.rejects(createClient({ baseUrl: url, timeoutMs: 100 }).files.zip({ conversation_id }), TimeoutError);
});
