import * as z from "zod";
import { exampleOf } from "../examples.ts";
import { pascalCase } from "../names.ts";
import {
  ActionConfirmationStatus,
  AgentState,
  FileEditSource,
  FileReadSource,
  RecallType,
  envelope,
  exampleEnvelope,
  risk,
  thought,
} from "./shared.ts";
import type { EventSource } from "./shared.ts";

const MessageArgs = z
  .object({
    content: z.string().describe("The text."),
    file_urls: z.array(z.string()).nullable().default(null).describe("Files in the workspace that the text is about."),
    image_urls: z.array(z.string()).nullable().default(null).describe("Images, as URLs or data URLs."),
    wait_for_response: z.boolean().default(false).describe("Whether the agent waits for an answer."),
    ...risk,
  })
  .meta({
    id: "MessageArgs",
    description: "What is said.",
    examples: [{ content: "Run the tests, please." }],
  });

const SystemArgs = z
  .object({
    content: z.string().describe("The system prompt."),
    tools: z
      .array(z.record(z.string(), z.unknown()))
      .nullable()
      .default(null)
      .describe("The tools offered to the model."),
    openhands_version: z.string().nullable().default(null).describe("The server's version."),
    agent_class: z.string().nullable().default(null).describe("The agent's name."),
  })
  .meta({
    id: "SystemArgs",
    description: "How the agent was set up.",
    examples: [{ content: "You are a test agent.", agent_class: "CodeActAgent" }],
  });

const RunArgs = z
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
    confirmation_state: ActionConfirmationStatus.default("confirmed"),
    ...risk,
    ...thought,
  })
  .meta({
    id: "RunArgs",
    description: "A command to run in the workspace.",
    examples: [{ command: "git status --short" }],
  });

const ReadArgs = z
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
    ...risk,
    ...thought,
  })
  .meta({ id: "ReadArgs", description: "A file to read.", examples: [{ path: "README.md" }] });

const WriteArgs = z
  .object({
    path: z.string().describe("The file, relative to the workspace; its folders are created."),
    content: z.string().describe("The new text."),
    start: z.int().default(0).describe("The first line to replace, from 0."),
    end: z.int().default(-1).describe("The line before which to stop replacing; -1 is the end of the file."),
    ...risk,
    ...thought,
  })
  .meta({
    id: "WriteArgs",
    description: "A file to write.",
    examples: [{ path: "notes.txt", content: "remember the milk\n" }],
  });

const EditArgs = z
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
    ...risk,
    ...thought,
  })
  .meta({
    id: "EditArgs",
    description: "An edit of one file.",
    examples: [{ path: "notes.txt", command: "str_replace", old_str: "milk", new_str: "bread" }],
  });

const ThinkArgs = z.object({ thought: z.string().default("").describe("The thought.") }).meta({
  id: "ThinkArgs",
  description: "A thought to log.",
  examples: [{ thought: "The test fails because of the time zone." }],
});

const FinishArgs = z
  .object({
    final_thought: z.string().default("").describe("What was achieved, for the user."),
    outputs: z.record(z.string(), z.unknown()).default({}).describe("Named results, for programs."),
    ...thought,
  })
  .meta({
    id: "FinishArgs",
    description: "The end of the task.",
    examples: [{ final_thought: "Both files are written." }],
  });

const ChangeAgentStateArgs = z.object({ agent_state: AgentState, ...thought }).meta({
  id: "ChangeAgentStateArgs",
  description: "The state to change to.",
  examples: [{ agent_state: "stopped" }],
});

const RecallArgs = z
  .object({
    recall_type: RecallType,
    query: z.string().default("").describe("What the recall is about."),
    ...thought,
  })
  .meta({
    id: "RecallArgs",
    description: "What to recall.",
    examples: [{ recall_type: "workspace_context", query: "Run the tests." }],
  });

const NullArgs = z.object({}).meta({ id: "NullArgs", description: "Nothing.", examples: [{}] });

interface ActionDefinition<Name extends string, Args extends z.ZodObject> {
  readonly name: Name;
  readonly title: string;
  readonly args: Args;
  /** Who causes it in the example. */
  readonly source: EventSource;
  /** What `message` says in the example. */
  readonly message: string;
}

