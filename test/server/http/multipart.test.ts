import assert from "node:assert/strict";
import { once } from "node:events";
import { Agent, createServer, request } from "node:http";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { connect } from "node:net";
import { buffer, text } from "node:stream/consumers";
import { describe, test } from "node:test";
import type { TestContext } from "node:test";
import type { Request } from "express";
import { readForm } from "../../../server/http/multipart.ts";
import { boundary, brokenForm, formOf, formType } from "../../support/form.ts";

type Receive = (name: string, content: AsyncIterable<Uint8Array>) => Promise<string>;

/** A server that hands each file of a form to `receive`, and answers what that gave, or with the error's code. */
async function setUp(t: TestContext, receive: Receive, limit = 1024 * 1024) {
  const outcomes: string[] = [];
  const answer = async (req: IncomingMessage, res: ServerResponse) => {
    const received: string[] = [];
    try {
      for await (const { name, content } of readForm(req as Request, { field: "files", limit }))
        received.push(`${name}=${await receive(name, content)}`);
      outcomes.push("read");
    } catch (error) {
      const { code, message } = error as Error & { code?: string };
      received.push(`${code ?? message}`);
      outcomes.push(code ?? message);
    }
    res.end(received.join("\n"));
  };
  const server = createServer((req, res) => void answer(req, res));
  const connections: Socket[] = [];
  server.on("connection", (socket) => connections.push(socket));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  t.after(() => {
    agent.destroy();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  /** All over one connection, so that what one request leaves behind is the next one's trouble. */
  const post = async (body: Uint8Array, type: string | null = formType, headers: Record<string, string> = {}) => {
    const options = { port, agent, method: "POST", headers: { ...(type && { "Content-Type": type }), ...headers } };
    const outgoing = request(options).end(body);
    const [answer] = await once(outgoing, "response");
    return { lines: (await text(answer)).split("\n"), reused: outgoing.reusedSocket };
  };
  return { post, port, outcomes, connections };
}

const whole: Receive = async (_name, content) => String((await buffer(content)).length);
const many = (count: number, size: number) =>
  Array.from({ length: count }, (_, index) => ({ name: `f${index}`, content: "x".repeat(size) }));

test("the files come in their order, each with all of its bytes", async (t) => {
  const { post } = await setUp(t, whole);
  const { lines } = await post(formOf([{ name: "a", content: "12345" }, { name: "b" }, { name: "c/d" }]));
  assert.deepEqual(lines, ["a=5", "b=0", "c/d=0"]);
});

test("more files than are handed out at once wait their turn", async (t) => {
  const { post } = await setUp(t, whole);
  const { lines } = await post(formOf(many(3000, 10)));
  assert.deepEqual(
    lines,
    many(3000, 10).map(({ name }) => `${name}=10`),
  );
});

test("files that nobody has asked for yet hold up the reading, however small they are", async (t) => {
  const gate = Promise.withResolvers<void>();
  const { post, connections } = await setUp(
    t,
    (name, content) => gate.promise.then(() => whole(name, content)),
    2 ** 26,
  );
  const body = formOf(Array.from({ length: 20_000 }, (_, index) => ({ name: `${index}${"n".repeat(1000)}` })));
  const answer = post(body);
  let before = -1;
  let read = 0;
  while (read !== before || read === 0) {
    await new Promise((resolve) => setTimeout(resolve, 200));
    before = read;
    read = connections[0]?.bytesRead ?? 0;
  }
  assert.ok(read < body.length / 2, `${read} of ${body.length} bytes were read`);
  gate.resolve();
  assert.equal((await answer).lines.length, 20_000);
});

const names = [
  { as: "raw UTF-8", disposition: `name="files"; filename="grüße 你好.txt"`, want: "grüße 你好.txt" },
  { as: "RFC 5987", disposition: `name="files"; filename*=UTF-8''gr%C3%BC%C3%9Fe%20.txt`, want: "grüße .txt" },
  { as: "a token", disposition: `name=files; filename=plain.txt`, want: "plain.txt" },
  { as: "a quoted pair", disposition: String.raw`name="files"; filename="a\"b.txt"`, want: 'a"b.txt' },
  { as: "a path", disposition: `name="files"; filename="src/deep/x.ts"`, want: "src/deep/x.ts" },
  { as: "nothing", disposition: `name="files"; filename=""`, want: "" },
  { as: "no name at all", disposition: `name="files"`, want: "" },
];
for (const { as, disposition, want } of names) {
  test(`a file's name may come as ${as}`, async (t) => {
    const { post } = await setUp(t, whole);
    assert.deepEqual((await post(formOf([{ disposition, content: "1" }]))).lines, [`${want}=1`]);
  });
}

test("other fields are passed over, however large", async (t) => {
  const { post } = await setUp(t, whole);
  const other = { disposition: `name="other"`, content: "x".repeat(300_000) };
  const file = { disposition: `name="other"; filename="other"`, content: "x".repeat(300_000) };
  assert.deepEqual((await post(formOf([other, { name: "a" }, file]))).lines, ["a=0"]);
});

describe("a receiver that does not read a file to its end gets the next one", () => {
  const receivers: Record<string, Receive> = {
    "reads nothing": async () => "nothing",
    "stops after the first bytes": async (_name, content) => {
      for await (const _ of content) break;
      return "nothing";
    },
    "fails in the middle": async (_name, content) => {
      try {
        for await (const _ of content) throw new Error("no space");
      } catch {
        return "nothing";
      }
      return "everything";
    },
  };
  for (const [what, receive] of Object.entries(receivers)) {
    test(what, async (t) => {
      const { post } = await setUp(t, receive);
      const { lines } = await post(formOf(many(4, 200_000)));
      assert.deepEqual(lines, ["f0=nothing", "f1=nothing", "f2=nothing", "f3=nothing"]);
      assert.deepEqual((await post(formOf(many(1, 1)))).lines, ["f0=nothing"]);
    });
  }
});

test("a receiver that gives up leaves a connection on which the next request is read", async (t) => {
  const { post } = await setUp(t, async (name) => {
    if (name === "f1") throw new Error("gave up");
    return "ok";
  });
  assert.deepEqual((await post(formOf(many(4, 200_000)))).lines, ["f0=ok", "gave up"]);
  const { lines, reused } = await post(formOf(many(1, 10)));
  assert.deepEqual([lines, reused], [["f0=ok"], true]);
});

const head = `--${boundary}\r\nContent-Disposition: form-data; name="files"; filename="a"\r\n`;
const malformed: Record<string, Uint8Array> = {
  "nothing at all": Buffer.alloc(0),
  "no part": Buffer.from("hello"),
  "another boundary": Buffer.from(formOf(many(1, 10)).toString().replaceAll(boundary, "----other")),
  "half of the header of a part": Buffer.from(head),
  "a file that ends too soon": brokenForm(many(1, 10)),
  "a large file that ends too soon": brokenForm(many(1, 500_000)),
  "a last file that ends too soon": brokenForm(many(5, 10)),
  "a field that ends too soon": brokenForm([{ disposition: 'name="other"', content: "1" }]),
};
for (const [what, body] of Object.entries(malformed)) {
  for (const [how, receive] of Object.entries({
    "is read": whole,
    "is not read": async () => "nothing",
    "is read late": async (name: string, content: AsyncIterable<Uint8Array>) => {
      await new Promise((resolve) => setTimeout(resolve, 20));
      return whole(name, content);
    },
  })) {
    test(`${what}, which ${how}, is malformed and harms nobody`, async (t) => {
      const { post } = await setUp(t, receive);
      const { lines } = await post(body);
      assert.equal(lines.at(-1), "malformed_form");
      const { lines: next, reused } = await post(formOf(many(1, 10)));
      assert.deepEqual([next.length, next[0]?.startsWith("f0="), reused], [1, true, true]);
    });
  }
}

for (const type of [null, "application/json", "application/x-www-form-urlencoded", "multipart/mixed; boundary=x"]) {
  test(`a body of type ${type} is refused unread`, async (t) => {
    const { post } = await setUp(t, whole);
    assert.deepEqual((await post(formOf(many(1, 10)), type)).lines, ["unsupported_media_type"]);
  });
}

test("a compressed form is refused", async (t) => {
  const { post } = await setUp(t, whole);
  const { lines } = await post(formOf(many(1, 10)), formType, { "Content-Encoding": "gzip" });
  assert.deepEqual(lines, ["unsupported_media_type"]);
});

test("a form without a boundary in its type is malformed", async (t) => {
  const { post } = await setUp(t, whole);
  assert.deepEqual((await post(formOf(many(1, 10)), "multipart/form-data")).lines, ["malformed_form"]);
});

test("a form without a file is refused", async (t) => {
  const { post } = await setUp(t, whole);
  assert.deepEqual((await post(formOf([]))).lines, ["validation_failed"]);
  assert.deepEqual((await post(formOf([{ disposition: 'name="other"' }]))).lines, ["validation_failed"]);
});

describe("a body beyond the limit is refused", () => {
  const body = formOf(many(3, 100_000));
  test("by its length, before anything is read", async (t) => {
    const { post } = await setUp(t, whole, body.length - 1);
    assert.deepEqual((await post(body)).lines, ["payload_too_large"]);
  });
  test("while it comes, when its length is not told", async (t) => {
    const { post } = await setUp(t, whole, body.length - 1);
    const { lines } = await post(body, formType, { "Transfer-Encoding": "chunked" });
    assert.deepEqual(lines, ["f0=100000", "f1=100000", "payload_too_large"]);
    assert.equal((await post(formOf(many(1, 1)))).lines[0], "f0=1");
  });
  test("and not at the limit", async (t) => {
    const { post } = await setUp(t, whole, body.length);
    assert.equal((await post(body, formType, { "Transfer-Encoding": "chunked" })).lines.length, 3);
  });
});

for (const [when, receive] of Object.entries({
  "while a file is read": whole,
  "while nobody reads": async (name: string, content: AsyncIterable<Uint8Array>) => {
    await new Promise((resolve) => setTimeout(resolve, 50));
    return whole(name, content);
  },
})) {
  test(`a client that leaves ${when} ends the reading`, async (t) => {
    const { port, outcomes, post } = await setUp(t, receive);
    const socket = connect(port, "127.0.0.1");
    socket.on("error", () => {});
    socket.write(`POST / HTTP/1.1\r\nHost: x\r\nContent-Type: ${formType}\r\nContent-Length: 900000\r\n\r\n`);
    socket.write(brokenForm([{ name: "a", content: "1" }, ...many(1, 300_000)]));
    await new Promise((resolve) => setTimeout(resolve, 30));
    socket.resetAndDestroy();
    while (outcomes.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    assert.deepEqual(outcomes, ["malformed_form"]);
    assert.equal((await post(formOf(many(1, 1)))).lines[0], "f0=1");
  });
}
