import { lstat, readlink } from "node:fs/promises";
import { basename, dirname, join, relative, resolve } from "node:path";
import type { GitSettings } from "./git.ts";
import { decoded, loadDecoded, notAFile, tooLarge } from "./files.ts";
import { isInside, nameInside, resolveInside, toWorkspaceError } from "./paths.ts";
import { repositoriesIn, repositoryAround, type Repository } from "./repositories.ts";
import { WorkspaceError, type FileChange, type FileDiff, type FileStatus } from "./runtime.ts";
import { splitItems, withUntrustedGit, type UntrustedGit } from "./untrusted-git.ts";

/** Bytes of the largest file that is shown before and after (reference/v0-api.md §3.7, `git/diff`). */
export const MAX_DIFF_BYTES = 1024 * 1024;

const COMPARE_TIMEOUT_MS = 30_000;

/** The name that HEAD and the branches of `origin` may have, in the order in which they are asked for. */
const DEFAULT_BRANCHES = ["HEAD", "main", "master"];

/**
 * How the files of a workspace differ from the base of their repository; null without one.
 *
 * @throws WorkspaceError `git_failed`, `file_too_large`; the signal's own reason when it was aborted
 */
export async function listChanges(
  root: string,
  settings: GitSettings,
  signal: AbortSignal,
): Promise<FileChange[] | null> {
  const repositories = await repositoriesIn(root);
  if (repositories.length === 0) return null;
  const changes = await inTime(settings, signal, async (limit) => {
    const all: FileChange[] = [];
    for (const repository of repositories) {
      const own = await withUntrustedGit(root, repository, settings.environment, limit, changesIn);
      all.push(...withoutNested(root, repository, repositories, own));
    }
    return all;
  });
  return changes.toSorted((a, b) => (a.path < b.path ? -1 : Number(a.path > b.path)));
}

/**
 * The text of a file in the base of its repository, and now.
 *
 * @throws WorkspaceError `not_a_repository`, `file_not_found`, `not_a_file`, `file_too_large`, `binary_file`,
 *   `path_outside_workspace`, `git_failed`; the signal's own reason when it was aborted
 */
export async function diffFile(
  root: string,
  path: string,
  settings: GitSettings,
  signal: AbortSignal,
): Promise<FileDiff> {
  const real = await resolveParent(root, path);
  const name = nameInside(root, real);
  if (real === root) throw notAFile(name);
  const repository = await repositoryAround(root, dirname(real));
  if (repository === null) throw noRepository(name);
  const original = await inTime(settings, signal, (limit) =>
    withUntrustedGit(root, repository, settings.environment, limit, (git) => originalOf(git, real, name)),
  );
  const modified = await currentText(root, real, original !== null);
  if (modified === null && original === null) {
    throw new WorkspaceError(
      "file_not_found",
      `"${name}" exists neither in the workspace nor in the commit that it is compared with. List the changes to see what does.`,
    );
  }
  return { modified: modified ?? "", original: original ?? "" };
}

/** Every question about changes has an end, however large the repository is or whatever was put into it. */
async function inTime<T>(
  { compareTimeoutMs = COMPARE_TIMEOUT_MS }: GitSettings,
  signal: AbortSignal,
  ask: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const limit = AbortSignal.timeout(compareTimeoutMs);
  try {
    return await ask(AbortSignal.any([signal, limit]));
  } catch (error) {
    signal.throwIfAborted();
    if (!limit.aborted) throw error;
    throw new WorkspaceError(
      "git_failed",
      `Git took longer than ${compareTimeoutMs / 1000} seconds. Look at the changes with a command, such as "git status".`,
      { cause: error },
    );
  }
}

async function changesIn(git: UntrustedGit): Promise<FileChange[]> {
  const base = (await baseOf(git)) ?? (await emptyTree(git));
  const { untracked, unmerged } = await listSpecial(git);
  const tracked = await compare(git, base);
  // Taken out of the index but still there: neither deleted nor new. Put back (into the copy), git tells how it differs.
  const kept = [...tracked.keys()].filter((path) => tracked.get(path) === "D" && untracked.has(path));
  for (const path of kept) untracked.delete(path);
  const statuses = kept.length === 0 ? tracked : await compareWith(git, base, kept);
  for (const path of untracked) if (!path.endsWith("/")) statuses.set(path, "A"); // A slash: a repository of its own.
  for (const path of unmerged) statuses.set(path, "U");
  return [...statuses].map(([path, status]) => ({ status, path }));
}

/** The files that git keeps no version of, and those that it keeps several of: a comparison shows neither as that. */
async function listSpecial(git: UntrustedGit): Promise<{ untracked: Set<string>; unmerged: Set<string> }> {
  const items = splitItems(await git.run(["ls-files", "-z", "-t", "--others", "--unmerged", "--exclude-standard"]));
  return {
    untracked: new Set(items.flatMap((item) => (item.startsWith("? ") ? item.slice(2) : []))),
    unmerged: new Set(items.flatMap((item) => /^M \d+ \w+ \d\t([^]+)$/.exec(item)?.[1] ?? [])),
  };
}

