import { buffer } from "node:stream/consumers";
import { promisify } from "node:util";
import { fromBuffer, type Entry, type Options, type ZipFile } from "yauzl";

export interface ReadEntry {
  readonly name: string;
  readonly mode: number;
  readonly mtime: Date;
  readonly content: Buffer;
}

/** What yauzl, which is strict, finds in an archive; contents are checked against their sizes. */
export async function readZip(archive: Buffer): Promise<ReadEntry[]> {
  const open = promisify<Buffer, Options, ZipFile>(fromBuffer);
  const zip = await open(archive, { lazyEntries: true, strictFileNames: true });
  const found: ReadEntry[] = [];
  const ended = Promise.withResolvers<void>();
  zip.on("error", ended.reject);
  zip.on("end", ended.resolve);
  zip.on("entry", (entry: Entry) => {
    contentOf(zip, entry).then((content) => {
      const mode = entry.externalFileAttributes >>> 16;
      found.push({ name: entry.fileName, mode, mtime: entry.getLastModDate(), content });
      zip.readEntry();
    }, ended.reject);
  });
  zip.readEntry();
  await ended.promise;
  return found;
}

async function contentOf(zip: ZipFile, entry: Entry): Promise<Buffer> {
  const open = promisify<Entry, NodeJS.ReadableStream>(zip.openReadStream.bind(zip));
  return await buffer(await open(entry));
}
