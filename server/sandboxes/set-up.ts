import { randomBytes } from "node:crypto";
import type { Workspace } from "../runtime/runtime.ts";

/** A step of the start of a conversation has failed. The message is for the user. */
export class StartFailure extends Error {
  override name = "StartFailure";
}

const setupTimeoutMs = 600_000; // reference/v1-api.md §5
const stepTimeoutMs = 60_000;

/** Makes a repository of a workspace that holds none. */
export function initRepository(workspace: Workspace, signal: AbortSignal): Promise<void> {
  return step(workspace, "[ -e .git ] || git init --quiet", { what: "git init", signal });
}

/** Lets the agent work on a branch of its own, where nobody has named one. */
export function branchOff(workspace: Workspace, signal: AbortSignal): Promise<void> {
  const branch = `openhands-workspace-${randomBytes(4).toString("hex")}`;
  return step(workspace, `git checkout --quiet -b ${branch}`, { what: "git checkout", signal });
}

/** Runs the repository's `.openhands/setup.sh`, if it has one. @throws {StartFailure} with its output when it fails */
export function runSetupScript(workspace: Workspace, signal: AbortSignal): Promise<void> {
  const script = ".openhands/setup.sh";
  const command = `[ ! -f ${script} ] || { chmod +x ${script} && ./${script}; }`;
  return step(workspace, command, { what: script, signal, timeoutMs: setupTimeoutMs });
}

/**
 * Makes git run the repository's `.openhands/pre-commit.sh` before each commit, if it has one, and after it the hook that
 * was there before.
 */
export function installGitHooks(workspace: Workspace, signal: AbortSignal): Promise<void> {
  return step(workspace, installHook, { what: ".openhands/pre-commit.sh", signal, input: hook });
}

const hook = `#!/bin/sh
# Made by openhands-api: the repository's own checks come first, then the hook that was here before.
root=$(git rev-parse --show-toplevel) || exit
"$root/.openhands/pre-commit.sh" "$@" || exit
[ ! -x "$0.local" ] || exec "$0.local" "$@"
`;

const installHook = `[ -f .openhands/pre-commit.sh ] || exit 0
set -e
hook=$(git rev-parse --git-path hooks)/pre-commit
mkdir -p "$(dirname "$hook")"
chmod +x .openhands/pre-commit.sh
if [ -e "$hook" ] && ! grep -q "Made by openhands-api" "$hook"; then mv "$hook" "$hook.local"; fi
cat > "$hook"
chmod +x "$hook"`;

interface StepOptions {
  /** What the user calls the step. */
  readonly what: string;
  readonly signal: AbortSignal;
  readonly timeoutMs?: number;
  readonly input?: string;
}

/** Runs as the agent's commands do: what is in a repository is not trusted with more. */
async function step(
  workspace: Workspace,
  command: string,
  { what, timeoutMs = stepTimeoutMs, ...options }: StepOptions,
): Promise<void> {
  const { exitCode, output, timedOut } = await workspace.run(command, { ...options, timeoutMs });
  options.signal.throwIfAborted();
  if (exitCode === 0) return;
  const how = timedOut ? `took longer than ${timeoutMs / 1000} seconds` : `ended with exit code ${exitCode}`;
  throw new StartFailure(`${what} ${how}. Mend it and start the conversation again. Its output:\n${output}`);
}
