import { posix } from "node:path";
import { sandboxProject, sandboxRoot } from "../../contract/index.ts";
import { WorkspaceError } from "../runtime/runtime.ts";
import type { Workspace } from "../runtime/runtime.ts";

/**
 * A path in a sandbox as one in its workspace, which is what upstream's containers have at `/workspace/project`; browsers
 * upload to `/workspace` itself, and look for a clone in a folder of the repository's name.
 * @param repository what was cloned as the workspace's root; null for nothing
 * @returns relative to the workspace's root, `.` for that itself
 * @throws {WorkspaceError} `path_outside_workspace`
 */
export async function workspacePath(
  workspace: Pick<Workspace, "list">,
  path: string,
  repository: string | null,
): Promise<string> {
  const inside = relativePath(path);
  const [folder = "", ...rest] = inside.split("/");
  if (repository === null || folder !== folderOf(repository)) return inside;
  const isThere = (await workspace.list()).some((name) => name === folder || name === `${folder}/`);
  return isThere ? inside : rest.join("/") || ".";
}

function relativePath(path: string): string {
  const absolute = posix.normalize(path.replace(/^\/+/, "/"));
  for (const root of [sandboxProject, sandboxRoot])
    if (absolute === root || absolute === `${root}/` || absolute.startsWith(`${root}/`))
      return posix.relative(root, absolute) || ".";
  throw new WorkspaceError(
    "path_outside_workspace",
    `"${path}" leads out of the workspace. Use an absolute path below ${sandboxProject}, such as ${sandboxProject}/src/main.py.`,
  );
}

/** What git calls the folder of a clone: `project` of `https://git.example/team/project.git`. */
function folderOf(repository: string): string {
  return posix.basename(repository.replace(/\/+$/, "")).replace(/\.git$/, "");
}
