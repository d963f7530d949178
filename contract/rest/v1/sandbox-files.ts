import * as z from "zod";
import { operation } from "../../operation.ts";
import { success } from "../../primitives.ts";
import { exampleSandboxId } from "./sandbox-info.ts";
import { pathDifference, sandboxPath, whichSandbox } from "./sandbox-paths.ts";

const FileUploaded = z.object({ success }).meta({
  id: "FileUploaded",
  description: "The file has been stored.",
  examples: [{ success: true }],
});

const common = {
  tag: "Sandbox workspace",
  since: "0.1.0",
  security: "user",
  sandboxKey: true,
  pathTail: true,
  rateLimit: "user",
  gate: "v1",
} as const;

export const sandboxFiles = {
  upload: operation({
    ...common,
    method: "POST",
    path: "/api/file/upload/:path",
    summary: "Upload a file to a sandbox",
    description:
      "Stores a file, byte for byte, at the path of the URL; its own name does not count. Folders on the way are made, and a file that is there is replaced.",
    params: z.object({ path: sandboxPath("The file.", "/workspace/project/notes.txt") }),
    query: z.object(whichSandbox),
    upload: { field: "file", description: "The file. Of several, the last one stays." },
    responses: { 200: FileUploaded },
    errors: ["sandbox_not_found", "path_outside_workspace", "not_a_file", "not_a_directory", "permission_denied"],
    differences: [
      pathDifference,
      {
        topic: "a relative path",
        upstream: "500",
        here: "400 `path_outside_workspace`",
        why: "the client can mend it",
        change: "Send an absolute path.",
      },
    ],
    example: {
      request: {
        params: { path: "/workspace/project/notes.txt" },
        query: { sandbox_id: exampleSandboxId },
        upload: [{ name: "notes.txt", content: "Hello\n" }],
      },
      response: { success: true },
    },
  }),
  download: operation({
    ...common,
    method: "GET",
    path: "/api/file/download/:path",
    summary: "Download a file of a sandbox",
    description:
      "The bytes of a file, as they are sent. When they cannot all be read the connection ends before the answer does.",
    params: z.object({ path: sandboxPath("The file.", "/workspace/project/notes.txt") }),
    query: z.object(whichSandbox),
    download: { mediaType: "application/octet-stream", fileName: "download", description: "The file." },
    responses: {},
    errors: [
      "sandbox_not_found",
      "path_outside_workspace",
      "file_not_found",
      "not_a_file",
      "not_a_directory",
      "permission_denied",
    ],
    differences: [
      pathDifference,
      {
        topic: "the name to save it as",
        upstream: "the file's",
        here: "`download`: the URL ends in the file's name",
        why: "a name may hold anything, and a header may not",
        change: "Take the name from the path.",
      },
    ],
    example: {
      request: { params: { path: "/workspace/project/notes.txt" }, query: { sandbox_id: exampleSandboxId } },
    },
  }),
};
