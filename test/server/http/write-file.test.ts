import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, request } from "node:http";
import type { IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import { test } from "node:test";
import type { TestContext } from "node:test";
import express from "express";
import { FileBody, writeFile } from "../../../server/http/write-file.ts";

const download = { mediaType: "application/zip", fileName: "a b.zip", description: "The archive." };

/** A server that answers with `source`, and keeps the messages of what it logs. */
async function setUp(t: TestContext, source: Readable) {
  const logged: string[] = [];
  const app = express();
  app.use((_req, res) => {
    res.locals["state"] = { logger: { warn: ({ err }: { err: Error }) => logged.push(err.message) } };
    writeFile(res, new FileBody(download, source));
  });
  const server = createServer(app).listen(0, "127.0.0.1");
  await once(server, "listening");
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  const ask = async (method: string): Promise<IncomingMessage> => {
    const outgoing = request({ port: (server.address() as AddressInfo).port, method, agent: false }).end();
    outgoing.on("error", () => {});
    const [answer] = await once(outgoing, "response");
    return answer;
  };
  const closed = async () => {
    if (!source.closed) await once(source, "close").catch(() => {}); // a source that fails says so too
  };
  return { ask, closed, logged };
}

/** Bytes without an end. */
function endless(): Readable {
  return new Readable({
    read() {
      this.push(Buffer.alloc(64 * 1024));
    },
  });
}

test("a file goes out with its type and its name, byte for byte", async (t) => {
  const { ask, logged } = await setUp(t, Readable.from([Buffer.of(0, 255), Buffer.of(13, 10)]));
  const answer = await ask("GET");
  assert.equal(answer.headers["content-type"], "application/zip");
  assert.equal(answer.headers["content-disposition"], 'attachment; filename="a b.zip"');
  assert.deepEqual([...(await buffer(answer))], [0, 255, 13, 10]);
  assert.deepEqual(logged, []);
});

test("HEAD has the headers alone, and closes the source unread", async (t) => {
  const source = endless().on("error", () => {});
  const { ask, closed, logged } = await setUp(t, source);
  const answer = await ask("HEAD");
  assert.equal(answer.headers["content-type"], "application/zip");
  assert.equal((await buffer(answer)).length, 0);
  await closed();
  assert.equal(source.readableDidRead, false);
  assert.deepEqual(logged, []);
});

test("a client that leaves has the source closed, which is worth no line in the log", async (t) => {
  const { ask, closed, logged } = await setUp(t, endless());
  const answer = await ask("GET");
  await once(answer, "data");
  answer.destroy();
  await closed();
  assert.deepEqual(logged, []);
});

test("a source that fails ends the connection before the answer's end, and is logged", async (t) => {
  const source = endless();
  const { ask, logged } = await setUp(t, source);
  const answer = await ask("GET");
  await once(answer, "data");
  source.destroy(new Error("The disk is gone"));
  await assert.rejects(buffer(answer), /aborted/);
  assert.deepEqual(logged, ["The disk is gone"]);
});