async function compareWith(git: UntrustedGit, base: string, paths: readonly string[]) {
  const input = Buffer.from(paths.map((path) => `${path}\0`).join(""));
  await git.run(["update-index", "--add", "--info-only", "-z", "--stdin"], { input });
  return await compare(git, base);
}

async function compare(git: UntrustedGit, base: string): Promise<Map<string, FileStatus>> {
  const flags = ["--name-status", "-z", "--no-renames", "--no-ext-diff", "--no-textconv", "--ignore-submodules=all"];
  const items = splitItems(await git.run(["diff", ...flags, base, "--"]));
  const statuses = new Map<string, FileStatus>();
  for (let at = 0; at + 1 < items.length; at += 2) statuses.set(items[at + 1] ?? "", statusOf(items[at] ?? ""));
  return statuses;
}

/** `T` is a file that became a link, or the reverse. */
function statusOf(letter: string): FileStatus {
  return letter === "A" || letter === "D" ? letter : "M";
}

/** The commit that a repository is compared with; null is the empty tree. */
async function baseOf(git: UntrustedGit): Promise<string | null> {
  if (!git.hasOrigin) return await commitAt(git, "HEAD");
  const branch = /^ref: refs\/heads\/(.+)$/.exec(git.repository.head)?.[1];
  const pushed = branch === undefined ? null : await commitAt(git, `refs/remotes/origin/${branch}`);
  if (pushed !== null) return pushed;
  for (const name of DEFAULT_BRANCHES) {
    const tip = await commitAt(git, `refs/remotes/origin/${name}`);
    if (tip !== null) return (await firstLine(git, ["merge-base", "HEAD", tip])) ?? tip;
  }
  return null;
}

async function commitAt(git: UntrustedGit, ref: string): Promise<string | null> {
  return await firstLine(git, ["rev-parse", "--verify", "--quiet", `${ref}^{commit}`]);
}

/** Git knows it without storing it; its name depends on the hash. */
async function emptyTree(git: UntrustedGit): Promise<string> {
  return (await git.run(["hash-object", "-t", "tree", "--stdin"], { input: Buffer.alloc(0) })).toString().trim();
}

async function firstLine(git: UntrustedGit, args: readonly string[]): Promise<string | null> {
  const { succeeded, printed } = await git.attempt(args);
  return succeeded ? (printed.toString().split("\n")[0] ?? null) : null;
}

/** Their paths from the root, without what belongs to a repository further in. */
function withoutNested(
  root: string,
  { folder }: Repository,
  repositories: readonly Repository[],
  changes: readonly FileChange[],
): FileChange[] {
  const nested = repositories
    .map((other) => other.folder)
    .filter((other) => other !== folder && isInside(folder, other));
  return changes
    .map(({ status, path }) => ({ status, real: join(folder, path) }))
    .filter(({ real }) => !nested.some((other) => isInside(other, real)))
    .map(({ status, real }) => ({ status, path: nameInside(root, real) }));
}

/** The text in the base; null when it has no such file. Line ends and encoding are those of the working tree. */
async function originalOf(git: UntrustedGit, real: string, name: string): Promise<string | null> {
  const base = await baseOf(git);
  if (base === null) return null;
  const path = relative(git.repository.folder, real);
  const [listed] = splitItems(await git.run(["ls-tree", "-z", "--long", "--full-tree", base, "--", path]));
  const [, type, size] = /^\d+ (\w+) \w+ +(\S+)\t/.exec(listed ?? "") ?? [];
  if (type !== "blob") return null;
  if (Number(size) > MAX_DIFF_BYTES) throw tooLarge(name, MAX_DIFF_BYTES);
  return decoded(await git.run(["cat-file", "--filters", `${base}:${path}`], { maxBytes: 2 * MAX_DIFF_BYTES }), name);
}

/** The text now; null when there is no such file. Where there was one, a folder in its place is none. */
async function currentText(root: string, real: string, wasFile: boolean): Promise<string | null> {
  const name = nameInside(root, real);
  try {
    const found = await lstat(real);
    if (wasFile && found.isDirectory()) return null;
    if (found.isSymbolicLink()) return await readlink(real);
    return await loadDecoded(root, real, MAX_DIFF_BYTES);
  } catch (error) {
    const translated = toWorkspaceError(error, name);
    if (!(translated instanceof WorkspaceError)) throw translated;
    if (translated.code === "file_not_found" || translated.code === "not_a_directory") return null;
    throw translated;
  }
}

/** As `resolveInside`, but a link at the end of the path is meant itself: git has it as a file. */
async function resolveParent(root: string, path: string): Promise<string> {
  const literal = relative(root, resolve(root, path));
  if (/^(\.\.(\/|$)|$)/.test(literal) || path.includes("\0")) return await resolveInside(root, path);
  return join(await resolveInside(root, dirname(literal)), basename(literal));
}

function noRepository(name: string): WorkspaceError {
  return new WorkspaceError(
    "not_a_repository",
    `"${name}" is in no git repository, so there is nothing to compare it with. Clone one, or make one with "git init".`,
  );
}
