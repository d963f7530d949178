import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { buffer } from "node:stream/consumers";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import { execa } from "execa";
import * as fc from "fast-check";
import { open as openZip, type Options, type ZipFile } from "yauzl";
import { createZipWriter, type ZipEntry, type ZipWriter } from "../../../server/runtime/zip-writer.ts";
import { readZip } from "./read-zip.ts";
import { temporaryFolder } from "./temporary.ts";

const FILE = 0o100644;
const MTIME = new Date("2026-03-04T05:06:07Z");

function named(name: string, mode = FILE): ZipEntry {
  return { name, mode, mtime: MTIME };
}

/** Runs the writer; the chunks are one archive. */
async function written(write: (writer: ZipWriter) => AsyncGenerator<Buffer>): Promise<Buffer> {
  return await buffer(write(createZipWriter()));
}

async function* chunks(...parts: (string | Buffer)[]): AsyncGenerator<Buffer> {
  for (const part of parts) yield await Promise.resolve(Buffer.from(part));
}

test("an empty archive is one", async () => {
  const archive = await written(async function* (writer) {
    yield* writer.end();
  });
  assert.equal(archive.length, 22);
  assert.deepEqual(await readZip(archive), []);
});

test("entries come back as they were given", async (t) => {
  const archive = await written(async function* (writer) {
    yield* writer.folder(named("ä", 0o40755));
    yield* writer.link(named("ä/link", 0o120777), "../x");
    yield* writer.file(named("ä/x 😀", 0o100755), chunks("hello", "hello"), 10);
    yield* writer.file(named("nothing"), chunks(), 0);
    yield* writer.shortFile(named("empty", 0o104600), Buffer.alloc(0));
    yield* writer.shortFile(named("short"), Buffer.from("ab".repeat(20)));
    yield* writer.shortFile(named("not compressible"), Buffer.from("ab"));
    yield* writer.end();
  });
  const want = [
    ["ä/", 0o40755, ""],
    ["ä/link", 0o120777, "../x"],
    ["ä/x 😀", 0o100755, "hellohello"],
    ["nothing", FILE, ""],
    ["empty", 0o104600, ""],
    ["short", FILE, "ab".repeat(20)],
    ["not compressible", FILE, "ab"],
  ];
  const found = await readZip(archive);
  assert.deepEqual(
    found.map(({ name, mode, content }) => [name, mode, String(content)]),
    want,
  );
  assert.ok(found.every(({ mtime }) => mtime.getTime() === MTIME.getTime()));

  const file = join(await temporaryFolder(t), "archive.zip");
  await writeFile(file, archive);
  assert.match((await execa("unzip", ["-t", file])).stdout, /No errors detected/);
});

test("any times are kept, as far as the format goes", async () => {
  for (const [given, want] of [
    ["1960-01-01T00:00:00Z", "1960-01-01T00:00:00.000Z"],
    ["2026-03-04T05:06:07.999Z", "2026-03-04T05:06:07.000Z"],
    ["2030-12-31T23:59:59Z", "2030-12-31T23:59:59.000Z"],
    ["2200-01-01T00:00:00Z", "2038-01-19T03:14:07.000Z"],
  ] as const) {
    const archive = await written(async function* (writer) {
      yield* writer.shortFile({ name: "x", mode: FILE, mtime: new Date(given) }, Buffer.alloc(0));
      yield* writer.end();
    });
    assert.equal((await readZip(archive))[0]?.mtime.toISOString(), want);
  }
});

test("any contents come back", async () => {
  const entries = fc.array(fc.array(fc.uint8Array({ maxLength: 300 }), { maxLength: 4 }), { maxLength: 6 });
  await fc.assert(
    fc.asyncProperty(entries, async (files) => {
      const archive = await written(async function* (writer) {
        for (const [index, parts] of files.entries()) {
          yield* writer.file(named(`${index}`), chunks(...parts.map((part) => Buffer.from(part))), 0);
          yield* writer.shortFile(named(`${index} short`), Buffer.concat(parts));
        }
        yield* writer.end();
      });
      const found = await readZip(archive);
      assert.deepEqual(
        found.map(({ content }) => content),
        files.flatMap((parts) => [Buffer.concat(parts), Buffer.concat(parts)]),
      );
    }),
    { numRuns: 50 },
  );
});

test("more than 65,535 entries", async (t) => {
  const writer = createZipWriter();
  const names = Array.from({ length: 66_000 }, (_, index) => `${index}`);
  const bytes = [...names.flatMap((name) => [...writer.folder(named(name, 0o40755))]), ...writer.end()];
  const file = join(await temporaryFolder(t), "archive.zip");
  await writeFile(file, Buffer.concat(bytes));
  const { stdout } = await execa("unzip", ["-Z1", file]);
  assert.deepEqual(
    stdout.split("\n"),
    names.map((name) => `${name}/`),
  );
  const open = promisify<string, Options, ZipFile>(openZip);
  assert.equal((await open(file, { autoClose: true })).entryCount, names.length);
});

test("a file that may have more than 4 GiB", async (t) => {
  const archive = await written(async function* (writer) {
    yield* writer.file(named("large"), chunks("it shrank"), 5 * 2 ** 30);
    yield* writer.shortFile(named("after"), Buffer.from("text"));
    yield* writer.end();
  });
  assert.equal(archive.readUInt16LE(4), 45, "needs a reader that knows 64-bit sizes");
  const found = await readZip(archive);
  assert.deepEqual(
    found.map(({ name, content }) => [name, String(content)]),
    [
      ["large", "it shrank"],
      ["after", "text"],
    ],
  );
  const file = join(await temporaryFolder(t), "archive.zip");
  await writeFile(file, archive);
  assert.match((await execa("unzip", ["-t", file])).stdout, /No errors detected/);
});

test("a content that fails is the archive's failure, and one that is left is closed", async () => {
  const writer = createZipWriter();
  async function* broken(): AsyncGenerator<Buffer> {
    yield await Promise.resolve(Buffer.from("half"));
    throw new Error("disk failure");
  }
  await assert.rejects(buffer(writer.file(named("x"), broken(), 8)), /disk failure/);

  let isClosed = false;
  let given = 0;
  async function* endless(): AsyncGenerator<Buffer> {
    try {
      for (; ; given += 1) yield await Promise.resolve(randomBytes(1024 * 1024));
    } finally {
      isClosed = true;
    }
  }
  let seen = 0;
  for await (const bytes of writer.file(named("y"), endless(), 8)) {
    seen += bytes.length;
    if (seen < 4096) continue;
    await sleep(50); // No more is taken than somebody reads.
    assert.ok(given < 5, `${given}`);
    break;
  }
  await sleep(1);
  assert.ok(isClosed);
});
