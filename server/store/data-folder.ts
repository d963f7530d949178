import { existsSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { dirname, join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { OperatorError } from "../operator-error.ts";

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
  try {
    await makeFolder(folder);
  } catch (error) {
    throw new DataFolderError(
      `The data folder ${folder} cannot be created (${reason(error)}). Fix: set DATA_DIR to a folder that this user may write.`,
      { cause: error },
    );
  }
  return lock(folder);
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
  let claim: DatabaseSync | undefined;
  try {
    claim = new DatabaseSync(join(folder, "server.lock"), { timeout: 0 });
    claim.exec("BEGIN EXCLUSIVE");
    return () => claim?.close();
  } catch (error) {
    claim?.close();
    if (isLocked(error)) {
      throw new DataFolderError(
        `Another server uses the data folder ${folder}. Fix: stop it, or set DATA_DIR to another folder.`,
        { cause: error },
      );
    }
    throw new DataFolderError(
      `The data folder ${folder} cannot be written (${reason(error)}). Fix: set DATA_DIR to a folder that this user may write.`,
      { cause: error },
    );
  }
}

/** SQLITE_BUSY, https://www.sqlite.org/rescode.html#busy */
function isLocked(error: unknown): boolean {
  return error instanceof Error && "errcode" in error && error.errcode === 5;
}

function reason(error: unknown): string {
  return error instanceof Error
    ? "code" in error && error.code !== "ERR_SQLITE_ERROR"
      ? String(error.code)
      : error.message
    : String(error);
}
