import { constants } from "node:fs";
import { pipeline } from "node:stream";
import { crc32, createDeflateRaw, deflateRawSync } from "node:zlib";

/** What an archive says of a file, folder or link besides its content. */
export interface ZipEntry {
  /** Relative, with slashes and no `..`; that of a folder without a slash at the end. */
  readonly name: string;
  /** As lstat gives it, type included. */
  readonly mode: number;
  readonly mtime: Date;
}

/** Each call gives the bytes that come next in the archive; read them to their end before the next call. */
export interface ZipWriter {
  folder(entry: ZipEntry): Generator<Buffer>;
  /** The target of a link, not compressed. */
  link(entry: ZipEntry, target: string): Generator<Buffer>;
  /** A file of any size. */
  file(entry: ZipEntry, content: AsyncIterable<Buffer>, maxSize: number): AsyncGenerator<Buffer>;
  /** A file that is in memory. It is compressed at once, which costs short ones a tenth of handing that to a thread. */
  shortFile(entry: ZipEntry, content: Buffer): Generator<Buffer>;
  /** The directory, which closes the archive. */
  end(): Generator<Buffer>;
}

/** A field of a record: its bytes and its value, little-endian. */
type Field = readonly [bytes: 2 | 4 | 8, value: number];

interface Sums {
  crc: number;
  compressed: number;
  size: number;
}

const MAX_16 = 0xffff;
const MAX_32 = 0xffffffff;

/** From here on a file gets 64-bit sizes: deflate may make it larger, by far less than the difference to 4 GiB. */
const LARGE = 0xf0000000;

const STORED = 0;
const DEFLATED = 8;

/** General purpose flags: the name is UTF-8; sizes and checksum follow the content. */
const UTF8 = 1 << 11;
const SIZES_FOLLOW = 1 << 3;

/** Version 4.5 of the format, which knows 64-bit sizes, and 2.0. */
const ZIP64_VERSION = 45;
const PLAIN_VERSION = 20;
const MADE_ON_UNIX = (3 << 8) | ZIP64_VERSION;

/**
 * Writes a zip archive (https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT, sections in brackets below) whose
 * entries need not be known in advance. In memory it keeps the directory alone, some 100 bytes an entry.
 *
 * Not yazl 3.3.1, because a workspace is not ours: of 80,000 small files it makes an archive in 117 s and of 20,000
 * in 9 s, since each entry looks through all before it; 30,000 empty folders behind a slow reader end the process ("Maximum call
 * stack size exceeded"), and a file named `a:b` or `..\x` makes it throw.
 */
export function createZipWriter(): ZipWriter {
  const directory: Buffer[] = [];
  let offset = 0;

  const counted = (bytes: Buffer): Buffer => {
    offset += bytes.length;
    return bytes;
  };

  function* whole(entry: ZipEntry, method: number, sums: Sums, bytes: Buffer): Generator<Buffer> {
    const header = { entry, method, flags: UTF8, large: false, offset };
    directory.push(directoryRecord(header, sums));
    yield counted(localHeader(header, sums));
    yield counted(bytes);
  }

  function stored(entry: ZipEntry, content: Buffer): Generator<Buffer> {
    return whole(entry, STORED, { crc: crc32(content), compressed: content.length, size: content.length }, content);
  }

  return {
    folder: (entry) => stored({ ...entry, name: `${entry.name}/` }, Buffer.alloc(0)),
    link: (entry, target) => stored(entry, Buffer.from(target)),
    *shortFile(entry, content) {
      const bytes = deflateRawSync(content);
      if (bytes.length >= content.length) yield* stored(entry, content);
      else {
        const sums = { crc: crc32(content), compressed: bytes.length, size: content.length };
        yield* whole(entry, DEFLATED, sums, bytes);
      }
    },
    async *file(entry, content, maxSize) {
      const header = { entry, method: DEFLATED, flags: UTF8 | SIZES_FOLLOW, large: maxSize >= LARGE, offset };
      const sums: Sums = { crc: 0, compressed: 0, size: 0 };
      yield counted(localHeader(header, { crc: 0, compressed: 0, size: 0 }));
      for await (const chunk of deflate(content, sums)) yield counted(chunk);
      yield counted(dataDescriptor(header, sums));
      directory.push(directoryRecord(header, sums));
    },
    *end() {
      const start = offset;
      for (const bytes of directory) yield counted(bytes);
      yield endOfDirectory(directory.length, start, offset - start);
    },
  };
}

async function* deflate(content: AsyncIterable<Buffer>, sums: Sums): AsyncGenerator<Buffer> {
  async function* summed(): AsyncGenerator<Buffer> {
    for await (const chunk of content) {
      sums.crc = crc32(chunk, sums.crc);
      sums.size += chunk.length;
      yield chunk;
    }
  }
  // A failure of either reaches the loop below through `compressor`, and leaving the loop ends both.
  const compressor: AsyncIterable<Buffer> = pipeline(summed(), createDeflateRaw({ chunkSize: 64 * 1024 }), () => {});
  for await (const chunk of compressor) {
    sums.compressed += chunk.length;
    yield chunk;
  }
}

interface Header {
  readonly entry: ZipEntry;
  readonly method: number;
  readonly flags: number;
  /** Whether its sizes are 64-bit ones. */
  readonly large: boolean;
  readonly offset: number;
}

