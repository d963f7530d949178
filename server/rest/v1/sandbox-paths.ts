import type { Principal } from "../../identity/principal.ts";
import type { Workspace } from "../../runtime/runtime.ts";
import { workspacePath } from "../../sandboxes/paths.ts";
import type { SandboxService } from "../../sandboxes/sandbox-service.ts";
import type { ConversationStore } from "../../store/store.ts";

/** Paths in sandboxes, as requests name them. */
export interface SandboxPaths {
  /**
   * Works on what a path names.
   * @param work is given the path in the workspace
   * @throws {ApiError} `sandbox_not_found`
   * @throws {WorkspaceError} `path_outside_workspace`
   */
  resolve<Result>(
    principal: Principal,
    sandboxId: string,
    path: string,
    work: (workspace: Workspace, path: string) => Promise<Result>,
  ): Promise<Result>;
}

export function createSandboxPaths({
  sandboxes,
  conversations,
}: {
  sandboxes: SandboxService;
  conversations: Pick<ConversationStore, "inSandboxes" | "many">;
}): SandboxPaths {
  /** What was cloned into it: the same for all conversations that share it. */
  async function repositoryIn({ userId }: Principal, sandboxId: string): Promise<string | null> {
    const inside = await conversations.inSandboxes([sandboxId]);
    const records = await conversations.many(
      userId,
      inside.map(({ id }) => id),
    );
    return records.find(({ repository }) => repository !== null)?.repository ?? null;
  }

  return {
    resolve: (principal, sandboxId, path, work) =>
      sandboxes.inWorkspace(principal, sandboxId, async (workspace) =>
        work(workspace, await workspacePath(workspace, path, await repositoryIn(principal, sandboxId))),
      ),
  };
}
