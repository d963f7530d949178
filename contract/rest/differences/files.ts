import type { Difference } from "../../differences.ts";

export const listDifferences: readonly Difference[] = [
  {
    topic: "a file instead of a folder",
    upstream: "500 for whatever cannot be listed, and `[]` for a folder that does not exist",
    here: "400 `not_a_directory`; `[]` for a folder that does not exist",
    why: "a file is no empty folder",
    change: "Nothing.",
  },
];

export const selectDifferences: readonly Difference[] = [
  {
    topic: "what cannot be read",
    upstream: "500, except for binary files",
    here: "404 `file_not_found`, 400 `not_a_file` for a folder, 413 `file_too_large` beyond 4 MiB",
    why: "it is not the server that failed",
    change: "Nothing.",
  },
];

export const uploadDifferences: readonly Difference[] = [
  {
    topic: "`uploaded_files`",
    upstream: "absolute paths",
    here: "paths in the workspace",
    why: "no answer says how the server's machine is laid out",
    change: "Nothing where they are passed on as `file_urls`.",
  },
  {
    topic: "content",
    upstream: "read as UTF-8, which damages what is not text",
    here: "stored byte for byte",
    why: "an upload is what was sent",
    change: "Nothing.",
  },
  {
    topic: "a file that could not be written",
    upstream: "counts as uploaded",
    here: "is in `skipped_files`, with the reason",
    why: "an acknowledgement is true",
    change: "Read `skipped_files`.",
  },
  {
    topic: "size",
    upstream: "no limit; the web client stops at 3 MiB",
    here: "413 `payload_too_large` beyond 100 MiB a request",
    why: "a bound that can be relied on",
    change: "Split larger uploads.",
  },
  {
    topic: "not a form, or one without a file",
    upstream: "422",
    here: "415 for another type, 400 `malformed_form`, 400 `validation_failed` without a file",
    why: "a client can tell which it was",
    change: "Treat them as upstream's 422.",
  },
];

export const zipDifferences: readonly Difference[] = [
  {
    topic: "a failure midway",
    upstream: "500",
    here: "the connection ends before the archive does",
    why: "the archive is sent while it is made, and its status before it",
    change: "Check that the download came to its end.",
  },
];