/** [4.3.7] */
function localHeader({ entry, method, flags, large }: Header, { crc, compressed, size }: Sums): Buffer {
  const name = Buffer.from(entry.name);
  const extra = Buffer.concat([...(large ? [zip64Extra([size, compressed])] : []), timeExtra(entry.mtime)]);
  const start = record([
    [4, 0x04034b50],
    [2, large ? ZIP64_VERSION : PLAIN_VERSION],
    [2, flags],
    [2, method],
    ...dosTime(entry.mtime),
    [4, crc],
    [4, large ? MAX_32 : compressed],
    [4, large ? MAX_32 : size],
    [2, name.length],
    [2, extra.length],
  ]);
  return Buffer.concat([start, name, extra]);
}

/** [4.3.9] */
function dataDescriptor({ large }: Header, { crc, compressed, size }: Sums): Buffer {
  const bytes = large ? 8 : 4;
  return record([
    [4, 0x08074b50],
    [4, crc],
    [bytes, compressed],
    [bytes, size],
  ]);
}

/** [4.3.12] */
function directoryRecord({ entry, method, flags, large, offset }: Header, { crc, compressed, size }: Sums): Buffer {
  const name = Buffer.from(entry.name);
  const isFar = offset >= MAX_32;
  const wide = [...(large ? [size, compressed] : []), ...(isFar ? [offset] : [])];
  const extra = Buffer.concat([...(wide.length > 0 ? [zip64Extra(wide)] : []), timeExtra(entry.mtime)]);
  const start = record([
    [4, 0x02014b50],
    [2, MADE_ON_UNIX],
    [2, wide.length > 0 ? ZIP64_VERSION : PLAIN_VERSION],
    [2, flags],
    [2, method],
    ...dosTime(entry.mtime),
    [4, crc],
    [4, large ? MAX_32 : compressed],
    [4, large ? MAX_32 : size],
    [2, name.length],
    [2, extra.length],
    [2, 0], // comment
    [2, 0], // disk
    [2, 0], // internal attributes
    [2, isFolder(entry) ? 0x10 : 0], // attributes of DOS
    [2, entry.mode & MAX_16], // attributes of Unix
    [4, isFar ? MAX_32 : offset],
  ]);
  return Buffer.concat([start, name, extra]);
}

/** [4.3.14] to [4.3.16]: the 64-bit records come first where the plain one is too narrow. */
function endOfDirectory(count: number, start: number, size: number): Buffer {
  const isPlain = count < MAX_16 && start < MAX_32 && size < MAX_32;
  const wide: Field[] = [
    [4, 0x06064b50],
    [8, 44], // what follows of this record
    [2, MADE_ON_UNIX],
    [2, ZIP64_VERSION],
    [4, 0],
    [4, 0],
    [8, count],
    [8, count],
    [8, size],
    [8, start],
    [4, 0x07064b50],
    [4, 0],
    [8, start + size],
    [4, 1],
  ];
  return record([
    ...(isPlain ? [] : wide),
    [4, 0x06054b50],
    [2, 0],
    [2, 0],
    [2, Math.min(count, MAX_16)],
    [2, Math.min(count, MAX_16)],
    [4, Math.min(size, MAX_32)],
    [4, Math.min(start, MAX_32)],
    [2, 0],
  ]);
}

/** [4.5.3]: the values that do not fit where they belong, in that order. */
function zip64Extra(values: readonly number[]): Buffer {
  return record([[2, 0x0001], [2, values.length * 8], ...values.map((value): Field => [8, value])]);
}

/** Info-ZIP's extra field for a time in UTC; that of DOS has no zone. */
function timeExtra(time: Date): Buffer {
  const seconds = Math.floor(time.getTime() / 1000);
  const bytes = Buffer.alloc(9);
  bytes.writeUInt16LE(0x5455, 0);
  bytes.writeUInt16LE(5, 2);
  bytes.writeUInt8(1, 4); // Only the time of modification follows.
  bytes.writeInt32LE(Math.min(Math.max(seconds, -0x80000000), 0x7fffffff), 5);
  return bytes;
}

/** [4.4.6]: local time in steps of two seconds, from 1980 to 2107. */
function dosTime(time: Date): Field[] {
  const year = time.getFullYear();
  if (year < 1980) return dosTime(new Date(1980, 0, 1));
  if (year > 2107) return dosTime(new Date(2107, 11, 31, 23, 59, 58));
  return [
    [2, (time.getHours() << 11) | (time.getMinutes() << 5) | (time.getSeconds() >> 1)],
    [2, ((year - 1980) << 9) | ((time.getMonth() + 1) << 5) | time.getDate()],
  ];
}

function isFolder({ mode }: ZipEntry): boolean {
  return (mode & constants.S_IFMT) === constants.S_IFDIR;
}

function record(fields: readonly Field[]): Buffer {
  const bytes = Buffer.alloc(fields.reduce((sum, [width]) => sum + width, 0));
  let at = 0;
  for (const [width, value] of fields) {
    if (width === 8) bytes.writeBigUInt64LE(BigInt(value), at);
    else bytes.writeUIntLE(value, at, width);
    at += width;
  }
  return bytes;
}
