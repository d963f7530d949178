import { DatabaseSync } from "node:sqlite";

/**
 * Takes a lock that other processes see: an open transaction on a file of its own, so it ends with the process however that
 * ends.
 * @returns gives it free again; null when somebody has it
 * @throws when the file cannot be written
 */
export function takeFileLock(file: string): (() => void) | null {
  let lock: DatabaseSync | undefined;
  try {
    lock = new DatabaseSync(file, { timeout: 0 });
    lock.exec("BEGIN EXCLUSIVE");
    return () => lock?.close();
  } catch (error) {
    lock?.close();
    if (isLocked(error)) return null;
    throw error;
  }
}

/** SQLITE_BUSY, https://www.sqlite.org/rescode.html#busy */
function isLocked(error: unknown): boolean {
  return error instanceof Error && "errcode" in error && error.errcode === 5;
}
