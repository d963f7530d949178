import assert from "node:assert/strict";
import { after, test } from "node:test";
import { caller, createConversation, perform } from "../../support/api.ts";
import { filesOf, upload } from "../../support/files.ts";
import { assertRefused } from "../../support/refusal.ts";
import { startServer } from "../../support/start-server.ts";

const server = await startServer({ after });
const call = caller(server);
const id = await createConversation(call);
const select = (file: string) => call("GET", `/api/conversations/${id}/select-file?file=${encodeURIComponent(file)}`);

const MIB = 1024 * 1024;
const utf16 = (text: string) => Buffer.from(`\u{feff}${text}`, "utf16le");

const texts: Record<string, { bytes: Uint8Array; text: string }> = {
  empty: { bytes: Buffer.alloc(0), text: "" },
  "src/ü b&c?.txt": { bytes: Buffer.from("Grüße\r\n€\n"), text: "Grüße\r\n€\n" },
  "bom.txt": { bytes: Buffer.from("\u{feff}text"), text: "text" },
  "utf-16le.txt": { bytes: utf16("Grüße €"), text: "Grüße €" },
  "utf-16be.txt": { bytes: utf16("Grüße €").swap16(), text: "Grüße €" },
  "latin-1.txt": { bytes: Buffer.from("Grüße", "latin1"), text: "Grüße" },
  "windows-1252.txt": { bytes: Buffer.of(0x80, 0x20, 0x93, 0x94), text: "€ “”" },
  "code.svg": { bytes: Buffer.from("<svg/>"), text: "<svg/>" },
  "4 MiB": { bytes: Buffer.alloc(4 * MIB, "x"), text: "x".repeat(4 * MIB) },
};

await upload(server, id, filesOf(Object.fromEntries(Object.entries(texts).map(([name, { bytes }]) => [name, bytes]))));
await upload(
  server,
  id,
  filesOf({ binary: Buffer.of(0, 1, 2, 255), "image.png": png(), large: Buffer.alloc(4 * MIB + 1, "x") }),
);
await perform(call, id, {
  action: "run",
  args: {
    command: "ln -s bom.txt link && ln -s src in && ln -s /etc out && ln -s ../.. up && ln -s loop loop && mkfifo fifo",
  },
});

for (const [name, { text }] of Object.entries(texts)) {
  test(`the whole text of a file: ${name}`, async () => {
    const { status, body } = await select(name);
    assert.equal(status, 200);
    assert.ok(body.code === text, JSON.stringify(body).slice(0, 200));
    assert.deepEqual(Object.keys(body), ["code"]);
  });
}

for (const path of ["./src/../bom.txt", "link", "in/ü b&c?.txt"]) {
  test(`a path inside leads to its file: ${path}`, async () => {
    assert.equal((await select(path)).status, 200);
  });
}

test("an absolute path inside the workspace is one too", async () => {
  const { content } = await perform(call, id, { action: "run", args: { command: "pwd" } });
  assert.deepEqual((await select(`${content.trim()}/bom.txt`)).body, { code: "text" });
});

const refused: { status: number; code: string; paths: string[] }[] = [
  { status: 400, code: "validation_failed", paths: ["", "x".repeat(4097)] },
  { status: 400, code: "not_a_file", paths: ["src", "src/", ".", "fifo"] },
  { status: 400, code: "not_a_directory", paths: ["bom.txt/x", "bom.txt/x/y"] },
  {
    status: 400,
    code: "path_outside_workspace",
    paths: ["..", "../../server.lock", "/etc/passwd", "out", "out/passwd", "up/up", "a\0b", "src/../../x"],
  },
  { status: 404, code: "file_not_found", paths: ["missing", "src/missing", "missing/x", "loop", "x".repeat(256)] },
  { status: 413, code: "file_too_large", paths: ["large"] },
  { status: 415, code: "binary_file", paths: ["binary", "image.png"] },
];
for (const { status, code, paths } of refused) {
  for (const path of paths) {
    test(`${status} ${code}: ${JSON.stringify(path.slice(0, 30))}`, async () => {
      const answer = await select(path);
      assertRefused(answer, status, code, ["query.file"]);
      assert.ok(!JSON.stringify(answer.body).includes(server.dataDir), "no path of the machine is told");
    });
  }
}

test("a path must be given, and once", async () => {
  const path = `/api/conversations/${id}/select-file`;
  assertRefused(await call("GET", path), 400, "validation_failed", ["query.file"]);
  assertRefused(await call("GET", `${path}?file=a&file=b`), 400, "validation_failed", ["query.file"]);
});

test("the files of a stopped conversation are still there", async () => {
  await call("POST", `/api/conversations/${id}/stop`);
  assert.deepEqual((await select("bom.txt")).body, { code: "text" });
});

test("whatever was asked, the server never failed", () => {
  assert.doesNotMatch(server.output(), /"level":(50|60)/);
});

/** The first bytes of a PNG image. */
function png(): Buffer {
  return Buffer.from("89504e470d0a1a0a0000000d49484452", "hex");
}
