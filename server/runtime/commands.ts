import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { close } from "node:fs";
import type { Socket } from "node:net";
import { constants, hostname, userInfo } from "node:os";
import { StringDecoder } from "node:string_decoder";
import { promisify } from "node:util";
import { execa } from "execa";
import { createExcerpt } from "./excerpt.ts";
import { openOutputPipe } from "./output-pipe.ts";
import { groupEnded, killMarked, MARK, signalGroup } from "./processes.ts";
import { WorkspaceError, type CommandResult } from "./runtime.ts";

/** One command to run. */
export interface CommandRequest {
  readonly command: string;
  /** Absolute path of an existing folder. */
  readonly workingDir: string;
  /** All that the command gets to see. */
  readonly environment: Readonly<Record<string, string>>;
  /** What it reads on stdin; nothing when left out. */
  readonly input?: string | undefined;
  readonly timeoutMs: number;
  /** Marks all that the command starts, so that `killMarked` of a later process finds it. */
  readonly owner: string;
  readonly signal?: AbortSignal | undefined;
}

/** Why a command was ended from outside. */
type StopReason = "time limit" | "abort" | "too much output";

/** The largest single argument of Linux (MAX_ARG_STRLEN), less its closing NUL. */
const MAX_COMMAND_BYTES = 128 * 1024 - 1;

const MAX_OUTPUT_BYTES = 10 * 1024 * 1024;

/** What a shell reports for a program that SIGTERM ended. */
const TERMINATED = 128 + constants.signals.SIGTERM;

/** From SIGTERM to SIGKILL. */
const KILL_DELAY_MS = 1000;

/** For what is still writing when the shell ends, such as `> >(tee log)`. */
const LINGER_MS = 200;

/**
 * Runs `bash -c` and waits until it, and all that it started, has ended: what the command leaves in the background is
 * terminated.
 *
 * @throws WorkspaceError `command_refused` when bash cannot be given the command or cannot be started
 */
export async function runCommand(request: CommandRequest): Promise<CommandResult> {
  refuseUnfit(request.command);
  if (request.signal?.aborted) return report(request, { pid: -1, exitCode: -1, reason: "abort" });

  const mark = `${request.owner}:${randomUUID()}`;
  const { child, output } = await start(request, mark);
  if (child.pid === undefined) {
    output.destroy();
    throw new WorkspaceError("command_refused", "bash could not be started in that folder.", {
      cause: await child,
    });
  }
  const stopping = stopOnDemand(child.pid, request);
  const excerpt = collect(output, () => stopping.stop("too much output"));
  const result = await child.finally(() => stopping.dispose());
  await endLeftovers(child.pid, mark, output);
  const exitCode = result.exitCode ?? signalledCode(result.signal);
  return report(request, { pid: child.pid, exitCode, excerpt, reason: stopping.reason() });
}

function refuseUnfit(command: string): void {
  if (command.includes("\0")) {
    throw new WorkspaceError(
      "command_refused",
      "The command has a NUL character. Use printf '\\0' where one is needed.",
    );
  }
  if (Buffer.byteLength(command) > MAX_COMMAND_BYTES) {
    throw new WorkspaceError(
      "command_refused",
      `The command is longer than ${MAX_COMMAND_BYTES} bytes. Write it to a file and run that.`,
    );
  }
}

async function start({ command, workingDir, environment, input }: CommandRequest, mark: string) {
  const { output, input: outputEnd } = await openOutputPipe();
  try {
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- execa passes any descriptor on; its types end at 9
    const writer = outputEnd as 9;
    // Without --norc, bash takes the socket that Node makes for stdin for that of a remote shell, and runs ~/.bashrc.
    const child = execa("bash", ["--norc", "-c", "--", command], {
      cwd: workingDir,
      env: { ...environment, [MARK]: mark },
      extendEnv: false,
      ...(input !== undefined && { input }),
      stdio: [input === undefined ? "ignore" : "pipe", writer, writer],
      buffer: false,
      reject: false,
      killDescendants: true, // A process group of its own, which also ends when this process ends.
    });
    return { child, output };
  } finally {
    await promisify(close)(outputEnd);
  }
}

