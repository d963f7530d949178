import * as z from "zod";
import { confirmation, risk, thought } from "../shared.ts";

export const RunArgs = z
  .object({
    command: z.string().describe("A command line for bash."),
    is_input: z.boolean().default(false).describe("Whether the text is input for a running command."),
    blocking: z.boolean().default(false).describe("Whether to wait without a limit of time."),
    is_static: z.boolean().default(false).describe("Whether to run in a fresh process."),
    cwd: z
      .string()
      .nullable()
      .default(null)
      .describe("The folder to run in, relative to the workspace; null is its root."),
    hidden: z.boolean().default(false).describe("Whether clients should not show the event."),
    ...confirmation,
    ...risk,
    ...thought,
  })
  .meta({
    id: "RunArgs",
    description: "A command to run in the workspace.",
    examples: [{ command: "git status --short" }],
  });

export const RunIpythonArgs = z
  .object({
    code: z.string().describe("The code."),
    include_extra: z
      .boolean()
      .default(true)
      .describe("Kept for older clients: what stands beside the output is in the observation's fields."),
    kernel_init_code: z.string().default("").describe("Code to run before, in the same process."),
    ...confirmation,
    ...risk,
    ...thought,
  })
  .meta({
    id: "RunIpythonArgs",
    description: "Python code to run in the workspace. Each piece of code runs in a process of its own.",
    examples: [{ code: "6 * 7" }],
  });
