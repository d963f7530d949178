import { randomBytes } from "node:crypto";
import { open } from "node:fs/promises";
import { request } from "node:http";
import { join } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { text } from "node:stream/consumers";
import { call } from "../conversation.ts";
import type { MemoryFigure } from "../memory.ts";
import { startServer } from "../processes.ts";
import type { ServerWorker } from "../processes.ts";

/** Random, so that it does not shrink where it is compressed. */
const mebibyte = randomBytes(1024 * 1024);

const goal = 64;

export const uploadFile: MemoryFigure = {
  name: "upload",
  operation: "upload a file",
  goal,
  async prepare() {
    const server = await startServer({ environment: { MAX_UPLOAD_BYTES: String(2 * 1024 ** 3) } });
    const path = `/api/conversations/${await conversation(server)}/upload-files`;
    return { pid: server.pid, run: (mebibytes) => upload(server, path, mebibytes), close: () => server.stop() };
  },
};

export const zipWorkspace: MemoryFigure = {
  name: "zip",
  operation: "download a workspace",
  goal,
  async prepare() {
    const server = await startServer();
    const id = await conversation(server);
    await call(server, "GET", `/api/conversations/${id}/list-files`); // makes the folder
    return {
      pid: server.pid,
      run: async (mebibytes) => {
        await fill(join(server.folder, "workspaces", id, "large"), mebibytes);
        await download(server, `/api/conversations/${id}/zip-directory`);
      },
      close: () => server.stop(),
    };
  },
};

async function conversation(server: ServerWorker): Promise<string> {
  const created = JSON.parse(String(await call(server, "POST", "/api/conversations", {}))) as Record<string, unknown>;
  return String(created["conversation_id"]);
}

async function upload(server: ServerWorker, path: string, mebibytes: number): Promise<void> {
  const boundary = "the-boundary";
  const head = `--${boundary}\r\nContent-Disposition: form-data; name="files"; filename="large"\r\n\r\n`;
  const outgoing = request(server.url + path, {
    method: "POST",
    headers: {
      Authorization: `Bearer ${server.key}`,
      "Content-Type": `multipart/form-data; boundary=${boundary}`,
    },
  });
  const answered = new Promise<string>((resolve, reject) => {
    outgoing.once("error", reject);
    outgoing.once("response", (incoming) => resolve(text(incoming)));
  });
  await pipeline(Readable.from(bodyOf(head, mebibytes, `\r\n--${boundary}--\r\n`)), outgoing);
  const answer = await answered;
  if (!answer.includes('"uploaded_files":["large"]')) throw new Error(`POST ${path} gave ${answer}`);
}

function* bodyOf(head: string, mebibytes: number, end: string): Generator<Buffer> {
  yield Buffer.from(head);
  for (let sent = 0; sent < mebibytes; sent += 1) yield mebibyte;
  yield Buffer.from(end);
}

async function fill(file: string, mebibytes: number): Promise<void> {
  await using opened = await open(file, "w");
  for (let written = 0; written < mebibytes; written += 1) await opened.write(mebibyte);
}

async function download(server: ServerWorker, path: string): Promise<void> {
  const answer = await fetch(server.url + path, { headers: { Authorization: `Bearer ${server.key}` } });
  if (!answer.ok || !answer.body) throw new Error(`GET ${path} gave ${answer.status}`);
  for await (const _ of answer.body); // to its end
}
