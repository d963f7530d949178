import * as z from "zod";
import { FileEditSource, FileReadSource, confirmation, risk, thought } from "../shared.ts";

export const ReadArgs = z
  .object({
    path: z.string().describe("The file, relative to the workspace."),
    start: z.int().default(0).describe("The first line, from 0."),
    end: z.int().default(-1).describe("The line before which to stop; -1 is the end of the file."),
    impl_source: FileReadSource.default("default"),
    view_range: z
      .array(z.int())
      .nullable()
      .default(null)
      .describe("First and last line from 1, for the `oh_aci` reader."),
    ...confirmation,
    ...risk,
    ...thought,
  })
  .meta({ id: "ReadArgs", description: "A file to read.", examples: [{ path: "README.md" }] });

export const WriteArgs = z
  .object({
    path: z.string().describe("The file, relative to the workspace; its folders are created."),
    content: z.string().describe("The new text."),
    start: z.int().default(0).describe("The first line to replace, from 0."),
    end: z.int().default(-1).describe("The line before which to stop replacing; -1 is the end of the file."),
    ...confirmation,
    ...risk,
    ...thought,
  })
  .meta({
    id: "WriteArgs",
    description: "A file to write.",
    examples: [{ path: "notes.txt", content: "remember the milk\n" }],
  });

export const EditArgs = z
  .object({
    path: z.string().describe("The file, relative to the workspace."),
    command: z
      .enum(["", "view", "create", "str_replace", "insert", "undo_edit", "write"])
      .default("")
      .describe("What to do with the file."),
    file_text: z.string().nullable().default(null).describe("The whole text, for `create`."),
    old_str: z
      .string()
      .nullable()
      .default(null)
      .describe("The text to replace, found exactly once, for `str_replace`."),
    new_str: z.string().nullable().default(null).describe("The new text, for `str_replace` and `insert`."),
    insert_line: z
      .int()
      .nullable()
      .default(null)
      .describe("The line after which to insert, for `insert`; 0 is the top."),
    content: z.string().default("").describe("The new text of the lines `start` to `end`, for `write`."),
    start: z.int().default(1).describe("The first line, from 1."),
    end: z.int().default(-1).describe("The last line; -1 is the end of the file."),
    impl_source: FileEditSource.default("oh_aci"),
    ...confirmation,
    ...risk,
    ...thought,
  })
  .meta({
    id: "EditArgs",
    description: "An edit of one file.",
    examples: [{ path: "notes.txt", command: "str_replace", old_str: "milk", new_str: "bread" }],
  });
