import type { ErrorCode, ErrorDetail } from "../../contract/index.ts";
import { ApiError } from "../api-error.ts";
import type { WorkspaceError, WorkspaceErrorCode } from "../runtime/runtime.ts";

/** The code with which a client is told what the workspace refuses. */
const codes = {
  path_outside_workspace: "path_outside_workspace",
  file_not_found: "file_not_found",
  not_a_file: "not_a_file",
  not_a_directory: "not_a_directory",
  binary_file: "binary_file",
  file_too_large: "file_too_large",
  permission_denied: "permission_denied",
  git_failed: "git_failed",
  not_a_repository: "not_a_repository",
  repository_unavailable: "repository_unavailable",
  workspace_removed: "conversation_not_found", // the conversation went while the request was carried out
  edit_rejected: "validation_failed",
  command_refused: "validation_failed",
} as const satisfies Record<WorkspaceErrorCode, ErrorCode>;

/**
 * What the workspace refuses, as clients are told of it.
 * @param parameter the query parameter that names the path, which is all that a request says about the workspace; none
 *   where the request names no path
 */
export function workspaceError({ code, message }: WorkspaceError, parameter: string | undefined): ApiError {
  if (code === "workspace_removed") return new ApiError(codes[code]);
  const details: ErrorDetail[] = parameter === undefined ? [] : [{ in: "query", path: parameter, message }];
  return new ApiError(codes[code], message, details.length > 0 ? { details } : {});
}
