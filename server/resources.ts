import { readFile, statfs } from "node:fs/promises";
import { totalmem } from "node:os";
import { setTimeout as sleep } from "node:timers/promises";

/** What this process uses, as `GET /server_info` shows it. Sizes are in bytes. */
export interface Resources {
  readonly cpu_percent: number;
  readonly memory: { readonly rss: number; readonly vms: number; readonly percent: number };
  readonly disk: { readonly total: number; readonly used: number; readonly free: number; readonly percent: number };
  readonly io: { readonly read_bytes: number; readonly write_bytes: number };
}

/** How long the processor is watched. */
const sampleMs = 100;

/**
 * Measures what this process uses.
 * @param folder on the file system to look at
 * @returns a function that measures; while one measurement goes on, whoever asks gets its result
 */
export function createResourceMeter(folder: string): () => Promise<Resources> {
  let current: Promise<Resources> | null = null;
  return () => (current ??= measure(folder).finally(() => (current = null)));
}

async function measure(folder: string): Promise<Resources> {
  const [cpu_percent, memory, disk, io] = await Promise.all([cpuPercent(), memoryUse(), diskUse(folder), ioUse()]);
  return { cpu_percent, memory, disk, io };
}

async function cpuPercent(): Promise<number> {
  const began = performance.now();
  const before = process.cpuUsage();
  await sleep(sampleMs);
  const { user, system } = process.cpuUsage(before);
  const elapsedMicroseconds = (performance.now() - began) * 1000;
  return rounded((100 * (user + system)) / elapsedMicroseconds);
}

async function memoryUse(): Promise<Resources["memory"]> {
  const rss = process.memoryUsage.rss();
  const status = await readProc("/proc/self/status");
  const kibibytes = /^VmSize:\s*(\d+) kB$/m.exec(status)?.[1];
  return {
    rss,
    vms: kibibytes === undefined ? rss : Number(kibibytes) * 1024,
    percent: rounded((100 * rss) / totalmem()),
  };
}

/** As `df` counts: what is kept back for root is neither used nor free. */
async function diskUse(folder: string): Promise<Resources["disk"]> {
  const { bsize, blocks, bfree, bavail } = await statfs(folder);
  const used = (blocks - bfree) * bsize;
  const free = bavail * bsize;
  return { total: blocks * bsize, used, free, percent: used + free === 0 ? 0 : rounded((100 * used) / (used + free)) };
}

/** The kernel's own count in bytes; where there is none, that of `getrusage`, in blocks of 512. */
async function ioUse(): Promise<Resources["io"]> {
  const text = await readProc("/proc/self/io");
  const { fsRead, fsWrite } = process.resourceUsage();
  const figure = (name: string) => new RegExp(`^${name}: (\\d+)$`, "m").exec(text)?.[1];
  return {
    read_bytes: Number(figure("read_bytes") ?? fsRead * 512),
    write_bytes: Number(figure("write_bytes") ?? fsWrite * 512),
  };
}

/** Empty where the system has no such file, or does not let it be read. */
function readProc(path: string): Promise<string> {
  return readFile(path, "utf8").catch(() => "");
}

function rounded(percent: number): number {
  return Math.round(percent * 10) / 10;
}
