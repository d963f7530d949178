import type { Dirent } from "node:fs";
import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import ignore, { type Ignore } from "ignore";
import { loadText } from "./files.ts";
import { nameInside, resolveInside, toWorkspaceError } from "./paths.ts";
import { WorkspaceError } from "./runtime.ts";

/** Names that are never listed, exactly as written (reference/v0-api.md §3.7, `list-files`). */
const HIDDEN = new Set([".git/", ".DS_Store", "node_modules/", "__pycache__/", "lost+found/", ".vscode/"]);

/**
 * The names in a folder, as upstream's `list-files` gives them. Unlike upstream, `.gitignore` files count at every
 * level from the root to the folder, and as git reads them.
 *
 * @param path default the root; the names are prefixed with it as it is given. None when there is no such folder
 * @throws WorkspaceError `not_a_directory`, `path_outside_workspace`
 */
export async function listFolder(root: string, path = ""): Promise<string[]> {
  try {
    return await namesIn(root, path);
  } catch (error) {
    if (error instanceof WorkspaceError && error.code === "file_not_found") return [];
    throw error;
  }
}

async function namesIn(root: string, path: string): Promise<string[]> {
  const folder = await resolveInside(root, path);
  const entries = await entriesOf(root, folder);
  const isIgnored = await ignoreRules(root, folder);
  const prefix = path === "" ? "" : `${path.replace(/\/+$/, "")}/`;
  return entries
    .filter((name) => !HIDDEN.has(name) && !isIgnored(name))
    .toSorted(compareNames)
    .map((name) => prefix + name);
}

/** The tree below a real folder as indented-by-path names, folders ending in `/`; hidden names and links' insides not. */
export async function outline(folder: string, depth: number, prefix = ""): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  const names = entries.filter((entry) => !entry.name.startsWith(".")).map(displayName);
  const levels = names.toSorted(compareNames).map(async (name) => {
    const isOpen = name.endsWith("/") && depth > 1;
    return [prefix + name, ...(isOpen ? await outline(join(folder, name), depth - 1, prefix + name) : [])];
  });
  return (await Promise.all(levels)).flat();
}

/** The names in a folder, those of folders ending in `/`. */
async function entriesOf(root: string, folder: string): Promise<string[]> {
  try {
    const entries = await readdir(folder, { withFileTypes: true });
    return await Promise.all(entries.map((entry) => followedName(root, folder, entry)));
  } catch (error) {
    throw toWorkspaceError(error, nameInside(root, folder));
  }
}

/** A link to a folder counts as a folder, unless it leads out of the workspace. */
async function followedName(root: string, folder: string, entry: Dirent): Promise<string> {
  if (!entry.isSymbolicLink()) return displayName(entry);
  const isFolder = await resolveInside(root, join(folder, entry.name))
    .then(stat)
    .then((found) => found.isDirectory())
    .catch(() => false);
  return isFolder ? `${entry.name}/` : entry.name;
}

function displayName(entry: Dirent): string {
  return entry.isDirectory() ? `${entry.name}/` : entry.name;
}

/** Folders before files, then without regard to case; the exact name decides between `a` and `A`. */
function compareNames(a: string, b: string): number {
  return (
    Number(b.endsWith("/")) - Number(a.endsWith("/")) ||
    compareText(a.toLowerCase(), b.toLowerCase()) ||
    compareText(a, b)
  );
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}

/**
 * What decides whether a name in `folder` is ignored. As in git, the deepest `.gitignore` that says something wins,
 * and nothing inside an ignored folder can be taken back.
 */
async function ignoreRules(root: string, folder: string): Promise<(name: string) => boolean> {
  const steps = nameInside(root, folder)
    .split("/")
    .filter((step) => step !== ".");
  const levels = [await rulesIn(root, root)];
  const isIgnored = (name: string) => {
    const path = [...steps.slice(0, levels.length - 1), name];
    for (const [depth, rules] of [...levels.entries()].toReversed()) {
      const verdict = rules.test(path.slice(depth).join("/"));
      if (verdict.ignored || verdict.unignored) return verdict.ignored;
    }
    return false;
  };
  for (const [depth, step] of steps.entries()) {
    if (isIgnored(`${step}/`)) return () => true;
    levels.push(await rulesIn(root, join(root, ...steps.slice(0, depth + 1))));
  }
  return isIgnored;
}

/** A `.gitignore` that cannot be read as text has no rules. Git on Linux tells case apart, the package does not. */
async function rulesIn(root: string, folder: string): Promise<Ignore> {
  const text = await resolveInside(root, join(folder, ".gitignore"))
    .then((real) => loadText(root, real))
    .catch(() => "");
  return ignore({ ignorecase: false }).add(text);
}
