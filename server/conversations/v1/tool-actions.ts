// The tools of V1 beside the actions of V0, both ways.
import { ActionRequest, V1ToolAction, v1Tools } from "../../../contract/index.ts";
import type { V1ToolName } from "../../../contract/index.ts";
import { describeAction } from "../describe.ts";
import type { Action } from "../event-draft.ts";

type ActionNamed<Name extends Action["action"]> = Extract<Action, { action: Name }>;
type ToolActionOf<Kind extends V1ToolAction["kind"]> = Extract<V1ToolAction, { kind: Kind }>;

/** An action as V1 shows it: which tool is called, and with what. */
export interface ToolUse {
  readonly tool: string;
  readonly action: V1ToolAction;
}

/** An action of V0 beside that of V1. What has no side in the other goes as a tool without a kind of its own. */
interface Row {
  /** Null for an action that does not fit. */
  readonly show: (action: never) => ToolUse | null;
  /** What is lost on the way to V1 and back. */
  readonly loses: readonly string[];
  /** The action of V0 that it comes back as, where that is another one. */
  readonly becomes?: Action["action"];
}

/** What every tool loses: V1 says it elsewhere, or not at all. */
const shared = ["thought", "security_risk", "confirmation_state"];

/** The actions that V1 shows as tools. */
export const toolRows = {
  run: {
    show: ({ args, timeout }: ActionNamed<"run">) => ({
      tool: "terminal",
      action: {
        kind: "TerminalAction",
        command: args.command,
        is_input: args.is_input,
        timeout: timeout === undefined || timeout < 0 ? null : timeout,
        reset: false,
      },
    }),
    loses: [...shared, "blocking", "is_static", "cwd", "hidden"],
  },
  run_ipython: { show: (action: ActionNamed<"run_ipython">) => ownTool(action), loses: shared },
  browse: {
    show: ({ args }: ActionNamed<"browse">) => ({
      tool: "browser_navigate",
      action: { kind: "BrowserNavigateAction", url: args.url, new_tab: false },
    }),
    loses: [...shared, "return_axtree"],
  },
  browse_interactive: { show: (action: ActionNamed<"browse_interactive">) => ownTool(action), loses: shared },
  read: {
    show: ({ args }: ActionNamed<"read">) => ({
      tool: "file_editor",
      action: { ...editor("view", args.path), view_range: args.view_range ?? lines(args) },
    }),
    loses: [...shared, "start", "end", "impl_source", "view_range"],
  },
  write: {
    show: (action: ActionNamed<"write">) => {
      const { path, content, start, end } = action.args;
      if (start !== 0 || end !== -1) return ownTool(action);
      return { tool: "file_editor", action: { ...editor("create", path), file_text: content } };
    },
    loses: shared,
    becomes: "edit",
  },
  edit: {
    show: (action: ActionNamed<"edit">) => {
      const { command, path, file_text, old_str, new_str, insert_line } = action.args;
      if (command === "" || command === "write" || (insert_line ?? 0) < 0) return ownTool(action);
      if (command === "view") return ownTool(action); // a `read` is what views
      return { tool: "file_editor", action: { ...editor(command, path), file_text, old_str, new_str, insert_line } };
    },
    loses: [...shared, "content", "start", "end", "impl_source"],
  },
  call_tool_mcp: {
    show: ({ args }: ActionNamed<"call_tool_mcp">) => toolCalled(args.name, args.arguments),
    loses: shared,
  },
  think: {
    show: ({ args }: ActionNamed<"think">) => ({
      tool: "think",
      action: { kind: "ThinkAction", thought: args.thought },
    }),
    loses: [],
  },
  finish: {
    show: (action: ActionNamed<"finish">) => finished(action),
    loses: ["thought", "outputs"],
  },
  reject: {
    show: (action: ActionNamed<"reject">) => finished(action),
    loses: ["thought", "outputs"],
    becomes: "finish",
  },
  delegate: {
    show: (action: ActionNamed<"delegate">) => {
      const { agent, inputs } = action.args;
      const { task, ...others } = inputs;
      if (typeof task !== "string" || Object.keys(others).length > 0) return ownTool(action);
      const tasks = Object.fromEntries([[agent, task]]);
      return {
        tool: "delegate",
        action: { kind: "DelegateAction", command: "delegate", ids: null, agent_types: null, tasks },
      };
    },
    loses: shared,
  },
  task_tracking: {
    show: ({ args }: ActionNamed<"task_tracking">) => ({
      tool: "task_tracker",
      action: {
        kind: "TaskTrackerAction",
        command: args.command,
        task_list: args.task_list.map(({ title, status, notes = "" }) => ({ title, notes, status })),
      },
    }),
    loses: ["thought", "task_list"],
  },
} as const satisfies Partial<Record<Action["action"], Row>>;

type Shown = keyof typeof toolRows;

/** An action of V0 that V1 shows as the use of a tool. */
export type ToolLike = Extract<Action, { action: Shown }>;

export function isToolLike(action: Action): action is ToolLike {
  return Object.hasOwn(toolRows, action.action);
}

/** An action as V1 shows it. */
export function shownTool(action: ToolLike): ToolUse {
  return (toolRows[action.action].show as (action: ToolLike) => ToolUse)(action);
}

