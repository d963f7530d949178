import type * as z from "zod";
import {
  ChangeAgentStateArgs,
  CondensationArgs,
  CondensationRequestArgs,
  FinishArgs,
  LoopRecoveryArgs,
  RejectArgs,
  ThinkArgs,
} from "./args/agent.ts";
import { BrowseArgs, BrowseInteractiveArgs } from "./args/browser.ts";
import { RunArgs, RunIpythonArgs } from "./args/commands.ts";
import { MessageArgs, NullArgs, RecallArgs, SystemArgs } from "./args/conversation.ts";
import { EditArgs, ReadArgs, WriteArgs } from "./args/files.ts";
import { CallToolMcpArgs, DelegateArgs, TaskTrackingArgs } from "./args/tools.ts";
import type { EventSource } from "./shared.ts";

/** What an action type is, before it is an event of the log or a request of a client. */
export interface ActionDefinition<Name extends string = string, Args extends z.ZodObject = z.ZodObject> {
  readonly name: Name;
  readonly title: string;
  readonly args: Args;
  /** Who causes it in the example. */
  readonly source: EventSource;
  /** What `message` says in the example. */
  readonly message: string;
}

/** Every action type. Names and fields: reference/v0-api.md §6.2. */
export const definitions = {
  message: {
    name: "message",
    title: "Somebody says something.",
    args: MessageArgs,
    source: "user",
    message: "Run the tests, please.",
  },
  system: {
    name: "system",
    title: "The agent is set up.",
    args: SystemArgs,
    source: "agent",
    message: "You are a test agent.",
  },
  run: {
    name: "run",
    title: "A command is run in the workspace.",
    args: RunArgs,
    source: "agent",
    message: "Running command: git status --short",
  },
  runIpython: {
    name: "run_ipython",
    title: "Python code is run in the workspace.",
    args: RunIpythonArgs,
    source: "agent",
    message: "Running Python code: 6 * 7",
  },
  browse: {
    name: "browse",
    title: "A page is opened in the browser.",
    args: BrowseArgs,
    source: "agent",
    message: "Browsing https://example.com/",
  },
  browseInteractive: {
    name: "browse_interactive",
    title: "Something is done in the browser.",
    args: BrowseInteractiveArgs,
    source: "agent",
    message: "Using the browser: click('12')",
  },
  read: {
    name: "read",
    title: "A file is read.",
    args: ReadArgs,
    source: "agent",
    message: "Reading file: README.md",
  },
  write: {
    name: "write",
    title: "A file is written.",
    args: WriteArgs,
    source: "agent",
    message: "Writing file: notes.txt",
  },
  edit: { name: "edit", title: "A file is edited.", args: EditArgs, source: "agent", message: "" },
  callToolMcp: {
    name: "call_tool_mcp",
    title: "A tool of an MCP server is called.",
    args: CallToolMcpArgs,
    source: "agent",
    message: "Calling the MCP tool search",
  },
  think: {
    name: "think",
    title: "The agent thinks aloud.",
    args: ThinkArgs,
    source: "agent",
    message: "I am thinking…: The test fails because of the time zone.",
  },
  finish: {
    name: "finish",
    title: "The agent has finished the task.",
    args: FinishArgs,
    source: "agent",
    message: "Both files are written.",
  },
  reject: {
    name: "reject",
    title: "The agent, or the user, gives up the task.",
    args: RejectArgs,
    source: "agent",
    message: "The task was rejected: The repository is empty.",
  },
  delegate: {
    name: "delegate",
    title: "An agent is asked for help.",
    args: DelegateArgs,
    source: "agent",
    message: "Asking CodeActAgent for help with this task.",
  },
  recall: {
    name: "recall",
    title: "Context or knowledge is looked up for a message.",
    args: RecallArgs,
    source: "user",
    message: "Retrieving workspace context",
  },
  changeAgentState: {
    name: "change_agent_state",
    title: "The agent is to change its state.",
    args: ChangeAgentStateArgs,
    source: "user",
    message: "Agent state changed to stopped",
  },
  condensation: {
    name: "condensation",
    title: "The agent forgets events and keeps a summary.",
    args: CondensationArgs,
    source: "agent",
    message: "Summary: The user said hello.",
  },
  condensationRequest: {
    name: "condensation_request",
    title: "The agent is to condense what it remembers.",
    args: CondensationRequestArgs,
    source: "user",
    message: "Requesting a condensation of the conversation",
  },
  taskTracking: {
    name: "task_tracking",
    title: "The list of tasks is shown or replaced.",
    args: TaskTrackingArgs,
    source: "agent",
    message: "Planning 1 task",
  },
  loopRecovery: {
    name: "loop_recovery",
    title: "The user says how to go on after a loop.",
    args: LoopRecoveryArgs,
    source: "user",
    message: "",
  },
  nothing: {
    name: "null",
    title: "Nothing happens.",
    args: NullArgs,
    source: "agent",
    message: "No action",
  },
} as const satisfies Record<string, ActionDefinition>;
