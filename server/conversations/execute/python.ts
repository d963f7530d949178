import type { Workspace } from "../../runtime/runtime.ts";
import { errorObservation } from "../event-draft.ts";
import type { Observation } from "../event-draft.ts";
import type { Executable } from "../execute.ts";

/**
 * Reads a cell from its input and runs it as notebooks do: the value of an expression at the end is shown. There is not one
 * single quote in it, so that the shell passes it on as it is; the cell never is part of a command line.
 */
const runCell = `
import ast, sys
cell = ast.parse(sys.stdin.read(), "<cell>")
last = cell.body.pop() if cell.body and isinstance(cell.body[-1], ast.Expr) else None
names = {"__name__": "__main__"}
exec(compile(cell, "<cell>", "exec"), names)
value = None if last is None else eval(compile(ast.Expression(last.value), "<cell>", "eval"), names)
if value is not None: print(repr(value))
`;

/** What bash says of a command that it does not find. */
const notFound = 127;

/** Runs Python code with the `python3` that commands find. Each piece of code has a process of its own. */
export async function runIpython(
  { args }: Executable<"run_ipython">,
  workspace: Workspace,
  signal: AbortSignal,
): Promise<Observation> {
  const input = args.kernel_init_code === "" ? args.code : `${args.kernel_init_code}\n${args.code}`;
  const { output, exitCode } = await workspace.run(`python3 -c '${runCell}'`, { input, signal });
  if (exitCode === notFound && (await workspace.run("command -v python3", { signal })).exitCode !== 0)
    return errorObservation(
      "There is no python3 on this machine. Install it where the server runs, or use another language with a `run` action.",
      "",
    );
  return {
    observation: "run_ipython",
    content: output,
    extras: { code: args.code, image_urls: null },
    success: exitCode === 0,
  };
}
