import type { GitChange } from "../../../contract/index.ts";
import type { ServerHandlers } from "../../http/router.ts";
import type { FileChange } from "../../runtime/runtime.ts";
import { sandboxOf } from "./sandbox-of.ts";
import type { SandboxPaths } from "./sandbox-paths.ts";

/** What git tells of a file, in the words of V1. One that is unmerged differs, which is all that they have for it. */
const statuses = { M: "UPDATED", A: "ADDED", D: "DELETED", U: "UPDATED" } as const satisfies Record<
  FileChange["status"],
  GitChange["status"]
>;

export function sandboxGitHandlers(paths: SandboxPaths): ServerHandlers["sandboxGit"] {
  return {
    async changes({ params, query }, { principal }) {
      const sandboxId = sandboxOf(principal, query.sandbox_id);
      const body = await paths.resolve(principal, sandboxId, params.path, async (workspace, folder) => {
        await workspace.list(folder); // which tells whether it is one
        return changesBelow(folder, (await workspace.changes()) ?? []);
      });
      return { status: 200, body };
    },
    async diff({ params, query }, { principal }) {
      const sandboxId = sandboxOf(principal, query.sandbox_id);
      const body = await paths.resolve(principal, sandboxId, params.path, (workspace, path) => workspace.diff(path));
      return { status: 200, body };
    },
  };
}

/** Those of a folder, named from there. */
function changesBelow(folder: string, changes: readonly FileChange[]): GitChange[] {
  const prefix = folder === "." ? "" : `${folder.replace(/\/$/, "")}/`;
  return changes
    .filter(({ path }) => path.startsWith(prefix))
    .map(({ status, path }) => ({ status: statuses[status], path: path.slice(prefix.length) }));
}
