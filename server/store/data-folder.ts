import { existsSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { dirname, join } from "node:path";
import { OperatorError } from "../operator-error.ts";
import { takeFileLock } from "./file-lock.ts";

/** The data folder cannot be used. The message says why and what to do. */
export class DataFolderError extends OperatorError {
  override name = "DataFolderError";
}

/**
 * Makes a data folder ready and claims it for this process: two servers on one folder would each run the same
 * conversations. The claim is an open transaction on a file of its own, so it ends with the process however that ends.
 * @returns gives the folder free again
 * @throws {DataFolderError} when it cannot be created or written, or another server uses it
 */
export async function claimDataFolder(folder: string): Promise<() => void> {
  await makeDataFolder(folder);
  return lock(folder);
}

/** Whether a file in a data folder is there for a lock, and so is no data. SQLite adds a journal to the file. */
export function isLockFile(name: string): boolean {
  return /^(server|schema)\.lock(-journal)?$/.test(name);
}

/**
 * Makes a data folder ready that several servers may use.
 * @throws {DataFolderError} when it cannot be created
 */
export async function makeDataFolder(folder: string): Promise<void> {
  try {
    await makeFolder(folder);
  } catch (error) {
    throw new DataFolderError(
      `The data folder ${folder} cannot be created (${reason(error)}). Fix: set DATA_DIR to a folder that this user may write.`,
      { cause: error },
    );
  }
}

/** As a recursive mkdir, which on Node 24 never returns where a file system refuses a folder with ENOENT, as /proc does. */
async function makeFolder(folder: string): Promise<void> {
  try {
    await mkdir(folder, { mode: 0o700 });
  } catch (error) {
    const code = error instanceof Error && "code" in error ? error.code : undefined;
    if (code === "EEXIST") return;
    if (code !== "ENOENT" || existsSync(dirname(folder))) throw error;
    await makeFolder(dirname(folder));
    await mkdir(folder, { mode: 0o700 });
  }
}

function lock(folder: string): () => void {
  const release = lockIn(folder);
  if (release) return release;
  throw new DataFolderError(
    `Another server uses the data folder ${folder}. Fix: stop it, or set DATA_DIR to another folder.`,
  );
}

function lockIn(folder: string): (() => void) | null {
  try {
    return takeFileLock(join(folder, "server.lock"));
  } catch (error) {
    throw new DataFolderError(
      `The data folder ${folder} cannot be written (${reason(error)}). Fix: set DATA_DIR to a folder that this user may write.`,
      { cause: error },
    );
  }
}

function reason(error: unknown): string {
  return error instanceof Error
    ? "code" in error && error.code !== "ERR_SQLITE_ERROR"
      ? String(error.code)
      : error.message
    : String(error);
}
