import assert from "node:assert/strict";
import { test } from "node:test";
import { workspaceError } from "../../../server/http/workspace-errors.ts";
import { WorkspaceError } from "../../../server/runtime/runtime.ts";
import type { WorkspaceErrorCode } from "../../../server/runtime/runtime.ts";

const statuses: Record<WorkspaceErrorCode, [status: number, code: string]> = {
  path_outside_workspace: [400, "path_outside_workspace"],
  not_a_file: [400, "not_a_file"],
  not_a_directory: [400, "not_a_directory"],
  repository_unavailable: [400, "repository_unavailable"],
  edit_rejected: [400, "validation_failed"],
  command_refused: [400, "validation_failed"],
  permission_denied: [403, "permission_denied"],
  file_not_found: [404, "file_not_found"],
  not_a_repository: [404, "not_a_repository"],
  git_failed: [409, "git_failed"],
  file_too_large: [413, "file_too_large"],
  binary_file: [415, "binary_file"],
  workspace_removed: [404, "conversation_not_found"],
};

for (const [code, want] of Object.entries(statuses)) {
  test(`${code} is told as ${want.join(" ")}`, () => {
    const error = workspaceError(new WorkspaceError(code as WorkspaceErrorCode, "What and why."), "file");
    assert.deepEqual([error.status, error.code], want);
    const isPaths = code !== "workspace_removed";
    assert.deepEqual(
      error.details,
      isPaths ? [{ in: "query", path: "file", message: "What and why." }] : undefined,
      "the parameter is named that the path came in",
    );
    assert.equal(error.message.startsWith(isPaths ? "What and why." : "There is no such conversation"), true);
  });
}

test("a request that names no path has none to blame", () => {
  assert.equal(workspaceError(new WorkspaceError("git_failed", "Why."), undefined).details, undefined);
});
