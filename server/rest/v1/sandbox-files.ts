import type { ServerHandlers } from "../../http/router.ts";
import { WorkspaceError } from "../../runtime/runtime.ts";
import { sandboxOf } from "./sandbox-of.ts";
import type { SandboxPaths } from "./sandbox-paths.ts";

export function sandboxFilesHandlers(paths: SandboxPaths): ServerHandlers["sandboxFiles"] {
  return {
    async upload({ params, query, upload }, { principal }) {
      await paths.resolve(principal, sandboxOf(principal, query.sandbox_id), params.path, async (workspace, path) => {
        if (path === "." || params.path.endsWith("/")) throw namesNoFile(params.path);
        for await (const { content } of upload) await workspace.receive(path, content);
      });
      return { status: 200, body: { success: true } };
    },
    async download({ params, query }, { principal }) {
      const sandboxId = sandboxOf(principal, query.sandbox_id);
      const bytes = await paths.resolve(principal, sandboxId, params.path, (workspace, path) => workspace.bytes(path));
      return { status: 200, body: bytes };
    },
  };
}

function namesNoFile(path: string): WorkspaceError {
  return new WorkspaceError(
    "not_a_file",
    `"${path}" is the name of a folder. Name the file as well: "${path.replace(/\/+$/, "")}/notes.txt".`,
  );
}
