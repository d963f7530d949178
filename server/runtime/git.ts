import { rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { fileURLToPath } from "node:url";
import { CheckRepoActions, simpleGit, type SimpleGit } from "simple-git";
import { gitEnvironment } from "./environment.ts";
import { WorkspaceError, type CloneOptions, type RepositoryCheck } from "./runtime.ts";

/** How the server's own git runs. */
export interface GitSettings {
  /** Goes over the environment of git, such as a proxy. */
  readonly environment?: Readonly<Record<string, string>> | undefined;
  /** Milliseconds for the answer of a remote. */
  readonly checkTimeoutMs?: number | undefined;
  /** Milliseconds for a whole clone. */
  readonly cloneTimeoutMs?: number | undefined;
  /** Milliseconds for all that one question about changes takes. */
  readonly compareTimeoutMs?: number | undefined;
}

const CHECK_TIMEOUT_MS = 30_000;
const CLONE_TIMEOUT_MS = 10 * 60_000;

/** Git itself waits for ever: less than 1 kB/s for this many seconds is a dead connection. */
const STALLED_SECONDS = 60;

const GUARDED_VARIABLES = ["GIT_TERMINAL_PROMPT", "GIT_ALLOW_PROTOCOL"];

/**
 * Asks a remote for its branches, and says which one a clone would check out.
 *
 * @throws WorkspaceError `repository_unavailable`; the signal's own reason when it was aborted
 */
export async function checkRepository(
  repository: string,
  { branch, signal }: CloneOptions = {},
  settings: GitSettings = {},
): Promise<RepositoryCheck> {
  const url = parseRepository(repository);
  if (branch !== undefined) refuseOddBranch(branch);
  const heads = branch === undefined ? [] : [`refs/heads/${branch}`];
  const answer = await runGit(url, signal, settings.checkTimeoutMs ?? CHECK_TIMEOUT_MS, settings, (git) =>
    git.listRemote(["--symref", "--", url, "HEAD", ...heads]),
  );
  if (branch === undefined) return { branch: /^ref: refs\/heads\/(\S+)\tHEAD$/m.exec(answer)?.[1] ?? null };
  if (!answer.split("\n").some((line) => line.endsWith(`\trefs/heads/${branch}`))) throw noSuchBranch(url, branch);
  return { branch };
}

/**
 * Clones into `folder`, which must not exist, with the whole history. Leaves no folder behind when it fails.
 *
 * @throws WorkspaceError `repository_unavailable`; the signal's own reason when it was aborted
 */
export async function cloneRepository(
  repository: string,
  folder: string,
  { branch, signal }: CloneOptions = {},
  settings: GitSettings = {},
): Promise<void> {
  const url = parseRepository(repository);
  if (branch !== undefined) refuseOddBranch(branch);
  const flags = branch === undefined ? [] : ["--branch", branch];
  try {
    await runGit(url, signal, settings.cloneTimeoutMs ?? CLONE_TIMEOUT_MS, settings, (git) =>
      git.clone(url, folder, ["--quiet", ...flags]),
    );
  } catch (error) {
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
    throw error;
  }
}

/** Whether `folder` is a clone of this repository, whatever token it was fetched with. */
export async function isCloneOf(folder: string, repository: string): Promise<boolean> {
  const git = gitIn(folder, {});
  const isOwn = await git.checkIsRepo(CheckRepoActions.IS_REPO_ROOT).catch(() => false);
  const origin = isOwn ? (await git.getConfig("remote.origin.url", "local")).value : null;
  return origin !== null && withoutSecrets(origin) === withoutSecrets(repository);
}

/**
 * Accepts `https://host/path` and `file:///path`, nothing else: other transports run programs (`ext::`), use the
 * operator's keys (ssh) or send what they carry in the clear (http, git).
 *
 * @throws WorkspaceError `repository_unavailable`
 */
export function parseRepository(repository: string): string {
  // The pattern and not only the parser, which is lenient (it reads "https:///a" as "https://a") where git is not.
  const isPlain = /^(https:\/\/[^/\s]|file:\/\/\/)[^\s\p{Cc}]*$/u.test(repository);
  if (!isPlain || !URL.canParse(repository)) {
    throw new WorkspaceError(
      "repository_unavailable",
      "The repository is not an https:// or file:/// URL. Use one such as https://github.com/owner/name.git.",
    );
  }
  return repository;
}

/** The folder that a `file://` URL names; null for any other. */
export function localFolderOf(url: string): string | null {
  if (!url.startsWith("file:")) return null;
  try {
    return fileURLToPath(url);
  } catch {
    return null;
  }
}

/** Why git failed, from what it printed. Its own text is not passed on: it holds paths of the host and credentials. */
export function explainFailure(printed: string): string {
  if (/could not read (Username|Password)|Authentication failed|returned error: 40[13]/i.test(printed)) {
    return "it does not exist or needs credentials. Check the URL, or add a token with access to it";
  }
  if (/not found|does not exist|does not appear to be a git repository|dubious ownership/i.test(printed)) {
    return "there is no repository that can be read. Check the URL";
  }
  if (/could not resolve host/i.test(printed)) return "its host name is not known. Check the URL";
  if (/unable to access|failed to connect|connection|timed out|too slow/i.test(printed)) {
    return "its host does not answer. Try again later";
  }
  return "git failed. Check that the URL can be cloned";
}

async function runGit<T>(
  url: string,
  signal: AbortSignal | undefined,
  timeoutMs: number,
  settings: GitSettings,
  task: (git: SimpleGit) => Promise<T>,
): Promise<T> {
  const limit = AbortSignal.timeout(timeoutMs);
  try {
    return await task(gitIn(tmpdir(), settings, signal === undefined ? limit : AbortSignal.any([signal, limit])));
  } catch (error) {
    signal?.throwIfAborted();
    const printed = error instanceof Error ? error.message : String(error);
    const branch = /Remote branch (.+) not found/.exec(printed)?.[1];
    if (branch !== undefined) throw noSuchBranch(url, branch);
    const reason = limit.aborted
      ? `it took longer than ${timeoutMs / 1000} seconds. Try again later`
      : explainFailure(printed);
    throw unavailable(url, reason, printed);
  }
}

function gitIn(folder: string, { environment }: GitSettings, abort?: AbortSignal): SimpleGit {
  const git = simpleGit(folder, {
    allowEnvironment: GUARDED_VARIABLES,
    config: ["http.lowSpeedLimit=1000", `http.lowSpeedTime=${STALLED_SECONDS}`],
    ...(abort && { abort }),
  });
  return git.env(gitEnvironment(environment));
}

/** What git would refuse as a name, and what it would read as an option or a pattern. */
function refuseOddBranch(branch: string): void {
  if (/^[^-\s~^:?*[\\\p{Cc}][^\s~^:?*[\\\p{Cc}]*$/u.test(branch) && !branch.includes("..")) return;
  throw new WorkspaceError("repository_unavailable", "The branch is not a branch name of git. Use one such as main.");
}

function noSuchBranch(url: string, branch: string): WorkspaceError {
  return unavailable(url, `it has no branch "${branch}". Use one that exists, or none for its default branch`);
}

/** The library's own error is no cause: it carries the arguments of git, and so the token in the URL, into the log. */
function unavailable(url: string, reason: string, printed?: string): WorkspaceError {
  const cause =
    printed === undefined ? {} : { cause: new Error(printed.replaceAll(/(?<=\/\/)[^/\s]*@|\?[^\s']*/g, "")) };
  return new WorkspaceError("repository_unavailable", `${withoutSecrets(url)} cannot be cloned: ${reason}.`, cause);
}

/** User, password and query may be tokens. */
function withoutSecrets(url: string): string {
  return url.replace(/^(https:\/\/)[^/]*@/, "$1").replace(/[?#].*$/, "");
}
