import type { Dirent } from "node:fs";
import { readdir, stat } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { loadDecoded, loadDecodedIfPresent } from "./files.ts";
import { isInside, resolveInside } from "./paths.ts";
import { WorkspaceError } from "./runtime.ts";

/** A git repository with a working tree, all of it in the workspace. */
export interface Repository {
  /** Of the working tree. All folders are real paths. */
  readonly folder: string;
  /** Holds HEAD and the index. */
  readonly gitDir: string;
  /** Holds the rest: another folder than `gitDir` in a linked worktree. */
  readonly commonDir: string;
  readonly objects: string;
  /** What HEAD says: `ref: refs/heads/…` or a commit. */
  readonly head: string;
}

const MAX_DEPTH = 10;
const MAX_FOLDERS = 10_000;
const MAX_REPOSITORIES = 100;

/** Folders whose insides are many and nobody's work. */
const SKIPPED = new Set([".git", "node_modules"]);

const MAX_BORROWED = 16;

/** The repositories whose working trees are at or below the root, outermost first: the first 100, ten levels down. */
export async function repositoriesIn(root: string): Promise<Repository[]> {
  const found: Repository[] = [];
  let seen = 0;
  let level = [root];
  for (let depth = 0; level.length > 0 && depth <= MAX_DEPTH; depth += 1) {
    seen += level.length;
    const looks = await Promise.all(level.map((folder) => lookAt(root, folder)));
    found.push(...looks.flatMap(({ repository }) => repository ?? []));
    level = looks.flatMap(({ folders }) => folders).slice(0, MAX_FOLDERS - seen);
  }
  return found.slice(0, MAX_REPOSITORIES);
}

/** The repository whose working tree is the folder, or the closest one above it in the workspace. */
export async function repositoryAround(root: string, folder: string): Promise<Repository | null> {
  for (let current = folder; isInside(root, current); current = dirname(current)) {
    const repository = await repositoryAt(root, current);
    if (repository !== null) return repository;
  }
  return null;
}

async function lookAt(root: string, folder: string) {
  const entries: Dirent[] = await readdir(folder, { withFileTypes: true }).catch(() => []);
  const hasGit = entries.some(({ name }) => name === ".git");
  return {
    repository: hasGit ? await repositoryAt(root, folder) : null,
    folders: entries
      .filter((entry) => entry.isDirectory() && !SKIPPED.has(entry.name))
      .map(({ name }) => join(folder, name)),
  };
}

/** Null where there is none, and where a part of it is outside of the workspace: its files would be another's. */
async function repositoryAt(root: string, folder: string): Promise<Repository | null> {
  try {
    const gitDir = await gitDirOf(root, folder);
    const commonDir = await namedIn(root, gitDir, "commondir", gitDir);
    const head = (await loadDecoded(root, await resolveInside(root, join(gitDir, "HEAD")))).trim();
    const objects = await resolveInside(root, join(commonDir, "objects"));
    if (!/^(ref: refs\/\S+|[0-9a-f]{40,64})$/.test(head) || !(await isFolder(objects))) return null;
    await refuseForeignObjects(root, objects);
    return { folder, gitDir, commonDir, objects, head };
  } catch (error) {
    if (error instanceof WorkspaceError) return null;
    throw error;
  }
}

/** `.git` is a folder, or a file that names one (https://git-scm.com/docs/gitrepository-layout). */
async function gitDirOf(root: string, folder: string): Promise<string> {
  const real = await resolveInside(root, join(folder, ".git"));
  if (await isFolder(real)) return real;
  const named = /^gitdir: (.+)$/m.exec(await loadDecoded(root, real))?.[1] ?? "";
  return await resolveInside(root, resolve(folder, named));
}

/** The folder that a file in `folder` names; `otherwise` when there is no such file. */
async function namedIn(root: string, folder: string, file: string, otherwise: string): Promise<string> {
  const text = await loadDecodedIfPresent(root, await resolveInside(root, join(folder, file)));
  return text === null ? otherwise : await resolveInside(root, resolve(folder, text.trim()));
}

/** @throws WorkspaceError when objects are borrowed from outside, which `git clone --shared` does */
async function refuseForeignObjects(root: string, objects: string, seen = new Set<string>()): Promise<void> {
  if (seen.has(objects)) return;
  if (seen.size > MAX_BORROWED) throw foreign();
  seen.add(objects);
  const list = await resolveInside(root, join(objects, "info/alternates"));
  const text = (await loadDecodedIfPresent(root, list)) ?? "";
  for (const line of text.split("\n")) {
    if (line === "" || line.startsWith("#")) continue;
    // Git reads what is in quotes with escapes, and so as another path.
    if (line.startsWith('"')) throw foreign();
    await refuseForeignObjects(root, await resolveInside(root, resolve(objects, line)), seen);
  }
}

function foreign(): WorkspaceError {
  return new WorkspaceError("path_outside_workspace", "The repository borrows objects from elsewhere.");
}

async function isFolder(real: string): Promise<boolean> {
  return await stat(real).then(
    (found) => found.isDirectory(),
    () => false,
  );
}
