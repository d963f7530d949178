import type { Config } from "../config.ts";
import { OperatorError } from "../operator-error.ts";

/** @throws {OperatorError} where the data is in PostgreSQL, whose own tools do it better */
export function assertEmbedded({ DATABASE_URL, DATA_DIR }: Config, instead: (url: string) => string): void {
  if (DATABASE_URL === undefined) return;
  throw new OperatorError(
    `The data is in PostgreSQL, which has tools of its own for this. Fix: ${instead(withoutPassword(DATABASE_URL))}\nThe key file and the workspaces are in ${DATA_DIR}: copy that folder too, and keep SECRET_KEY where it is set.`,
  );
}

function withoutPassword(text: string): string {
  const url = new URL(text);
  url.password = "";
  url.search = ""; // may hold one too
  return url.href;
}