/** Ends the command when its time is up, its caller aborts or `stop` is called; the first reason counts. */
function stopOnDemand(pid: number, { timeoutMs, signal }: CommandRequest) {
  let reason: StopReason | null = null;
  let killing: NodeJS.Timeout | undefined;
  const stop = (why: StopReason) => {
    if (reason !== null) return;
    reason = why;
    signalGroup(pid, "SIGTERM");
    killing = setTimeout(() => signalGroup(pid, "SIGKILL"), KILL_DELAY_MS);
  };
  const abort = () => stop("abort");
  const limit = setTimeout(() => stop("time limit"), timeoutMs);
  signal?.addEventListener("abort", abort);
  if (signal?.aborted) abort(); // While the pipe was being made.
  return {
    stop,
    reason: () => reason,
    dispose() {
      clearTimeout(limit);
      clearTimeout(killing);
      signal?.removeEventListener("abort", abort);
    },
  };
}

function collect(output: Socket, onTooMuch: () => void) {
  const excerpt = createExcerpt();
  const decoder = new StringDecoder("utf8");
  let bytes = 0;
  output.on("data", (chunk: Buffer) => {
    excerpt.add(decoder.write(chunk));
    bytes += chunk.length;
    if (bytes > MAX_OUTPUT_BYTES) onTooMuch();
  });
  output.once("end", () => excerpt.add(decoder.end()));
  output.once("error", () => output.destroy());
  return excerpt;
}

/** After the shell: gives what it left behind a moment, then ends it, then waits for the last of the output. */
async function endLeftovers(pid: number, mark: string, output: Socket): Promise<void> {
  if (!(await groupEnded(pid, mark, LINGER_MS))) {
    signalGroup(pid, "SIGTERM");
    await groupEnded(pid, mark, KILL_DELAY_MS);
  }
  signalGroup(pid, "SIGKILL");
  await killMarked(mark);
  // A process of someone else's that was handed the pipe may keep it open for ever.
  const limit = AbortSignal.timeout(KILL_DELAY_MS);
  if (!output.closed) await once(output, "close", { signal: limit }).catch(() => {});
  output.destroy();
}

interface Outcome {
  readonly pid: number;
  readonly exitCode: number;
  readonly excerpt?: ReturnType<typeof createExcerpt>;
  readonly reason: StopReason | null;
}

function report(request: CommandRequest, { pid, exitCode, excerpt, reason }: Outcome): CommandResult {
  const printed = excerpt?.text() ?? "";
  const separator = printed === "" || printed.endsWith("\n") ? "" : "\n";
  return {
    output: reason === null ? printed : `${printed}${separator}${explain(reason, request.timeoutMs)}\n`,
    exitCode: reason === null ? exitCode : reason === "too much output" ? TERMINATED : -1,
    pid,
    workingDir: request.workingDir,
    timedOut: reason === "time limit",
    truncated: excerpt?.truncated() ?? false,
    hostname: hostname(),
    username: username(),
  };
}

function explain(reason: StopReason, timeoutMs: number): string {
  const explanations: Record<StopReason, string> = {
    "time limit": `was ended after its time limit of ${timeoutMs / 1000} seconds. Split the work into shorter commands.`,
    abort: "was stopped before it ended. Run it again if it is still needed.",
    "too much output": `was ended because it printed more than ${MAX_OUTPUT_BYTES / 1024 / 1024} MiB. Write the output to a file and look at parts of it.`,
  };
  return `[The command ${explanations[reason]}]`;
}

function signalledCode(signal: string | undefined): number {
  const numbers: Partial<Record<string, number>> = constants.signals;
  return 128 + (numbers[signal ?? ""] ?? 0);
}

/** A user id without an account, as containers have, makes userInfo throw. */
function username(): string {
  try {
    return userInfo().username;
  } catch {
    return String(process.getuid?.() ?? "");
  }
}
