import * as z from "zod";
import { operation } from "../operation.ts";
import { WorkspacePath } from "../primitives.ts";
import { conversationParams } from "./conversations.ts";
import { listDifferences, selectDifferences, uploadDifferences, zipDifferences } from "./differences/files.ts";
import { startsNothing } from "./differences/workspace.ts";

const FileList = z.array(z.string()).meta({
  id: "FileList",
  description: "Folders, each with `/` at its end, then files; both sorted without regard to case.",
  examples: [["src/", "README.md"]],
});

const FileText = z
  .object({ code: z.string().describe("The text of the whole file.") })
  .meta({ id: "FileText", description: "A text file.", examples: [{ code: "# Hello\n" }] });

const SkippedFile = z
  .object({
    name: z.string().describe("The file's name as it was sent; empty where none was."),
    reason: z.string().describe("What was wrong and what would be right, for a person."),
  })
  .meta({
    id: "SkippedFile",
    description: "A file that was not stored.",
    examples: [{ name: "../notes.txt", reason: '"../notes.txt" leads out of the workspace.' }],
  });

const UploadFilesResponse = z
  .object({
    uploaded_files: z
      .array(z.string())
      .describe("The files that were stored, by their paths in the workspace. A name that came twice stands once."),
    skipped_files: z.array(SkippedFile).describe("The files that were not stored, each with the reason."),
  })
  .meta({
    id: "UploadFilesResponse",
    description: "What became of each file.",
    examples: [{ uploaded_files: ["notes.txt"], skipped_files: [] }],
  });

const exampleId = "5f0c2b7e9d1a4c3e8b6f7a2d1c0e9f84";

export const files = {
  list: operation({
    method: "GET",
    path: "/api/conversations/:conversation_id/list-files",
    summary: "List files",
    description:
      "The entries of one folder of the workspace, without what `.gitignore` leaves out. Each is prefixed with `path`. A folder that does not exist has no entries.",
    tag: "Workspace",
    since: "0.1.0",
    security: "user",
    rateLimit: "user",
    params: conversationParams,
    query: z.object({
      path: WorkspacePath.optional().describe("The folder; the root when left out."),
    }),
    responses: { 200: FileList },
    errors: ["conversation_not_found", "path_outside_workspace", "not_a_directory", "permission_denied"],
    differences: [startsNothing, ...listDifferences],
    example: {
      request: { params: { conversation_id: exampleId } },
      response: ["src/", "README.md"],
    },
  }),
  select: operation({
    method: "GET",
    path: "/api/conversations/:conversation_id/select-file",
    summary: "Read a text file",
    description:
      "The whole text of a file of up to 4 MiB. Read as UTF-8, as UTF-16 where it begins with a byte order mark, else as windows-1252.",
    tag: "Workspace",
    since: "0.1.0",
    security: "user",
    rateLimit: "user",
    params: conversationParams,
    query: z.object({ file: WorkspacePath.describe("The file.") }),
    responses: { 200: FileText },
    errors: [
      "conversation_not_found",
      "path_outside_workspace",
      "file_not_found",
      "not_a_file",
      "not_a_directory",
      "permission_denied",
      "file_too_large",
      "binary_file",
    ],
    differences: [startsNothing, ...selectDifferences],
    example: {
      request: { params: { conversation_id: exampleId }, query: { file: "notes.txt" } },
      response: { code: "Hello\n" },
    },
  }),
  upload: operation({
    method: "POST",
    path: "/api/conversations/:conversation_id/upload-files",
    summary: "Upload files",
    description:
      "Stores files in the workspace, byte for byte, under their names, which are UTF-8 and may have folders; a file that is there is replaced. Each file is stored or not for itself: one that cannot be is listed with the reason. Of two with the same name the later one stays. Files that came before an upload is refused or breaks off are stored.",
    tag: "Workspace",
    since: "0.1.0",
    security: "user",
    rateLimit: "user",
    params: conversationParams,
    upload: { field: "files", description: "The files, each with a name." },
    responses: { 200: UploadFilesResponse },
    errors: ["conversation_not_found"],
    differences: [startsNothing, ...uploadDifferences],
    example: {
      request: { params: { conversation_id: exampleId }, upload: [{ name: "notes.txt", content: "Hello\n" }] },
      response: { uploaded_files: ["notes.txt"], skipped_files: [] },
    },
  }),
  zip: operation({
    method: "GET",
    path: "/api/conversations/:conversation_id/zip-directory",
    summary: "Download the workspace",
    description:
      "Everything in the workspace as a zip archive, `.git` and what `.gitignore` names included, without links that lead out of it. It is made while it is sent, so its length is not known before. When it cannot be finished the connection ends before the archive does.",
    tag: "Workspace",
    since: "0.1.0",
    security: "user",
    rateLimit: "user",
    params: conversationParams,
    download: { mediaType: "application/zip", fileName: "workspace.zip", description: "The archive." },
    responses: {},
    errors: ["conversation_not_found"],
    differences: [startsNothing, ...zipDifferences],
    example: { request: { params: { conversation_id: exampleId } } },
  }),
};