/** The event of an action as it stands in the log. */
function actionEvent<const Name extends string, Args extends z.ZodObject>(definition: ActionDefinition<Name, Args>) {
  const { name, title, args, source, message } = definition;
  return z
    .object({
      ...envelope,
      action: z.literal(name).describe("The type of the action."),
      args,
      timeout: z.number().optional().describe("Seconds that the action may take."),
    })
    .meta({
      id: `${pascalCase(name)}Action`,
      description: title,
      examples: [{ ...exampleEnvelope(7, source, message), action: name, args: args.parse(exampleOf(args)) }],
    });
}

/** The same action as a client sends it: without the envelope, defaults may be left out. */
function actionRequest<const Name extends string, Args extends z.ZodObject>(definition: ActionDefinition<Name, Args>) {
  const { name, title, args } = definition;
  return z.object({ action: z.literal(name).describe("The type of the action."), args }).meta({
    id: `${pascalCase(name)}ActionRequest`,
    description: `${title} Sent by a client; fields with a default may be left out.`,
    examples: [{ action: name, args: exampleOf(args) }],
  });
}

const message = {
  name: "message",
  title: "Somebody says something.",
  args: MessageArgs,
  source: "user",
  message: "Run the tests, please.",
} as const;
const system = {
  name: "system",
  title: "The agent is set up.",
  args: SystemArgs,
  source: "agent",
  message: "You are a test agent.",
} as const;
const run = {
  name: "run",
  title: "A command is run in the workspace.",
  args: RunArgs,
  source: "agent",
  message: "Running command: git status --short",
} as const;
const read = {
  name: "read",
  title: "A file is read.",
  args: ReadArgs,
  source: "agent",
  message: "Reading file: README.md",
} as const;
const write = {
  name: "write",
  title: "A file is written.",
  args: WriteArgs,
  source: "agent",
  message: "Writing file: notes.txt",
} as const;
const edit = {
  name: "edit",
  title: "A file is edited.",
  args: EditArgs,
  source: "agent",
  message: "",
} as const;
const think = {
  name: "think",
  title: "The agent thinks aloud.",
  args: ThinkArgs,
  source: "agent",
  message: "I am thinking…: The test fails because of the time zone.",
} as const;
const finish = {
  name: "finish",
  title: "The agent has finished the task.",
  args: FinishArgs,
  source: "agent",
  message: "Both files are written.",
} as const;
const changeAgentState = {
  name: "change_agent_state",
  title: "The agent is to change its state.",
  args: ChangeAgentStateArgs,
  source: "user",
  message: "Agent state changed to stopped",
} as const;
const recall = {
  name: "recall",
  title: "Context or knowledge is looked up for a message.",
  args: RecallArgs,
  source: "user",
  message: "Retrieving workspace context",
} as const;
const nothing = {
  name: "null",
  title: "Nothing happens.",
  args: NullArgs,
  source: "agent",
  message: "No action",
} as const;

/** An action in the log: what somebody does. */
export const ActionEvent = z
  .discriminatedUnion("action", [
    actionEvent(message),
    actionEvent(system),
    actionEvent(run),
    actionEvent(read),
    actionEvent(write),
    actionEvent(edit),
    actionEvent(think),
    actionEvent(finish),
    actionEvent(changeAgentState),
    actionEvent(recall),
    actionEvent(nothing),
  ])
  .meta({
    id: "ActionEvent",
    description: "What somebody does, as it stands in the log. `action` names the type.",
    examples: [
      {
        ...exampleEnvelope(7, "agent", run.message),
        action: "run",
        args: RunArgs.parse({ command: "git status --short" }),
      },
    ],
  });
export type ActionEvent = z.output<typeof ActionEvent>;

/** An action as a client may send it, over REST or the socket. */
export const ActionRequest = z
  .discriminatedUnion("action", [
    actionRequest(message),
    actionRequest(run),
    actionRequest(read),
    actionRequest(write),
    actionRequest(edit),
    actionRequest(think),
    actionRequest(finish),
    actionRequest(changeAgentState),
  ])
  .meta({
    id: "ActionRequest",
    description:
      "What a client wants done: say something, run or edit something in the workspace, or change the agent's state.",
    examples: [{ action: "message", args: { content: "Run the tests, please." } }],
  });
export type ActionRequest = z.output<typeof ActionRequest>;

/** The type names of the actions in the log. */
export const actionTypes = ActionEvent.options.map((option) => option.shape.action.value);
export type ActionType = ActionEvent["action"];
