import { createHash } from "node:crypto";
import { once } from "node:events";
import { chmod, mkdir, readdir, realpath, rename, rm, stat } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import type { Readable } from "node:stream";
import { execa } from "execa";
import { createLocks } from "../locks.ts";
import { diffFile, listChanges } from "./changes.ts";
import { runCommand } from "./commands.ts";
import { createEditHistory } from "./edit-history.ts";
import { applyEdit } from "./edits.ts";
import { commandEnvironment } from "./environment.ts";
import { readBytes, readDecoded, readText, writeText } from "./files.ts";
import {
  checkRepository,
  cloneRepository,
  isCloneOf,
  localFolderOf,
  parseRepository,
  type GitSettings,
} from "./git.ts";
import { listFolder } from "./listing.ts";
import { listeningPorts } from "./listening.ts";
import { findMarked, killMarked } from "./processes.ts";
import { deleteParts, receiveFile } from "./receive.ts";
import { isInside, nameInside, resolveInside, toWorkspaceError } from "./paths.ts";
import { WorkspaceError, type CloneOptions, type Runtime, type RunOptions, type Workspace } from "./runtime.ts";
import { zipFolder } from "./zip.ts";

export interface LocalRuntimeOptions extends GitSettings {
  /** Holds one folder per sandbox, named by its id; created when absent. */
  readonly directory: string;
  /** Milliseconds; default 120,000, upstream's limit. */
  readonly commandTimeoutMs?: number | undefined;
}

const COMMAND_TIMEOUT_MS = 120_000;

/**
 * The runtime that keeps workspaces in folders of this machine and runs commands as its own user. File operations stay
 * inside the workspace; a command is not confined: it can reach all that this user can.
 */
export function createLocalRuntime(options: LocalRuntimeOptions): Runtime {
  const activities = createActivities();
  const locks = createLocks();
  const history = createEditHistory();

  const open = async (sandboxId: string): Promise<Workspace> => {
    const root = await makeRoot(options.directory, sandboxId);
    return {
      root,
      run: (command, runOptions) =>
        activities.during(root, runOptions?.signal, (signal) => run(root, command, { ...runOptions, signal }, options)),
      read: (path, range) => readText(root, path, range),
      readDecoded: (path) => readDecoded(root, path),
      write: (path, content, range) => locks.alone(root, () => writeText(root, path, content, range)),
      receive: (path, content, receiveOptions) =>
        activities.during(root, receiveOptions?.signal, (signal) =>
          receiveFile(root, path, content, { ...receiveOptions, signal }, (step) => locks.alone(root, step)),
        ),
      bytes: (path) => readBytes(root, path),
      zip: () => zip(root, activities),
      changes: (abortable) =>
        activities.during(root, abortable?.signal, (signal) => listChanges(root, options, signal)),
      diff: (path, abortable) =>
        activities.during(root, abortable?.signal, (signal) => diffFile(root, path, options, signal)),
      hosts: () => hosts(root),
      edit: (edit) => locks.alone(root, () => applyEdit(root, edit, history)),
      list: (path) => listFolder(root, path),
      clone: (repository, cloneOptions) =>
        activities.during(root, cloneOptions?.signal, (signal) =>
          locks.alone(root, () => clone(root, repository, { ...cloneOptions, signal }, options)),
        ),
    };
  };

  const remove = async (sandboxId: string): Promise<void> => {
    const id = checkedId(sandboxId);
    const directory = await realpath(options.directory).catch(() => null);
    if (directory === null) return; // Nothing was ever opened.
    const root = join(directory, id);
    await activities.stop(root);
    await killMarked(`${markOf(root)}:`); // those of another server
    await locks.alone(root, async () => {
      history.forget(root);
      await rm(stagingFolder(root), { recursive: true, force: true });
      await deleteTree(root);
    });
  };

  const halt = async (sandboxId: string): Promise<void> => {
    const directory = await realpath(options.directory).catch(() => null);
    if (directory !== null) await killMarked(`${markOf(join(directory, checkedId(sandboxId)))}:`);
  };

  return {
    open,
    halt,
    remove,
    endCommands: async (conversationId) => killMarked(`${markOf(await makeRoot(options.directory, conversationId))}:`),
    recover: async () => {
      const directory = await realDirectory(options.directory);
      await killMarked(`${ownerOf(directory)}:`);
      await deleteParts(directory);
    },
    checkRepository: async (repository, cloneOptions) => {
      await refuseOwnFolders(options.directory, repository);
      return await checkRepository(repository, cloneOptions, options);
    },
  };
}

async function run(
  root: string,
  command: string,
  { cwd = ".", input, signal, timeoutMs }: RunOptions,
  options: LocalRuntimeOptions,
) {
  const workingDir = await resolveInside(root, cwd);
  await requireFolder(root, workingDir);
  return await runCommand({
    command,
    workingDir,
    environment: commandEnvironment(options.environment),
    input,
    timeoutMs: timeoutMs ?? options.commandTimeoutMs ?? COMMAND_TIMEOUT_MS,
    owner: markOf(root),
    signal,
  });
}

async function hosts(root: string): Promise<Record<string, number>> {
  const ports = await listeningPorts(await findMarked(`${markOf(root)}:`));
  return Object.fromEntries(ports.map((port) => [`http://localhost:${port}`, port]));
}

