import { existsSync } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";

/** The variable that marks a process, and all that it starts, as belonging to one command. */
export const MARK = "OPENHANDS_COMMAND";

const hasProc = existsSync("/proc/self/environ");

const POLL_MS = 20;
const MAX_SWEEPS = 10;

/** Sends a signal to every process of a group. False when there is none left, or none that may be signalled. */
export function signalGroup(group: number, signal: NodeJS.Signals | 0): boolean {
  try {
    return process.kill(-group, signal);
  } catch {
    return false;
  }
}

/** Waits until no process of a command is alive in its group any more, at most `limitMs`. */
export async function groupEnded(group: number, mark: string, limitMs: number): Promise<boolean> {
  for (let waited = 0; await isGroupAlive(group, mark); waited += POLL_MS) {
    if (waited >= limitMs) return false;
    await sleep(POLL_MS);
  }
  return true;
}

/** A group of zombies can still be signalled, and under an idle init it is for seconds: they carry no mark. */
async function isGroupAlive(group: number, mark: string): Promise<boolean> {
  return signalGroup(group, 0) && (!hasProc || (await findMarked(mark)).length > 0);
}

/**
 * Kills every process that carries `mark` in its environment, wherever it went: a process that made its own session
 * (setsid, a daemon) left the group that `signalGroup` reaches, but took its environment along. Repeated while there
 * are any, since one may start another meanwhile. Does nothing where there is no /proc.
 */
export async function killMarked(mark: string): Promise<void> {
  for (let sweep = 0; sweep < MAX_SWEEPS; sweep += 1) {
    const marked = await findMarked(mark);
    if (marked.length === 0) return;
    for (const pid of marked) kill(pid);
    await sleep(POLL_MS);
  }
}

/** The ids of the living processes that carry `mark`. */
export async function findMarked(mark: string): Promise<number[]> {
  const names = await readdir("/proc").catch(() => []);
  const pids = names.map(Number).filter((pid) => Number.isInteger(pid) && pid !== process.pid);
  const marked = await Promise.all(
    pids.map(async (pid) => ((await environmentOf(pid)).includes(`${MARK}=${mark}`) ? pid : null)),
  );
  return marked.filter((pid) => pid !== null);
}

/** Empty for a process that is gone, a zombie, or another user's. */
async function environmentOf(pid: number): Promise<string> {
  return await readFile(`/proc/${pid}/environ`, "latin1").catch(() => "");
}

function kill(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // It ended by itself in the meantime.
  }
}