/** The action of V0 that the use of a tool stands for. A tool that V0 does not know goes as one of an MCP server. */
export function readTool({ tool, action }: ToolUse): ToolLike {
  const known = readKnown(action);
  if (known) return known;
  const { kind: _, ...fields } = action;
  if (action.kind === "MCPToolAction") return readOwn(tool, action.data) ?? mcpCall(tool, action.data);
  return mcpCall(v1Tool(action.kind), fields);
}

function readKnown(action: V1ToolAction): ToolLike | null {
  switch (action.kind) {
    case "TerminalAction":
      return readTerminal(action);
    case "BrowserNavigateAction":
      return action.new_tab ? null : request("browse", { url: action.url });
    case "FileEditorAction":
      return readEditor(action);
    case "ThinkAction":
      return request("think", { thought: action.thought });
    case "FinishAction":
      return request("finish", { final_thought: action.message });
    case "TaskTrackerAction":
      return request("task_tracking", { command: action.command, task_list: action.task_list.map(numbered) });
    case "DelegateAction":
      return readDelegation(action);
    default:
      return null;
  }
}

function readTerminal({ command, is_input, timeout, reset }: ToolActionOf<"TerminalAction">): ToolLike | null {
  if (reset) return null;
  return { ...request("run", { command, is_input }), ...(timeout !== null && { timeout }) } as ToolLike;
}

function readEditor(action: ToolActionOf<"FileEditorAction">): ToolLike | null {
  const { command, path, view_range, kind: _, ...edit } = action;
  const edits = Object.values(edit).some((field) => field !== null);
  if (command === "view") return edits ? null : request("read", { path, view_range, impl_source: "oh_aci" });
  return view_range === null ? request("edit", { path, command, ...edit }) : null;
}

function readDelegation({ command, ids, agent_types, tasks }: ToolActionOf<"DelegateAction">): ToolLike | null {
  const [first, ...others] = Object.entries(tasks ?? {});
  if (command !== "delegate" || ids || agent_types || !first || others.length > 0) return null;
  return request("delegate", { agent: first[0], inputs: { task: first[1] } });
}

/** An action of V0 that no tool of V1 is like: its own args are what the tool is called with. */
function ownTool({ action, args }: { readonly action: string; readonly args: object }): ToolUse {
  const data = Object.fromEntries(Object.entries(args).filter(([name]) => !shared.includes(name)));
  return { tool: ownPrefix + action, action: { kind: "MCPToolAction", data } };
}

/** V1 has one way to end. An agent that has given up says so in words. */
function finished(action: ActionNamed<"finish" | "reject">): ToolUse {
  const message = action.action === "finish" ? action.args.final_thought : describeAction(action);
  return { tool: "finish", action: { kind: "FinishAction", message } };
}

/** No tool of a server is called like that. */
const ownPrefix = "v0_";

function readOwn(tool: string, data: Readonly<Record<string, unknown>>): ToolLike | null {
  if (!tool.startsWith(ownPrefix)) return null;
  const parsed = ActionRequest.safeParse({ action: tool.slice(ownPrefix.length), args: data });
  const action = parsed.success && (withoutId(parsed.data) as Action);
  return action && isToolLike(action) && shownTool(action).tool === tool ? action : null;
}

/** A tool that V1 has a kind for is shown as that, where what it is called with fits. */
function toolCalled(tool: string, data: Readonly<Record<string, unknown>>): ToolUse {
  const kind = Object.hasOwn(v1Tools, tool) ? v1Tools[tool as V1ToolName] : undefined;
  const parsed = kind && V1ToolAction.safeParse({ ...data, kind });
  if (parsed?.success && Object.keys(data).every((name) => name !== "kind" && name in parsed.data))
    return { tool, action: parsed.data };
  return { tool, action: { kind: "MCPToolAction", data: { ...data } } };
}

function mcpCall(name: string, fields: object): ToolLike {
  return request("call_tool_mcp", { name, arguments: fields });
}

function v1Tool(kind: V1ToolAction["kind"]): string {
  return Object.entries(v1Tools).find(([, tool]) => tool === kind)?.[0] ?? kind;
}

/** An action with the defaults of its args filled in. */
function request(action: ToolLike["action"], args: object): ToolLike {
  return withoutId(ActionRequest.parse({ action, args })) as ToolLike;
}

function withoutId<Any extends { id?: unknown }>(sent: Any): Omit<Any, "id"> {
  const { id: _, ...action } = sent;
  return action;
}

function editor(command: ToolActionOf<"FileEditorAction">["command"], path: string): ToolActionOf<"FileEditorAction"> {
  const none = { file_text: null, old_str: null, new_str: null, insert_line: null, view_range: null };
  return { kind: "FileEditorAction", command, path, ...none };
}

/** V0 counts lines from 0 and stops before the last one; V1 counts from 1 and stops after it. */
function lines({ start, end }: { start: number; end: number }): number[] | null {
  return start === 0 && end === -1 ? null : [start + 1, end];
}

function numbered({ title, notes, status }: { title: string; notes: string; status: string }, index: number) {
  return { id: String(index + 1), title, status, ...(notes !== "" && { notes }) };
}
