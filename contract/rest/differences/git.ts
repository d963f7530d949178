import type { Difference } from "../../differences.ts";

export const changesDifferences: readonly Difference[] = [
  {
    topic: "changed files with a space in the path",
    upstream: "500",
    here: "listed",
    why: "a space is a letter like any other",
    change: "Nothing.",
  },
  {
    topic: "a repository that git cannot compare",
    upstream: "500",
    here: "409 `git_failed`, also after 30 seconds; 413 `file_too_large` for more than can be listed",
    why: "the repository's state is at fault, not the server",
    change: "Expect 409 and 413.",
  },
];

export const diffDifferences: readonly Difference[] = [
  {
    topic: "a deleted file",
    upstream: "500",
    here: '`modified` is `""`',
    why: "a deletion is a change",
    change: "Nothing.",
  },
  {
    topic: "what cannot be compared",
    upstream: "500, for a file over 1 MiB and where there is no repository",
    here: "413 `file_too_large`, 404 `not_a_repository`; also 404 `file_not_found`, 415 `binary_file`, 409 `git_failed`",
    why: "it is not the server that failed",
    change: "Nothing.",
  },
];
