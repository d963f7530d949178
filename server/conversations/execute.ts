import { relative } from "node:path";
import type { Workspace } from "../runtime/runtime.ts";
import { WorkspaceError } from "../runtime/runtime.ts";
import type { Action, Observation } from "./event-draft.ts";

/** The actions that the workspace carries out. */
export type Executable<Name extends Action["action"] = "run" | "read" | "write" | "edit" | "think"> = Extract<
  Action,
  { action: Name }
>;

/** Their names. */
export const executable: ReadonlySet<string> = new Set([
  "run",
  "read",
  "write",
  "edit",
  "think",
] satisfies Executable["action"][]);

/** Whether an action has an observation to follow. */
export function isExecutable<Any extends { readonly action: string }>(
  action: Any,
): action is Extract<Any, { action: Executable["action"] }> {
  return executable.has(action.action);
}

/**
 * Carries out an action.
 * @returns what came of it; an action that could not be carried out gives an `error` observation
 * @throws only what is the server's own fault
 */
export async function execute(action: Executable, workspace: Workspace, signal: AbortSignal): Promise<Observation> {
  try {
    return await perform(action, workspace, signal);
  } catch (error) {
    if (error instanceof WorkspaceError) return errorObservation(error.message, "");
    throw error;
  }
}

/** @param id a code for programs; may be empty */
export function errorObservation(message: string, id: string): Observation {
  return { observation: "error", content: message, extras: { error_id: id } };
}

function perform(action: Executable, workspace: Workspace, signal: AbortSignal): Promise<Observation> | Observation {
  switch (action.action) {
    case "run":
      return run(action, workspace, signal);
    case "read":
      return read(action, workspace);
    case "write":
      return write(action, workspace);
    case "edit":
      return edit(action, workspace);
    case "think":
      return { observation: "think", content: "Your thought has been logged.", extras: {} };
  }
}

async function run({ args }: Executable<"run">, workspace: Workspace, signal: AbortSignal): Promise<Observation> {
  if (args.is_input)
    return errorObservation(
      "No command is waiting for input: each command runs to its end. Send it as a command.",
      "AGENT_ERROR$BAD_ACTION",
    );
  const result = await workspace.run(args.command, { signal, ...(args.cwd !== null && { cwd: args.cwd }) });
  return {
    observation: "run",
    content: result.output,
    extras: {
      command: args.command,
      metadata: {
        exit_code: result.exitCode,
        pid: result.pid,
        username: result.username,
        hostname: result.hostname,
        working_dir: relative(workspace.root, result.workingDir) || ".",
        py_interpreter_path: null,
        prefix: "",
        suffix: "",
      },
      hidden: args.hidden,
    },
    success: result.exitCode === 0,
  };
}

async function read({ args }: Executable<"read">, workspace: Workspace): Promise<Observation> {
  const extras = { path: args.path, impl_source: args.impl_source };
  if (args.impl_source === "oh_aci") {
    const { content } = await workspace.edit({ path: args.path, command: "view", view_range: args.view_range });
    return { observation: "read", content, extras };
  }
  return {
    observation: "read",
    content: await workspace.read(args.path, { start: args.start, end: args.end }),
    extras,
  };
}

async function write({ args }: Executable<"write">, workspace: Workspace): Promise<Observation> {
  await workspace.write(args.path, args.content, { start: args.start, end: args.end });
  return { observation: "write", content: "", extras: { path: args.path } };
}

async function edit({ args }: Executable<"edit">, workspace: Workspace): Promise<Observation> {
  const { path, prevExist, oldContent, newContent, diff, content } = await workspace.edit({
    ...args,
    command: args.command || "write",
  });
  return {
    observation: "edit",
    content,
    extras: {
      path,
      prev_exist: prevExist,
      old_content: oldContent,
      new_content: newContent,
      impl_source: args.impl_source,
      diff,
    },
  };
}
