import * as z from "zod";
import { operation } from "../operation.ts";
import { WorkspacePath } from "../primitives.ts";
import { conversationParams } from "./conversations.ts";
import { changesDifferences, diffDifferences } from "./differences/git.ts";
import { startsNothing } from "./differences/workspace.ts";

const FileStatus = z.enum(["M", "A", "D", "U"]).meta({
  id: "FileStatus",
  description:
    "How a file differs: `M` modified, `A` added, `D` deleted, `U` unmerged after a conflict. A file that was moved is deleted and added.",
  examples: ["M"],
});

const FileChange = z
  .object({ status: FileStatus, path: z.string().describe("The file's path in the workspace.") })
  .meta({
    id: "FileChange",
    description: "A file that differs from the repository's base.",
    examples: [{ status: "M", path: "README.md" }],
  });

const FileChanges = z.array(FileChange).meta({
  id: "FileChanges",
  description: "The files that differ, sorted by path.",
  examples: [
    [
      { status: "M", path: "README.md" },
      { status: "A", path: "src/new.ts" },
    ],
  ],
});

const FileDiff = z
  .object({
    modified: z.string().describe("The text now; empty where there is no such file any more."),
    original: z.string().describe("The text in the base; empty where there was no such file."),
  })
  .meta({
    id: "FileDiff",
    description: "A file before and after. The text of a link is its target.",
    examples: [{ modified: "# Hello, world\n", original: "# Hello\n" }],
  });

const exampleId = "5f0c2b7e9d1a4c3e8b6f7a2d1c0e9f84";

/** What both operations compare with. */
const base =
  "The base is the branch of the same name at `origin`; else where HEAD left the default branch of `origin`; else the empty tree. Without an `origin` it is HEAD. The remote is not asked.";

export const git = {
  changes: operation({
    method: "GET",
    path: "/api/conversations/:conversation_id/git/changes",
    summary: "List the changed files",
    description: `How the files of the workspace differ from the base of their repository, without those that git ignores. ${base} Repositories in folders are compared each with its own. A workspace without a repository has no changes.`,
    tag: "Workspace",
    since: "0.1.0",
    security: "user",
    rateLimit: "user",
    params: conversationParams,
    responses: { 200: FileChanges },
    errors: ["conversation_not_found", "git_failed", "file_too_large"],
    differences: [startsNothing, ...changesDifferences],
    example: {
      request: { params: { conversation_id: exampleId } },
      response: [{ status: "A", path: "notes.txt" }],
    },
  }),
  diff: operation({
    method: "GET",
    path: "/api/conversations/:conversation_id/git/diff",
    summary: "Compare a file",
    description: `A file of up to 1 MiB in the base of its repository, and now. ${base}`,
    tag: "Workspace",
    since: "0.1.0",
    security: "user",
    rateLimit: "user",
    params: conversationParams,
    query: z.object({ path: WorkspacePath.describe("The file.") }),
    responses: { 200: FileDiff },
    errors: [
      "conversation_not_found",
      "path_outside_workspace",
      "file_not_found",
      "not_a_repository",
      "not_a_file",
      "permission_denied",
      "git_failed",
      "file_too_large",
      "binary_file",
    ],
    differences: [startsNothing, ...diffDifferences],
    example: {
      request: { params: { conversation_id: exampleId }, query: { path: "notes.txt" } },
      response: { modified: "Hello\n", original: "" },
    },
  }),
};
