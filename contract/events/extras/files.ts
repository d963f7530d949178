import * as z from "zod";
import { FileEditSource, FileReadSource } from "../shared.ts";

export const ReadExtras = z.object({ path: z.string().describe("The file."), impl_source: FileReadSource }).meta({
  id: "ReadExtras",
  description: "What was read.",
  examples: [{ path: "README.md", impl_source: "default" }],
});

export const WriteExtras = z
  .object({ path: z.string().describe("The file.") })
  .meta({ id: "WriteExtras", description: "What was written.", examples: [{ path: "notes.txt" }] });

export const EditExtras = z
  .object({
    path: z.string().describe("The file."),
    prev_exist: z.boolean().describe("Whether the file existed before."),
    old_content: z.string().nullable().describe("The text before."),
    new_content: z.string().nullable().describe("The text after."),
    impl_source: FileEditSource,
    diff: z.string().nullable().describe("The change as a unified diff."),
  })
  .meta({
    id: "EditExtras",
    description: "What an edit changed.",
    examples: [
      {
        path: "notes.txt",
        prev_exist: true,
        old_content: "milk\n",
        new_content: "bread\n",
        impl_source: "oh_aci",
        diff: "@@ -1 +1 @@\n-milk\n+bread\n",
      },
    ],
  });

export const DownloadExtras = z
  .object({ file_path: z.string().describe("The file.") })
  .meta({ id: "DownloadExtras", description: "What was downloaded.", examples: [{ file_path: "report.pdf" }] });
