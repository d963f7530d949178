import { constants, existsSync, type Dirent } from "node:fs";
import { lstat, readdir, readlink, type FileHandle } from "node:fs/promises";
import { dirname, isAbsolute, join, relative } from "node:path";
import { Readable } from "node:stream";
import { nameInside, openInside, pathOf, resolveInside, toWorkspaceError } from "./paths.ts";
import { WorkspaceError } from "./runtime.ts";
import { createZipWriter, type ZipWriter } from "./zip-writer.ts";

/** Bytes of a file that is read and compressed at once: less than a millisecond. */
const SHORT = 16 * 1024;

/**
 * A zip archive of the folder, made while it is read. A file has the size it had when its turn came, so that one that
 * is being written to has an end.
 *
 * @param signal destroys it with its own reason
 * @throws WorkspaceError `workspace_removed` when there is no folder
 */
export function zipFolder(root: string, signal: AbortSignal): Readable {
  signal.throwIfAborted();
  if (!existsSync(root)) throw new WorkspaceError("workspace_removed", "The workspace was removed.");
  const zip = Readable.from(archive(root), { objectMode: false, highWaterMark: 64 * 1024 });
  zip.on("error", () => {}); // One that nobody reads any more must not end the process.
  const abort = () => void zip.destroy(signal.reason);
  signal.addEventListener("abort", abort);
  zip.once("close", () => signal.removeEventListener("abort", abort));
  return zip;
}

/** In the order of names, a folder before what is in it. */
async function* archive(root: string): AsyncGenerator<Buffer> {
  const writer = createZipWriter();
  const { entries: pending } = await readFolder(root, root);
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    const { real, type } = next;
    if (type.isFile()) yield* file(writer, root, real);
    else if (type.isSymbolicLink()) yield* link(writer, root, real);
    else if (type.isDirectory()) {
      const found = await unlessGone(readFolder(root, real));
      if (found !== null) yield* writer.folder({ ...found.entry, name: nameInArchive(root, real) });
      for (const one of found?.entries ?? []) pending.push(one);
    }
  }
  yield* writer.end();
}

async function* file(writer: ZipWriter, root: string, real: string): AsyncGenerator<Buffer> {
  await using opened = await unlessGone(openInside(root, real, constants.O_RDONLY));
  if (opened === null) return;
  const stats = await opened.stat();
  if (!stats.isFile()) return; // Not any more.
  const entry = { name: nameInArchive(root, real), mode: stats.mode, mtime: stats.mtime };
  if (stats.size <= SHORT) yield* writer.shortFile(entry, await readUpTo(opened, stats.size));
  else {
    const content = opened.createReadStream({ start: 0, end: stats.size - 1, autoClose: false });
    yield* writer.file(entry, content, stats.size);
  }
}

/** Less where the file has become shorter. */
async function readUpTo(opened: FileHandle, size: number): Promise<Buffer> {
  const { buffer, bytesRead } = await opened.read({ buffer: Buffer.allocUnsafe(size), position: 0 });
  return buffer.subarray(0, bytesRead);
}

async function* link(writer: ZipWriter, root: string, real: string): AsyncGenerator<Buffer> {
  const target = await unlessGone(targetInside(root, real));
  const stats = await unlessGone(lstat(real));
  if (target === null || !stats?.isSymbolicLink()) return;
  yield* writer.link({ name: nameInArchive(root, real), mode: stats.mode, mtime: stats.mtime }, target);
}

interface Found {
  readonly real: string;
  readonly type: Dirent;
}

/** The entries are read from what was opened, so that a link that takes the folder's place shows nothing. */
async function readFolder(root: string, real: string) {
  await using folder = await openInside(root, real, constants.O_RDONLY | constants.O_DIRECTORY);
  const { mode, mtime } = await folder.stat();
  const types = await readdir(pathOf(folder, real), { withFileTypes: true });
  const entries = types.map((type): Found => ({ real: join(real, type.name), type }));
  // The last name first: the next entry is taken from the end.
  return { entry: { mode, mtime }, entries: entries.toSorted((a, b) => (a.type.name > b.type.name ? -1 : 1)) };
}

/**
 * What a link says, relative where it is absolute: the archive is unpacked elsewhere.
 *
 * @throws WorkspaceError where it leads out of the workspace
 */
async function targetInside(root: string, real: string): Promise<string> {
  await resolveInside(root, real);
  const target = await readlink(real);
  return isAbsolute(target) ? relative(dirname(real), target) || "." : target;
}

/**
 * Readers, and Windows, take `\` for a slash, with which `..\x` leads out, and refuse an archive with a name like `a:b`
 * for its drive. A wide backslash and a `./` keep such files.
 */
function nameInArchive(root: string, real: string): string {
  const name = nameInside(root, real).replaceAll("\\", "\u{ff3c}");
  return /^[a-z]:/i.test(name) ? `./${name}` : name;
}

/** Null for what vanished, may not be read, leads out of the workspace or (EINVAL) is a link no more. */
async function unlessGone<T>(found: Promise<T>): Promise<T | null> {
  try {
    return await found;
  } catch (error) {
    if (toWorkspaceError(error, "") instanceof WorkspaceError) return null;
    if (error instanceof Error && "code" in error && error.code === "EINVAL") return null;
    throw error;
  }
}
