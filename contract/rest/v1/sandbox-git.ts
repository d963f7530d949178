import * as z from "zod";
import type { Difference } from "../../differences.ts";
import { exampleOf } from "../../examples.ts";
import { operation } from "../../operation.ts";
import { exampleSandboxId } from "./sandbox-info.ts";
import { pathDifference, sandboxPath, whichSandbox } from "./sandbox-paths.ts";

const GitChange = z
  .object({
    status: z
      .enum(["MOVED", "ADDED", "DELETED", "UPDATED"])
      .describe("How the file differs. One that was moved is `DELETED` and `ADDED`."),
    path: z.string().describe("The file's path in the folder that was asked for."),
  })
  .meta({
    id: "GitChange",
    description: "A file that differs from the repository's base.",
    examples: [{ status: "UPDATED", path: "README.md" }],
  });
export type GitChange = z.infer<typeof GitChange>;

const GitChanges = z.array(GitChange).meta({
  id: "GitChanges",
  description: "The files that differ, sorted by path.",
  examples: [[{ status: "ADDED", path: "notes.txt" }]],
});

const GitDiff = z
  .object({
    modified: z.string().nullable().describe("The text now; empty where there is no such file any more."),
    original: z.string().nullable().describe("The text in the base; empty where there was no such file."),
  })
  .meta({
    id: "GitDiff",
    description: "A file before and after.",
    examples: [{ modified: "Hello\n", original: "" }],
  });

const failures: Difference = {
  topic: "what cannot be compared",
  upstream: "500",
  here: "404, 409, 413 or 415 with what is wrong; a folder without a repository has no changes",
  why: "the client can mend it",
  change: "Expect the documented errors.",
};

const common = {
  tag: "Sandbox workspace",
  since: "0.1.0",
  security: "user",
  sandboxKey: true,
  pathTail: true,
  rateLimit: "user",
  gate: "v1",
} as const;

export const sandboxGit = {
  changes: operation({
    ...common,
    method: "GET",
    path: "/api/git/changes/:path",
    summary: "List the changed files of a sandbox",
    description:
      "How the files of a folder differ from the base of their repository, without those that git ignores: the branch of the same name at `origin`, else where HEAD left its default branch, else the empty tree.",
    params: z.object({ path: sandboxPath("The folder.", "/workspace/project") }),
    query: z.object(whichSandbox),
    responses: { 200: GitChanges },
    errors: [
      "sandbox_not_found",
      "path_outside_workspace",
      "not_a_directory",
      "permission_denied",
      "git_failed",
      "file_too_large",
    ],
    differences: [pathDifference, failures],
    example: {
      request: { params: { path: "/workspace/project" }, query: { sandbox_id: exampleSandboxId } },
      response: exampleOf(GitChanges),
    },
  }),
  diff: operation({
    ...common,
    method: "GET",
    path: "/api/git/diff/:path",
    summary: "Compare a file of a sandbox",
    description: "A file of up to 1 MiB in the base of its repository, and now.",
    params: z.object({ path: sandboxPath("The file.", "/workspace/project/notes.txt") }),
    query: z.object(whichSandbox),
    responses: { 200: GitDiff },
    errors: [
      "sandbox_not_found",
      "path_outside_workspace",
      "file_not_found",
      "not_a_repository",
      "not_a_file",
      "permission_denied",
      "git_failed",
      "file_too_large",
      "binary_file",
    ],
    differences: [pathDifference, failures],
    example: {
      request: { params: { path: "/workspace/project/notes.txt" }, query: { sandbox_id: exampleSandboxId } },
      response: exampleOf(GitDiff),
    },
  }),
};
