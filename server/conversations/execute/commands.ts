import { relative } from "node:path";
import type { Workspace } from "../../runtime/runtime.ts";
import { errorObservation } from "../event-draft.ts";
import type { Observation } from "../event-draft.ts";
import type { Executable } from "../execute.ts";

export async function run(
  { args }: Executable<"run">,
  workspace: Workspace,
  signal: AbortSignal,
): Promise<Observation> {
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
