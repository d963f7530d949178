import { constants, existsSync } from "node:fs";
import { open, readlink, rename, type FileHandle } from "node:fs/promises";
import { basename, dirname, isAbsolute, join, relative, resolve, sep } from "node:path";
import { WorkspaceError } from "./runtime.ts";

/** As many as Linux follows (path_resolution(7)). */
const MAX_LINKS = 40;

/**
 * The real path of `path` in the workspace at `root` (itself a real path). What does not exist yet is placed below the
 * real path of its deepest existing ancestor. Every link on the way is followed here, one by one, and a link that
 * leaves the workspace is refused even if it would come back.
 *
 * @throws WorkspaceError `path_outside_workspace`, `file_not_found` (links in a circle, name too long),
 *   `permission_denied`
 */
export async function resolveInside(root: string, path: string): Promise<string> {
  const pending = namesInside(root, path);
  let current = root;
  let links = 0;
  for (let name = pending.shift(); name !== undefined; name = pending.shift()) {
    current = name === ".." ? dirname(current) : join(current, name);
    if (!isInside(root, current)) throw outside(path);
    const target = name === ".." ? null : await linkTarget(current, path);
    if (target === null) continue;
    links += 1;
    if (links > MAX_LINKS) throw circle(path);
    if (isAbsolute(target) && !isInside(root, target)) throw outside(path);
    current = isAbsolute(target) ? root : dirname(current);
    pending.unshift(...names(isAbsolute(target) ? target.slice(root.length) : target));
  }
  return current;
}

/**
 * Opens a path that `resolveInside` gave. A link or a FIFO that took the file's place in between is not followed and
 * not waited for, and a folder on the way that did is noticed after opening (Linux: the descriptor knows its path).
 *
 * @param flags `constants.O_*` of node:fs
 * @throws WorkspaceError `path_outside_workspace`, or the file system's own error
 */
export async function openInside(root: string, real: string, flags: number): Promise<FileHandle> {
  const handle = await open(real, flags | constants.O_NOFOLLOW | constants.O_NONBLOCK, 0o666);
  try {
    const opened = await readlink(`/proc/self/fd/${handle.fd}`).catch(() => real);
    if (!isInside(root, opened)) throw outside(relative(root, real));
    return handle;
  } catch (error) {
    await handle.close();
    throw error;
  }
}

/**
 * Moves a file of this machine to a path that `resolveInside` gave, in place of a file there. A link that took the place
 * of its folder meanwhile is not followed out of the workspace.
 *
 * @param from on the same file system
 * @throws as `openInside`
 */
export async function moveInside(root: string, from: string, real: string): Promise<void> {
  await using folder = await openInside(root, dirname(real), constants.O_RDONLY | constants.O_DIRECTORY);
  await rename(from, join(pathOf(folder, dirname(real)), basename(real)));
}

/** A path to what is open that no link can redirect (Linux); elsewhere the path it was opened by. */
export function pathOf(handle: FileHandle, real: string): string {
  const magic = `/proc/self/fd/${handle.fd}`;
  return existsSync(magic) ? magic : real;
}

/** Whether `absolute`, taken literally, is `root` or below it. */
export function isInside(root: string, absolute: string): boolean {
  return absolute === root || absolute.startsWith(root + sep);
}

/** How messages call a path: relative to the workspace, and `.` for its root. */
export function nameInside(root: string, absolute: string): string {
  return relative(root, absolute) || ".";
}

/**
 * A file system error as a WorkspaceError whose message names `name` and no path of the host; anything else unchanged.
 *
 * @param name what to call the file, relative to the workspace
 */
export function toWorkspaceError(error: unknown, name: string): unknown {
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  switch (code) {
    case "ENOENT":
      return new WorkspaceError(
        "file_not_found",
        `"${name}" does not exist in the workspace. List its folder to see what does.`,
        { cause: error },
      );
    case "ENOTDIR":
    case "EEXIST": // From making a folder where there is a file.
      return new WorkspaceError(
        "not_a_directory",
        `A part of "${name}" is a file, not a folder. Use a path through folders only.`,
        { cause: error },
      );
    case "EISDIR":
    case "ENXIO":
      return new WorkspaceError("not_a_file", `"${name}" is not a regular file. Use the path of a file.`, {
        cause: error,
      });
    case "ELOOP":
      return new WorkspaceError(
        "path_outside_workspace",
        `"${name}" became a symbolic link. Use a path that is not changing.`,
        { cause: error },
      );
    case "ENAMETOOLONG":
      return new WorkspaceError(
        "file_not_found",
        `The path has a part that is too long. Use names of at most 255 bytes.`,
        { cause: error },
      );
    case "EACCES":
    case "EPERM":
    case "EROFS":
      return new WorkspaceError(
        "permission_denied",
        `"${name}" may not be accessed. Change its permissions with a command first.`,
        { cause: error },
      );
    case "ENOSPC":
    case "EDQUOT":
      return new WorkspaceError(
        "edit_rejected",
        `"${name}" was not written: the disk is full. Delete files that are not needed.`,
        { cause: error },
      );
    default:
      return error;
  }
}

/** The names below `root` that lead to `path`, which is taken literally here: `..` is resolved before links are. */
function namesInside(root: string, path: string): string[] {
  if (path.includes("\0")) {
    throw new WorkspaceError("path_outside_workspace", "The path has a NUL character. Use a path without it.");
  }
  const absolute = resolve(root, path);
  if (!isInside(root, absolute)) throw outside(path);
  return names(relative(root, absolute));
}

function names(path: string): string[] {
  return path.split(sep).filter((name) => name !== "" && name !== ".");
}

/** What the link at `absolute` says; null when there is no link, whether or not there is anything else. */
async function linkTarget(absolute: string, path: string): Promise<string | null> {
  try {
    return await readlink(absolute);
  } catch (error) {
    const code = error instanceof Error && "code" in error ? error.code : undefined;
    if (code === "EINVAL" || code === "ENOENT" || code === "ENOTDIR") return null;
    throw toWorkspaceError(error, path);
  }
}

function outside(path: string): WorkspaceError {
  return new WorkspaceError(
    "path_outside_workspace",
    `"${path}" leads out of the workspace. Use a path inside it, such as "src/main.py".`,
  );
}

function circle(path: string): WorkspaceError {
  return new WorkspaceError(
    "file_not_found",
    `"${path}" leads through symbolic links in a circle. Remove one of them.`,
  );
}
