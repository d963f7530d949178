// What the tools of a V1 agent are called with: reference/v1-api.md §11.
import * as z from "zod";
import { exampleOf } from "../../examples.ts";

/** The action of a tool: an object told apart by `kind`. */
function toolAction<const Kind extends string, Fields extends z.core.$ZodShape>(
  kind: Kind,
  description: string,
  fields: Fields,
  example: object,
) {
  return z
    .object({ kind: z.literal(kind).describe(`Always \`${kind}\`.`), ...fields })
    .meta({ id: `V1${kind}`, description, examples: [{ kind, ...example } as never] });
}

const optionalText = (description: string) => z.string().nullable().default(null).describe(description);

/** What the two editors of files take. */
const editorFields = {
  command: z.enum(["view", "create", "str_replace", "insert", "undo_edit"]).describe("What to do with the file."),
  path: z.string().describe("The file."),
  file_text: optionalText("The whole text, for `create`."),
  old_str: optionalText("The text to replace, for `str_replace`."),
  new_str: optionalText("The new text, for `str_replace` and `insert`."),
  insert_line: z.int().min(0).nullable().default(null).describe("The line after which to insert; 0 is the top."),
  view_range: z.array(z.int()).nullable().default(null).describe("First and last line from 1, for `view`."),
};

const V1Task = z
  .object({
    title: z.string().describe("What is to be done."),
    notes: z.string().default("").describe("What else there is to say."),
    status: z.enum(["todo", "in_progress", "done"]).default("todo").describe("How far it is."),
  })
  .meta({
    id: "V1Task",
    description: "A task of a plan.",
    examples: [{ title: "Fix the test", notes: "", status: "in_progress" }],
  });

/** The tasks of a plan. */
export const taskList = z.array(V1Task).default([]).describe("The tasks, in their order.");

const newTab = z.boolean().default(false).describe("Whether to open it in a new tab.");
const elementIndex = z.int().min(0).describe("The element's number in the last state of the browser.");
const tabId = z.string().describe("The tab.");

