// What the tools of a V1 agent answer: reference/v1-api.md §11.
import * as z from "zod";
import { exampleOf } from "../../examples.ts";
import { TextContent, V1Content } from "./content.ts";
import { taskList } from "./tool-actions.ts";

/** The observation of a tool: an object told apart by `kind`. */
function toolObservation<const Kind extends string, Fields extends z.core.$ZodShape>(
  kind: Kind,
  description: string,
  fields: Fields,
  example: object = {},
) {
  return z
    .object({
      content: z.array(V1Content).default([]).describe("The result, in parts."),
      is_error: z.boolean().default(false).describe("Whether it went wrong."),
      ...fields,
      kind: z.literal(kind).describe(`Always \`${kind}\`.`),
    })
    .meta({
      id: `V1${kind}`,
      description,
      examples: [{ kind, content: [exampleOf(TextContent)], ...example } as never],
    });
}

const text = (description: string) => z.string().describe(description);
const nullableText = (description: string) => z.string().nullable().describe(description);

const V1TerminalMetadata = z
  .object({
    exit_code: z.int().default(-1).describe("The exit code; -1 when there is none."),
    pid: z.int().default(-1).describe("The process id; -1 when unknown."),
    username: nullableText("Who the command ran as.").default(null),
    hostname: nullableText("Where the command ran.").default(null),
    working_dir: nullableText("The folder that the command ran in.").default(null),
    py_interpreter_path: nullableText("The Python interpreter, when known.").default(null),
    prefix: text("Text to show before the output.").default(""),
    suffix: text("Text to show after the output.").default(""),
  })
  .meta({
    id: "V1TerminalMetadata",
    description: "How a command ended.",
    examples: [{ exit_code: 0, pid: -1, username: "oh", hostname: "localhost", working_dir: "." }],
  });

const editorFields = {
  command: z.enum(["view", "create", "str_replace", "insert", "undo_edit"]).describe("What was done with the file."),
  path: nullableText("The file.").default(null),
  prev_exist: z.boolean().default(true).describe("Whether the file existed before."),
  old_content: nullableText("The text before.").default(null),
  new_content: nullableText("The text after.").default(null),
};

const searchFields = { pattern: text("What was looked for."), search_path: text("Where.") };
const truncated = z.boolean().default(false).describe("Whether there is more than is listed.");

export const V1ToolObservation = z
  .discriminatedUnion("kind", [
    toolObservation(
      "TerminalObservation",
      "What came of a command.",
      {
        command: nullableText("The command that ran; null for input."),
        exit_code: z.int().nullable().default(null).describe("Its exit code; null while there is none."),
        timeout: z.boolean().default(false).describe("Whether it took too long."),
        metadata: V1TerminalMetadata,
      },
      { command: "ls", exit_code: 0, timeout: false, metadata: exampleOf(V1TerminalMetadata) },
    ),
    toolObservation("FileEditorObservation", "What came of reading or editing a file.", editorFields, {
      command: "create",
      path: "notes.txt",
      prev_exist: false,
    }),
    toolObservation(
      "PlanningFileEditorObservation",
      "What came of reading a file, or editing `PLAN.md`.",
      editorFields,
      {
        command: "view",
        path: "PLAN.md",
      },
    ),
    toolObservation(
      "TaskTrackerObservation",
      "The list of tasks.",
      { command: z.enum(["view", "plan"]).describe("Whether the list was shown or replaced."), task_list: taskList },
      { command: "plan", task_list: [{ title: "Fix the test", notes: "", status: "in_progress" }] },
    ),
    toolObservation("FinishObservation", "The task is finished. The content repeats the action's message.", {}),
    toolObservation("ThinkObservation", "The thought was logged.", {}),
    toolObservation(
      "GlobObservation",
      "The files that were found.",
      { files: z.array(z.string()).describe("Their paths."), ...searchFields, truncated },
      { files: ["a.ts"], pattern: "**/*.ts", search_path: "." },
    ),
    toolObservation(
      "GrepObservation",
      "The files that were found.",
      {
        matches: z.array(z.string()).describe("Their paths."),
        ...searchFields,
        include_pattern: nullableText("The glob that their names fit.").default(null),
        truncated,
      },
      { matches: ["a.ts"], pattern: "TODO", search_path: ".", include_pattern: "*.ts" },
    ),
    toolObservation(
      "DelegateObservation",
      "What came of asking for help.",
      { command: z.enum(["spawn", "delegate"]).describe("Whether agents were begun or given tasks.") },
      { command: "delegate" },
    ),
    toolObservation(
      "BrowserObservation",
      "What the browser says.",
      { screenshot_data: nullableText("A picture of the page, base64 of a PNG.").default(null) },
      { screenshot_data: null },
    ),
    toolObservation(
      "MCPToolObservation",
      "What a tool without a kind of its own has answered.",
      { tool_name: text("The tool.") },
      { tool_name: "search" },
    ),
  ])
  .meta({
    id: "V1ToolObservation",
    description: "What a tool has answered. `kind` names the type.",
    examples: [{ kind: "ThinkObservation", content: [exampleOf(TextContent)] }],
  });
export type V1ToolObservation = z.output<typeof V1ToolObservation>;
