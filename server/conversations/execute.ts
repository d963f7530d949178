import type { Workspace } from "../runtime/runtime.ts";
import { WorkspaceError } from "../runtime/runtime.ts";
import { condense } from "./condensation.ts";
import { errorObservation } from "./event-draft.ts";
import type { Action, Observation } from "./event-draft.ts";
import { browse } from "./execute/browser.ts";
import { run } from "./execute/commands.ts";
import { delegate } from "./execute/delegate.ts";
import type { AskAgent } from "./execute/delegate.ts";
import { edit, read, write } from "./execute/files.ts";
import { callTool } from "./execute/mcp.ts";
import { runIpython } from "./execute/python.ts";
import { trackTasks } from "./execute/tasks.ts";
import type { History } from "./history.ts";

/** The actions that are carried out, each with what comes of it when it works. */
const results = {
  run: "run",
  run_ipython: "run_ipython",
  read: "read",
  write: "write",
  edit: "edit",
  browse: "browse",
  browse_interactive: "browse",
  call_tool_mcp: "mcp",
  think: "think",
  delegate: "delegate",
  condensation_request: "condense",
  task_tracking: "task_tracking",
} as const satisfies Partial<Record<Action["action"], Observation["observation"]>>;

/** An action that is carried out. */
export type Executable<Name extends keyof typeof results = keyof typeof results> = Extract<Action, { action: Name }>;

/** The types of the actions that are carried out. */
export const executable = Object.keys(results);

/** The types of what may come of them. */
export const outcomes = [...new Set([...Object.values(results), "error", "user_rejected"])];

/** Whether an action has an observation to follow. */
export function isExecutable<Any extends { readonly action: string }>(
  action: Any,
): action is Extract<Any, { action: keyof typeof results }> {
  return action.action in results;
}

/** What carrying out takes besides the action. */
export interface Surroundings {
  readonly workspace: Workspace;
  readonly history: History;
  readonly ask: AskAgent;
  readonly signal: AbortSignal;
}

/**
 * Carries out an action.
 * @param id of the action's event
 * @returns what came of it; an action that could not be carried out gives an `error` observation
 * @throws only what is the server's own fault, and what ends the turn of an agent that was asked
 */
export async function execute(action: Executable, id: number, surroundings: Surroundings): Promise<Observation> {
  try {
    return await perform(action, id, surroundings);
  } catch (error) {
    if (error instanceof WorkspaceError) return errorObservation(error.message, "");
    throw error;
  }
}

function perform(
  action: Executable,
  id: number,
  { workspace, history, ask, signal }: Surroundings,
): Promise<Observation> | Observation {
  switch (action.action) {
    case "run":
      return run(action, workspace, signal);
    case "run_ipython":
      return runIpython(action, workspace, signal);
    case "read":
      return read(action, workspace);
    case "write":
      return write(action, workspace);
    case "edit":
      return edit(action, workspace);
    case "browse":
    case "browse_interactive":
      return browse(action);
    case "call_tool_mcp":
      return callTool(action);
    case "think":
      return { observation: "think", content: "Your thought has been logged.", extras: {} };
    case "delegate":
      return delegate(action, ask);
    case "condensation_request":
      return condense(history, id);
    case "task_tracking":
      return trackTasks(action, history, id);
  }
}
