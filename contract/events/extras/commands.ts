import * as z from "zod";
import { exampleOf } from "../../examples.ts";

const RunMetadata = z
  .object({
    exit_code: z.int().default(-1).describe("The command's exit code; -1 when it was ended before it could give one."),
    pid: z.int().default(-1).describe("The process id, -1 when unknown."),
    username: z.string().nullable().describe("Who the command ran as."),
    hostname: z.string().nullable().describe("Where the command ran."),
    working_dir: z.string().nullable().describe("The folder the command ran in, relative to the workspace."),
    py_interpreter_path: z.string().nullable().describe("The Python interpreter, when known."),
    prefix: z.string().default("").describe("Text to show before the output."),
    suffix: z.string().default("").describe("Text to show after the output."),
  })
  .meta({
    id: "RunMetadata",
    description: "How a command ended.",
    examples: [
      {
        exit_code: 0,
        pid: 4711,
        username: "openhands",
        hostname: "localhost",
        working_dir: ".",
        py_interpreter_path: null,
        prefix: "",
        suffix: "",
      },
    ],
  });

export const RunExtras = z
  .object({
    command: z.string().describe("The command that ran."),
    metadata: RunMetadata,
    hidden: z.boolean().default(false).describe("Whether clients should not show the event."),
  })
  .meta({
    id: "RunExtras",
    description: "How a command ended.",
    examples: [{ command: "git status --short", metadata: exampleOf(RunMetadata), hidden: false }],
  });

export const RunIpythonExtras = z
  .object({
    code: z.string().describe("The code that ran."),
    image_urls: z.array(z.string()).nullable().default(null).describe("Images that the code has drawn, as data URLs."),
  })
  .meta({
    id: "RunIpythonExtras",
    description: "What ran.",
    examples: [{ code: "6 * 7", image_urls: null }],
  });
