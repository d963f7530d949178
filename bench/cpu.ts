import { execFileSync } from "node:child_process";
import { readFile } from "node:fs/promises";

const ticksPerSecond = clockTicks();

/** The processor time that a process has used, in itself and in the kernel, proc(5). Null where there is no /proc. */
export async function cpuSeconds(pid: number): Promise<number | null> {
  if (ticksPerSecond === null) return null;
  const stat = await readFile(`/proc/${pid}/stat`, "utf8").catch(() => null);
  // The name, in parentheses, may hold anything; utime and stime are the 12th and 13th field after it.
  const fields = stat?.slice(stat.lastIndexOf(")") + 2).split(" ");
  return fields ? (Number(fields[11]) + Number(fields[12])) / ticksPerSecond : null;
}

function clockTicks(): number | null {
  try {
    return Number(execFileSync("getconf", ["CLK_TCK"], { encoding: "utf8" })) || null;
  } catch {
    return null;
  }
}
