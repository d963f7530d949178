import { constants, existsSync } from "node:fs";
import { mkdir, rm, type FileHandle } from "node:fs/promises";
import { dirname } from "node:path";
import type { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import { isBinaryFile } from "isbinaryfile";
import { decodeText } from "./decode-text.ts";
import { nameInside, openInside, resolveInside, toWorkspaceError } from "./paths.ts";
import { WorkspaceError, type LineRange } from "./runtime.ts";

/** Bytes of the largest file that is read as text: the size of a JSON body and of a socket frame (design.md §3.1). */
export const MAX_TEXT_BYTES = 4 * 1024 * 1024;

/**
 * The text of a file, or a range of its lines with their line ends.
 *
 * @throws WorkspaceError `file_not_found`, `not_a_file`, `binary_file`, `file_too_large`, `path_outside_workspace`
 */
export async function readText(root: string, path: string, range: LineRange = {}): Promise<string> {
  const real = await resolveInside(root, path);
  return pickLines(await loadText(root, real), range);
}

/**
 * The whole text of a file, whatever its encoding.
 *
 * @throws WorkspaceError as `readText`
 */
export async function readDecoded(root: string, path: string): Promise<string> {
  return await loadDecoded(root, await resolveInside(root, path));
}

/**
 * The bytes of a file, read while they are taken.
 *
 * @throws WorkspaceError `file_not_found`, `not_a_file`, `not_a_directory`, `permission_denied`, `path_outside_workspace`
 */
export async function readBytes(root: string, path: string): Promise<Readable> {
  const real = await resolveInside(root, path);
  const name = nameInside(root, real);
  const handle = await openInside(root, real, constants.O_RDONLY).catch((error: unknown) => {
    throw toWorkspaceError(error, name);
  });
  if ((await handle.stat()).isFile()) return handle.createReadStream();
  await handle.close();
  throw notAFile(name);
}

/**
 * Replaces a file, or a range of its lines; creates the file and its folders.
 *
 * @throws WorkspaceError as `readText`
 */
export async function writeText(root: string, path: string, content: string, range: LineRange = {}): Promise<void> {
  const real = await resolveInside(root, path);
  const before = isWholeFile(range) ? null : await loadTextIfPresent(root, real);
  await saveText(root, real, before === null ? content : replaceLines(before, content, range));
}

/**
 * The whole text of the file at a path that `resolveInside` gave.
 *
 * @throws WorkspaceError as `readText`
 */
export async function loadText(root: string, real: string): Promise<string> {
  return await decodeStrictly(await loadBytes(root, real, MAX_TEXT_BYTES), nameInside(root, real));
}

/**
 * As `loadText`, in any encoding that `decodeText` knows.
 *
 * @param maxBytes of the file
 */
export async function loadDecoded(root: string, real: string, maxBytes = MAX_TEXT_BYTES): Promise<string> {
  return decoded(await loadBytes(root, real, maxBytes), nameInside(root, real));
}

/** As `loadDecoded`, but null for a file that does not exist. */
export async function loadDecodedIfPresent(root: string, real: string): Promise<string | null> {
  return await nullIfAbsent(loadDecoded(root, real));
}

/**
 * The text of bytes, wherever they come from.
 *
 * @param name what to call the file, relative to the workspace
 * @throws WorkspaceError `binary_file`
 */
export function decoded(bytes: Uint8Array, name: string): string {
  const text = decodeText(bytes);
  if (text === null) throw binaryFile(name, "a binary file");
  return text;
}

/** As `loadText`, but null for a file that does not exist. */
export async function loadTextIfPresent(root: string, real: string): Promise<string | null> {
  return await nullIfAbsent(loadText(root, real));
}

/**
 * Makes `content` the whole content of the file at a path that `resolveInside` gave; creates it and its folders.
 * The file stays the same one (mode, owner, hard links).
 *
 * @throws WorkspaceError `workspace_removed`, `not_a_file`, `not_a_directory`,
 *   `permission_denied`, `edit_rejected` when the disk is full
 */
export async function saveText(root: string, real: string, content: string): Promise<void> {
  await makeFolders(root, dirname(real));
  await withFile(root, real, constants.O_WRONLY | constants.O_CREAT, async (file) => {
    await file.truncate(0);
    await file.writeFile(content);
  });
}

/** A removed workspace is not created again by a late write: only folders below the root are made. */
export async function makeFolders(root: string, folder: string): Promise<void> {
  if (!existsSync(root)) throw new WorkspaceError("workspace_removed", "The workspace was removed.");
  await mkdir(folder, { recursive: true }).catch((error: unknown) => {
    throw toWorkspaceError(error, nameInside(root, folder));
  });
}

/** Deletes the file at a path that `resolveInside` gave. */
export async function deleteFile(root: string, real: string): Promise<void> {
  await rm(real).catch((error: unknown) => {
    throw toWorkspaceError(error, nameInside(root, real));
  });
}

/** The lines of a text with their line ends, so that joining them gives the text again. */
export function splitLines(text: string): string[] {
  return text.match(/[^\n]*\n|[^\n]+$/g) ?? [];
}

/** `text` with `content` in place of a range of lines; what comes before and the content itself end with a newline. */
export function replaceLines(text: string, content: string, range: LineRange): string {
  const lines = splitLines(text);
  const { start, end } = withinLines(range, lines.length);
  const before = endLine(lines.slice(0, start).join(""));
  return before + endLine(content) + lines.slice(end).join("");
}

function pickLines(text: string, range: LineRange): string {
  if (isWholeFile(range)) return text;
  const lines = splitLines(text);
  const { start, end } = withinLines(range, lines.length);
  return lines.slice(start, end).join("");
}

function isWholeFile({ start = 0, end = -1 }: LineRange): boolean {
  return start <= 0 && end === -1;
}

function withinLines({ start = 0, end = -1 }: LineRange, count: number): { start: number; end: number } {
  const first = Math.min(Math.max(start, 0), count);
  return { start: first, end: end === -1 ? count : Math.min(Math.max(end, first), count) };
}

function endLine(text: string): string {
  return text === "" || text.endsWith("\n") ? text : `${text}\n`;
}

async function nullIfAbsent(loading: Promise<string>): Promise<string | null> {
  try {
    return await loading;
  } catch (error) {
    if (error instanceof WorkspaceError && error.code === "file_not_found") return null;
    throw error;
  }
}

async function withFile<T>(
  root: string,
  real: string,
  flags: number,
  use: (file: FileHandle) => Promise<T>,
): Promise<T> {
  const name = nameInside(root, real);
  try {
    await using file = await openInside(root, real, flags);
    if (!(await file.stat()).isFile()) throw notAFile(name);
    return await use(file);
  } catch (error) {
    throw toWorkspaceError(error, name);
  }
}

/** Reads at most one byte more than is allowed, however long the file is or becomes. */
async function loadBytes(root: string, real: string, maxBytes: number): Promise<Buffer> {
  return await withFile(root, real, constants.O_RDONLY, async (file) => {
    const bytes = await buffer(file.createReadStream({ start: 0, end: maxBytes, autoClose: false }));
    if (bytes.length > maxBytes) throw tooLarge(nameInside(root, real), maxBytes);
    return bytes;
  });
}

/** Strict, so that a file that is saved again after an edit keeps every byte that was not edited. */
async function decodeStrictly(bytes: Buffer, name: string): Promise<string> {
  if (await isBinaryFile(bytes)) throw binaryFile(name, "not UTF-8 text");
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw binaryFile(name, "not UTF-8 text");
  }
}

export function notAFile(name: string): WorkspaceError {
  return new WorkspaceError("not_a_file", `"${name}" is not a regular file. Use the path of a file.`);
}

/** @param maxBytes of what was to be read */
export function tooLarge(name: string, maxBytes: number): WorkspaceError {
  return new WorkspaceError(
    "file_too_large",
    `"${name}" is larger than ${maxBytes / 1024 / 1024} MiB. Look at a part of it with a command, such as "head" or "grep".`,
  );
}

function binaryFile(name: string, what: string): WorkspaceError {
  return new WorkspaceError("binary_file", `"${name}" is ${what}. Look at it with a command, such as "file" or "xxd".`);
}
