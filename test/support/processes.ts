import { readFile } from "node:fs/promises";

/** Whether there is such a process, and it is no zombie that nobody has waited for. */
export async function isRunning(pid: number): Promise<boolean> {
  const stat = await readFile(`/proc/${pid}/stat`, "utf8").catch(() => null);
  return stat !== null && !/\) [ZX] /.test(stat);
}