/** What the marks of all commands of a workspace begin with. */
function markOf(root: string): string {
  return `${ownerOf(dirname(root))}:${basename(root)}`;
}

/** Commands are marked by the folder that holds all workspaces: others are none of our business. */
function ownerOf(directory: string): string {
  return createHash("sha256").update(directory).digest("hex").slice(0, 16);
}

/** Clones beside the root and swaps the two, which is one step: the root is empty or a whole clone, nothing between. */
async function clone(
  root: string,
  repository: string,
  cloneOptions: CloneOptions,
  options: LocalRuntimeOptions,
): Promise<void> {
  await refuseOwnFolders(options.directory, repository);
  await requireFolder(root, root);
  if ((await readdir(root)).length > 0) {
    if (await isCloneOf(root, repository)) return;
    throw otherFiles();
  }
  const staging = stagingFolder(root);
  await rm(staging, { recursive: true, force: true });
  await cloneRepository(repository, staging, cloneOptions, options);
  await chmod(staging, 0o700);
  await rename(staging, root).catch(async () => {
    await rm(staging, { recursive: true, force: true });
    throw otherFiles(); // A command wrote them during the clone.
  });
}

function otherFiles(): WorkspaceError {
  return new WorkspaceError(
    "repository_unavailable",
    "The workspace holds other files already. Clone before files are added, or in a new conversation.",
  );
}

/** No sandbox's id has a dot, so this is never a workspace. */
function stagingFolder(root: string): string {
  return `${root}.clone`;
}

async function makeRoot(directory: string, sandboxId: string): Promise<string> {
  const id = checkedId(sandboxId);
  const root = join(await realDirectory(directory), id);
  await mkdir(root, { recursive: true, mode: 0o700 });
  if ((await realpath(root)) !== root) {
    throw new WorkspaceError(
      "path_outside_workspace",
      `The workspace ${id} is a symbolic link. Replace it by a folder.`,
    );
  }
  return root;
}

async function realDirectory(directory: string): Promise<string> {
  await mkdir(directory, { recursive: true, mode: 0o700 });
  return await realpath(directory);
}

function checkedId(sandboxId: string): string {
  if (/^[\w-]{1,128}$/.test(sandboxId)) return sandboxId;
  throw new WorkspaceError(
    "path_outside_workspace",
    "The sandbox's id cannot name a folder. Use 1 to 128 letters, digits, underscores or hyphens.",
  );
}

async function requireFolder(root: string, real: string): Promise<void> {
  const name = nameInside(root, real);
  const found = await stat(real).catch((error: unknown) => {
    throw toWorkspaceError(error, name);
  });
  if (!found.isDirectory())
    throw new WorkspaceError("not_a_directory", `"${name}" is not a folder. Use the path of a folder.`);
}

/** A `file://` URL could otherwise fetch another conversation's files. */
async function refuseOwnFolders(directory: string, repository: string): Promise<void> {
  const folder = localFolderOf(parseRepository(repository));
  const real = folder === null ? null : await realpath(folder).catch(() => null);
  if (real === null || !isInside(await realDirectory(directory), real)) return;
  throw new WorkspaceError(
    "repository_unavailable",
    "Workspaces of conversations cannot be cloned. Use another repository.",
  );
}

/** Commands may leave folders without write permission (Go's module cache does), which cannot be emptied as they are. */
async function deleteTree(root: string): Promise<void> {
  const remove = () => rm(root, { recursive: true, force: true, maxRetries: 3 });
  try {
    await remove();
  } catch {
    await execa("chmod", ["-R", "u+rwX", "--", root], { reject: false });
    await remove();
  }
}

/** Its archive counts as running until nobody reads it any more. */
async function zip(root: string, activities: ReturnType<typeof createActivities>): Promise<Readable> {
  const { promise, resolve, reject } = Promise.withResolvers<Readable>();
  const archiving = activities.during(root, undefined, async (signal) => {
    const stream = zipFolder(root, signal);
    resolve(stream);
    await once(stream, "close");
  });
  archiving.catch(reject);
  return await promise;
}

/** What runs in each workspace, so that it can be stopped from outside. */
function createActivities() {
  const running = new Map<string, Set<{ controller: AbortController; ended: Promise<unknown> }>>();
  return {
    async during<T>(
      root: string,
      signal: AbortSignal | undefined,
      act: (signal: AbortSignal) => Promise<T>,
    ): Promise<T> {
      const controller = new AbortController();
      const ended = act(signal === undefined ? controller.signal : AbortSignal.any([signal, controller.signal]));
      const activity = { controller, ended };
      const own = running.get(root) ?? new Set();
      running.set(root, own.add(activity));
      try {
        return await ended;
      } finally {
        own.delete(activity);
        if (own.size === 0) running.delete(root);
      }
    },
    async stop(root: string): Promise<void> {
      const own = [...(running.get(root) ?? [])];
      for (const { controller } of own) controller.abort(removed());
      await Promise.allSettled(own.map(({ ended }) => ended));
    },
  };
}

function removed(): WorkspaceError {
  return new WorkspaceError("workspace_removed", "The workspace was removed.");
}
