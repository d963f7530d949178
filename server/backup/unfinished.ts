import { readdirSync } from "node:fs";
import { DataFolderError } from "../store/data-folder.ts";

/** What a folder within the data folder is called whose files are about to take their places there. */
export const restoringPrefix = "restoring-";

/**
 * A restore that was cut off has left a part of the old data, a part of the new or neither: whoever began with an empty
 * database there would hide both.
 * @throws {DataFolderError}
 */
export function assertRestored(folder: string): void {
  if (!readdirSync(folder).some((name) => name.startsWith(restoringPrefix))) return;
  throw new DataFolderError(
    `A restore into the data folder ${folder} has not come to its end. Fix: run \`openhands-api restore\` again, with --force.`,
  );
}
