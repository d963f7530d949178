import { readFile } from "node:fs/promises";

/** What a process that only passes bytes on may hold of them: it must not grow with what goes through it. */
export interface MemoryFigure {
  readonly name: string;
  readonly operation: string;
  /** How much the process may grow, in MiB. */
  readonly goal: number;
  prepare(): Promise<MemoryTrial>;
}

export interface MemoryTrial {
  /** The process that is watched. */
  readonly pid: number;
  /** Has it done once on a small scale, so that what stays for good is there, and then for real. @param mebibytes how much goes through */
  run(mebibytes: number): Promise<void>;
  close(): Promise<void>;
}

export interface MemoryOutcome {
  readonly name: string;
  readonly operation: string;
  readonly goal: number;
  readonly mebibytes: number;
  readonly seconds: number;
  /** How much the resident memory grew at the most, in MiB; null where the system does not tell. */
  readonly growth: number | null;
}

const warmUp = 64;
const mebibytes = 1024;
const everyMs = 10;

/** Watches a process while a GiB goes through it. */
export async function watch({ name, operation, goal, prepare }: MemoryFigure): Promise<MemoryOutcome> {
  const trial = await prepare();
  try {
    await trial.run(warmUp);
    const before = await residentBytes(trial.pid);
    let most = before;
    const timer = setInterval(() => {
      void residentBytes(trial.pid).then((now) => (most = now === null || most === null ? null : Math.max(most, now)));
    }, everyMs);
    const began = performance.now();
    await trial.run(mebibytes).finally(() => clearInterval(timer));
    const seconds = (performance.now() - began) / 1000;
    const growth = before === null || most === null ? null : (most - before) / 1024 ** 2;
    return { name, operation, goal, mebibytes, seconds, growth };
  } finally {
    await trial.close();
  }
}

/** The resident set of a process, proc(5). Null where there is no /proc. */
async function residentBytes(pid: number): Promise<number | null> {
  const status = await readFile(`/proc/${pid}/status`, "utf8").catch(() => "");
  const kibibytes = /^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1];
  return kibibytes === undefined ? null : Number(kibibytes) * 1024;
}
