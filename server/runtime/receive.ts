import { randomUUID } from "node:crypto";
import { createWriteStream, type Stats } from "node:fs";
import { chmod, lstat, readdir, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { makeFolders, notAFile } from "./files.ts";
import { moveInside, nameInside, resolveInside, toWorkspaceError } from "./paths.ts";
import { WorkspaceError, type ReceiveOptions } from "./runtime.ts";

/** No conversation id has a dot, so this is never a workspace. */
const PART = ".upload";

/**
 * Stores bytes as a file, all or nothing. They are gathered beside the workspace, on the same file system: what is half
 * there is in nobody's list, archive or commit.
 *
 * @param alone does the last step while no other change is made to the workspace
 * @throws WorkspaceError `file_too_large`, `not_a_file`, `not_a_directory`, `path_outside_workspace`, …; the signal's own
 *   reason when it was aborted; the error of `content` as it is
 */
export async function receiveFile(
  root: string,
  path: string,
  content: AsyncIterable<Uint8Array>,
  { maxBytes = Infinity, signal }: ReceiveOptions,
  alone: (step: () => Promise<void>) => Promise<void>,
): Promise<number> {
  // One that breaks before it is read would end the process.
  if (content instanceof Readable) content.on("error", () => {});
  signal?.throwIfAborted();
  const real = await resolveInside(root, path);
  await fileToReplace(root, real);
  const part = `${root}.${randomUUID()}${PART}`;
  try {
    const received = await gather(content, part, { maxBytes, signal }, nameInside(root, real));
    await alone(() => place(root, path, part));
    return received;
  } finally {
    await rm(part, { force: true });
  }
}

/** Deletes what a process that was killed had received. Only while nothing is being received. */
export async function deleteParts(directory: string): Promise<void> {
  const parts = (await readdir(directory)).filter((name) => name.endsWith(PART));
  await Promise.all(parts.map((name) => rm(join(directory, name), { force: true })));
}

async function gather(
  content: AsyncIterable<Uint8Array>,
  part: string,
  { maxBytes, signal }: { maxBytes: number; signal: AbortSignal | undefined },
  name: string,
): Promise<number> {
  let received = 0;
  let ofContent: unknown;
  async function* limited(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
    try {
      for await (const chunk of chunks) {
        received += chunk.length;
        if (received > maxBytes) throw tooLarge(name, maxBytes);
        yield chunk;
      }
    } catch (error) {
      ofContent = error;
      throw error;
    }
  }
  try {
    await pipeline(content, limited, createWriteStream(part), { ...(signal && { signal }) });
    return received;
  } catch (error) {
    signal?.throwIfAborted();
    throw error === ofContent ? error : toWorkspaceError(error, name);
  }
}

/** Looks at the path again: the workspace may have changed while the bytes came in. */
async function place(root: string, path: string, part: string): Promise<void> {
  const real = await resolveInside(root, path);
  await makeFolders(root, dirname(real));
  const replaced = await fileToReplace(root, real);
  if (replaced !== null) await chmod(part, replaced.mode & 0o777);
  await moveInside(root, part, real).catch((error: unknown) => {
    throw toWorkspaceError(error, nameInside(root, real));
  });
}

/** Null when there is none. A link is not met here: `resolveInside` followed it. */
async function fileToReplace(root: string, real: string): Promise<Stats | null> {
  const name = nameInside(root, real);
  const found = await lstat(real).catch((error: unknown) => {
    const translated = toWorkspaceError(error, name);
    if (translated instanceof WorkspaceError && translated.code === "file_not_found") return null;
    throw translated;
  });
  if (found !== null && !found.isFile()) throw notAFile(name);
  return found;
}

function tooLarge(name: string, maxBytes: number): WorkspaceError {
  return new WorkspaceError("file_too_large", `"${name}" is larger than ${maxBytes} bytes. Upload a smaller file.`);
}