export const V1ToolAction = z
  .discriminatedUnion("kind", [
    toolAction(
      "TerminalAction",
      "A command is run.",
      {
        command: z.string().describe("A command line for bash."),
        is_input: z.boolean().default(false).describe("Whether the text is input for a running command."),
        timeout: z.number().min(0).nullable().default(null).describe("Seconds that it may take; null for no limit."),
        reset: z.boolean().default(false).describe("Whether to begin with a new terminal."),
      },
      { command: "git status --short" },
    ),
    toolAction("FileEditorAction", "A file is read or edited.", editorFields, { command: "view", path: "README.md" }),
    toolAction("PlanningFileEditorAction", "A file is read, or `PLAN.md` edited.", editorFields, {
      command: "create",
      path: "PLAN.md",
      file_text: "# Plan\n",
    }),
    toolAction(
      "TaskTrackerAction",
      "The list of tasks is shown or replaced.",
      {
        command: z.enum(["view", "plan"]).default("view").describe("Whether to show the list or to replace it."),
        task_list: taskList,
      },
      { command: "plan", task_list: [exampleOf(V1Task)] },
    ),
    toolAction(
      "FinishAction",
      "The agent has finished the task.",
      { message: z.string().describe("What was achieved, for the user.") },
      { message: "Both files are written." },
    ),
    toolAction(
      "ThinkAction",
      "The agent thinks aloud.",
      { thought: z.string().describe("The thought.") },
      { thought: "The test fails because of the time zone." },
    ),
    toolAction(
      "GlobAction",
      "Files are looked for by their names.",
      { pattern: z.string().describe("A glob."), path: optionalText("Where to look; null for the workspace.") },
      { pattern: "**/*.ts" },
    ),
    toolAction(
      "GrepAction",
      "Files are looked for by what they hold.",
      {
        pattern: z.string().describe("A regular expression."),
        path: optionalText("Where to look; null for the workspace."),
        include: optionalText("A glob that the files' names have to fit."),
      },
      { pattern: "TODO", include: "*.ts" },
    ),
    toolAction(
      "DelegateAction",
      "Agents are asked for help.",
      {
        command: z.enum(["spawn", "delegate"]).describe("Whether to begin agents or to give them tasks."),
        ids: z.array(z.string()).nullable().default(null).describe("The agents to begin, for `spawn`."),
        agent_types: z.array(z.string()).nullable().default(null).describe("Their types, in the same order."),
        tasks: z
          .record(z.string(), z.string())
          .nullable()
          .default(null)
          .describe("The tasks by agent, for `delegate`."),
      },
      { command: "delegate", tasks: { CodeActAgent: "List the files, please." } },
    ),
    toolAction(
      "BrowserNavigateAction",
      "A page is opened in the browser.",
      { url: z.string().describe("The page."), new_tab: newTab },
      { url: "https://example.com/" },
    ),
    toolAction(
      "BrowserClickAction",
      "An element of the page is clicked.",
      { index: elementIndex, new_tab: newTab },
      { index: 12 },
    ),
    toolAction(
      "BrowserTypeAction",
      "Text is typed into an element of the page.",
      { index: elementIndex, text: z.string().describe("The text.") },
      { index: 12, text: "weather" },
    ),
    toolAction(
      "BrowserGetStateAction",
      "The browser says what it shows.",
      { include_screenshot: z.boolean().default(false).describe("Whether with a picture of it.") },
      { include_screenshot: true },
    ),
    toolAction(
      "BrowserGetContentAction",
      "The browser gives the page as text.",
      {
        extract_links: z.boolean().default(false).describe("Whether with its links."),
        start_from_char: z.int().min(0).default(0).describe("Where in the text to begin."),
      },
      { extract_links: true },
    ),
    toolAction(
      "BrowserScrollAction",
      "The page is scrolled.",
      { direction: z.enum(["up", "down"]).default("down").describe("Which way.") },
      { direction: "down" },
    ),
    toolAction("BrowserGoBackAction", "The browser goes back to the page before.", {}, {}),
    toolAction("BrowserListTabsAction", "The browser lists its tabs.", {}, {}),
    toolAction("BrowserSwitchTabAction", "The browser shows another tab.", { tab_id: tabId }, { tab_id: "a1b2" }),
    toolAction("BrowserCloseTabAction", "A tab is closed.", { tab_id: tabId }, { tab_id: "a1b2" }),
    toolAction(
      "MCPToolAction",
      "A tool that has no kind of its own is called: one of an MCP server, or one that only V0 knows.",
      { data: z.record(z.string(), z.unknown()).default({}).describe("What it is called with.") },
      { data: { query: "weather" } },
    ),
  ])
  .meta({
    id: "V1ToolAction",
    description: "What a tool is called with. `kind` names the type.",
    examples: [{ kind: "TerminalAction", command: "git status --short" }],
  });
export type V1ToolAction = z.output<typeof V1ToolAction>;

/** What the tools are called by a model, each with the kind of its action. A tool that is not here is one of an MCP server. */
export const v1Tools = {
  terminal: "TerminalAction",
  file_editor: "FileEditorAction",
  planning_file_editor: "PlanningFileEditorAction",
  task_tracker: "TaskTrackerAction",
  finish: "FinishAction",
  think: "ThinkAction",
  glob: "GlobAction",
  grep: "GrepAction",
  delegate: "DelegateAction",
  browser_navigate: "BrowserNavigateAction",
  browser_click: "BrowserClickAction",
  browser_type: "BrowserTypeAction",
  browser_get_state: "BrowserGetStateAction",
  browser_get_content: "BrowserGetContentAction",
  browser_scroll: "BrowserScrollAction",
  browser_go_back: "BrowserGoBackAction",
  browser_list_tabs: "BrowserListTabsAction",
  browser_switch_tab: "BrowserSwitchTabAction",
  browser_close_tab: "BrowserCloseTabAction",
} as const satisfies Readonly<Record<string, V1ToolAction["kind"]>>;

/** The name of a tool that has a kind of its own. */
export type V1ToolName = keyof typeof v1Tools;
