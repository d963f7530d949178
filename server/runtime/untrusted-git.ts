import { constants, createWriteStream } from "node:fs";
import { mkdir, mkdtemp, readdir, rm, symlink, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { execa } from "execa";
import { gitEnvironment } from "./environment.ts";
import { loadDecodedIfPresent } from "./files.ts";
import { nameInside, openInside, resolveInside, toWorkspaceError } from "./paths.ts";
import type { Repository } from "./repositories.ts";
import { WorkspaceError } from "./runtime.ts";

/** Git on one repository of a workspace. */
export interface UntrustedGit {
  readonly repository: Repository;
  /** Whether the repository knows a remote of that name. */
  readonly hasOrigin: boolean;

  /**
   * What git prints, and whether it succeeded.
   *
   * @throws WorkspaceError `file_too_large` when it prints more than `maxBytes`; the signal's own reason when it was
   *   aborted
   */
  attempt(args: readonly string[], options?: GitRunOptions): Promise<GitResult>;

  /**
   * What git prints.
   *
   * @throws WorkspaceError `git_failed` when git fails, and as `attempt`
   */
  run(args: readonly string[], options?: GitRunOptions): Promise<Buffer>;
}

export interface GitRunOptions {
  /** For its stdin. */
  readonly input?: Uint8Array | undefined;
  /** Default 16 MiB, some 200,000 paths. */
  readonly maxBytes?: number | undefined;
}

export interface GitResult {
  readonly succeeded: boolean;
  readonly printed: Buffer;
  readonly complaint: string;
}

const MAX_OUTPUT_BYTES = 16 * 1024 * 1024;

/** What of a repository's folder git gets to see, besides objects, HEAD and the index. */
const SHARED = ["refs", "packed-refs", "reftable", "shallow", "info/exclude"];

/** What of a repository's settings git gets to see: how files are compared and stored. None names a program. */
const KNOWN_SETTINGS = new Set([
  "core.autocrlf",
  "core.eol",
  "core.filemode",
  "core.ignorecase",
  "core.precomposeunicode",
  "core.symlinks",
  "extensions.objectformat",
  "extensions.refstorage",
]);

/** A second line of defence: none of it can be set, since the settings of the repository are not read. */
const GUARDS = ["-c", "core.fsmonitor=false", "-c", "core.hooksPath=/dev/null", "--literal-pathspecs", "--no-pager"];

type Setting = readonly [key: string, value: string];

/**
 * Lends git for a repository that someone else may have prepared, for as long as `task` takes.
 *
 * Settings of a repository run programs: `core.fsmonitor`, `filter.*.clean`, `diff.*.textconv`, the remote of a partial
 * clone, and more with each version of git. So git gets a folder of our own in place of `.git`: objects and refs are
 * links to the repository's, the index is a copy, and of the settings there are `KNOWN_SETTINGS` alone. That also writes
 * nothing to the workspace, and locks no index that a command may want.
 *
 * A command can put links into `objects` or `refs` that lead out of the workspace; git follows those. Where commands
 * are confined, this must be too.
 *
 * @param environment the operator's, as for `gitEnvironment`
 */
export async function withUntrustedGit<T>(
  root: string,
  repository: Repository,
  environment: Readonly<Record<string, string>> | undefined,
  signal: AbortSignal,
  task: (git: UntrustedGit) => Promise<T>,
): Promise<T> {
  const gitDir = await mkdtemp(join(tmpdir(), "openhands-git-"));
  const env = {
    ...gitEnvironment(environment),
    GIT_DIR: gitDir,
    GIT_WORK_TREE: repository.folder,
    GIT_INDEX_FILE: join(gitDir, "index"),
    GIT_CONFIG_NOSYSTEM: "1",
    GIT_ATTR_NOSYSTEM: "1",
    GIT_NO_LAZY_FETCH: "1",
    GIT_ALLOW_PROTOCOL: "", // No transport at all.
  };
  const git = (args: readonly string[], options?: GitRunOptions) =>
    runGit(root, repository, args, env, signal, options);
  try {
    const settings = await readSettings(root, repository, git);
    await mimic(root, repository, gitDir, settings);
    return await task({
      repository,
      hasOrigin: settings.some(([key]) => key.startsWith("remote.origin.")),
      attempt: git,
      run: (args, options) => succeed(root, repository, git(args, options)),
    });
  } finally {
    await rm(gitDir, { recursive: true, force: true, maxRetries: 3 });
  }
}

/** The items that git prints with `-z`. */
export function splitItems(printed: Buffer): string[] {
  return printed.toString().split("\0").slice(0, -1);
}

/** Git reads the text, as stdin, and no file that it includes. */
async function readSettings(root: string, repository: Repository, git: UntrustedGit["attempt"]): Promise<Setting[]> {
  const file = await resolvePart(root, repository.commonDir, "config");
  const text = (await loadDecodedIfPresent(root, file)) ?? "";
  const args = ["config", "--file", "-", "--no-includes", "--null", "--list"];
  const printed = await succeed(root, repository, git(args, { input: Buffer.from(text) }));
  return splitItems(printed).map((item) => {
    const end = item.indexOf("\n"); // None after a key without a value, which means true.
    return end === -1 ? [item, "true"] : [item.slice(0, end), item.slice(end + 1)];
  });
}

/** Makes `gitDir` what git takes for the repository. */
async function mimic(root: string, repository: Repository, gitDir: string, settings: Setting[]): Promise<void> {
  await mkdir(join(gitDir, "info"));
  await writeFile(join(gitDir, "HEAD"), `${repository.head}\n`);
  await writeFile(join(gitDir, "config"), configOf(settings));
  await symlink(repository.objects, join(gitDir, "objects"));
  for (const name of SHARED) {
    await symlink(await resolvePart(root, repository.commonDir, name), join(gitDir, name));
  }
  const names = await readdir(repository.gitDir).catch(() => []); // A command may have deleted it just now.
  for (const name of names.filter((one) => one.startsWith("sharedindex."))) {
    await symlink(await resolvePart(root, repository.gitDir, name), join(gitDir, name));
  }
  await copyIndex(root, await resolvePart(root, repository.gitDir, "index"), join(gitDir, "index"));
}

/** Where a part of the repository really is. Messages call it by its path in the workspace. */
async function resolvePart(root: string, folder: string, name: string): Promise<string> {
  return await resolveInside(root, nameInside(root, join(folder, name)));
}

function configOf(settings: readonly Setting[]): string {
  const known = settings.filter(([key, value]) => KNOWN_SETTINGS.has(key) && /^\w+$/.test(value));
  const version = known.some(([key]) => key.startsWith("extensions.")) ? 1 : 0;
  const lines = known.map(([key, value]) => {
    const [section, name] = key.split(".");
    return `[${section}]\n\t${name} = ${value}\n`;
  });
  return `[core]\n\tbare = false\n\trepositoryformatversion = ${version}\n${lines.join("")}`;
}

/**
 * The copy is dated a little before the original: git trusts a file's date only when it is older than the index, and a
 * file that was changed right after the index was written must not look so.
 */
async function copyIndex(root: string, from: string, to: string): Promise<void> {
  try {
    await using index = await openInside(root, from, constants.O_RDONLY);
    const { mtimeMs, size } = await index.stat();
    if (size === 0) return;
    await pipeline(index.createReadStream({ start: 0, end: size - 1, autoClose: false }), createWriteStream(to));
    const seconds = Math.floor(mtimeMs - 1) / 1000;
    await utimes(to, seconds, seconds);
  } catch (error) {
    const translated = toWorkspaceError(error, nameInside(root, from));
    if (translated instanceof WorkspaceError && translated.code === "file_not_found") return; // Nothing was ever added.
    throw translated;
  }
}

async function runGit(
  root: string,
  repository: Repository,
  args: readonly string[],
  env: Record<string, string>,
  signal: AbortSignal,
  { input, maxBytes = MAX_OUTPUT_BYTES }: GitRunOptions = {},
): Promise<GitResult> {
  signal.throwIfAborted();
  const result = await execa("git", [...GUARDS, ...args], {
    cwd: repository.folder,
    env,
    extendEnv: false,
    encoding: "buffer",
    stripFinalNewline: false,
    maxBuffer: maxBytes,
    cancelSignal: signal,
    killDescendants: true,
    reject: false,
    ...(input === undefined ? { stdin: "ignore" } : { input }),
  });
  signal.throwIfAborted();
  if (result.isMaxBuffer) {
    throw new WorkspaceError(
      "file_too_large",
      `Git has more than ${maxBytes / 1024 / 1024} MiB to show of "${nameInside(root, repository.folder)}". Look at a part of it with a command, such as "git diff".`,
    );
  }
  return {
    succeeded: !result.failed,
    printed: Buffer.from(result.stdout),
    complaint: Buffer.from(result.stderr).toString() || result.shortMessage || "",
  };
}

/** What git printed goes to the log only: it holds paths of the host. */
async function succeed(root: string, repository: Repository, attempt: Promise<GitResult>): Promise<Buffer> {
  const { succeeded, printed, complaint } = await attempt;
  if (succeeded) return printed;
  throw new WorkspaceError(
    "git_failed",
    `Git cannot read the repository in "${nameInside(root, repository.folder)}". Check it with a command, such as "git status" or "git fsck".`,
    { cause: new Error(complaint) },
  );
}
