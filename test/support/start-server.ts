import { spawn } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { randomBytes } from "node:crypto";
import { createInterface } from "node:readline";

const root = join(import.meta.dirname, "../..");

/** What ends when a test, or a file of tests, is over: a test's context, or `{ after }` of node:test for the whole file. */
export interface Cleanup {
  after(end: () => Promise<unknown>): void;
}

/** A server process of our own, on a port of its own. */
export interface ServerProcess {
  /** Where its data is: an option for another server that goes on with it. */
  readonly place: ServerPlace;
  /** `http://127.0.0.1:40123` */
  readonly url: string;
  /** The first user's API key, made for this process. */
  readonly key: string;
  readonly dataDir: string;
  readonly pid: number;
  /** What the process has written so far, both streams. */
  output(): string;
  /** Sends a signal and waits for the end. */
  stop(signal?: NodeJS.Signals): Promise<{ code: number | null; signal: NodeJS.Signals | null }>;
}

/** Where servers have their data. */
export interface ServerPlace {
  readonly dataDir: string;
  /** What says where the database is; empty where it is in the data folder. */
  readonly env: Readonly<Record<string, string>>;
}

export interface ServerOptions {
  /** More of the environment; limits are off or high, and every answer is validated unless it says otherwise. */
  readonly env?: Readonly<Record<string, string>>;
  /** The data of an earlier server, whose key must be given too. */
  readonly place?: ServerPlace;
  /** The same, where the data is all in a folder. */
  readonly dataDir?: string;
  readonly key?: string;
  /** The folder with the program; this checkout when left out. */
  readonly program?: string;
}

/**
 * Starts `openhands-api serve` as a process and waits for the line that says that it listens. Ended, and its data folder
 * removed, when the test is over.
 */
export async function startServer(t: Cleanup, options: ServerOptions = {}): Promise<ServerProcess> {
  const place = options.place ?? { dataDir: options.dataDir ?? (await temporaryFolder(t)), env: {} };
  const { dataDir } = place;
  const key = options.key ?? `oh_test_${randomBytes(24).toString("base64url")}`;
  const child = spawn(process.execPath, [join(options.program ?? root, "server/cli.ts"), "serve"], {
    env: {
      PATH: process.env["PATH"],
      HOME: process.env["HOME"],
      PORT: "0",
      DATA_DIR: dataDir,
      BOOTSTRAP_API_KEY: key,
      RATE_LIMIT_ADDRESS: "off",
      RATE_LIMIT_USER: "off",
      RATE_LIMIT_FRAMES: "off",
      MAX_RUNNING_CONVERSATIONS: "1000",
      RATE_LIMIT_BAD_KEY_ADDRESS: "off",
      RATE_LIMIT_BAD_KEY_PREFIX: "off",
      VALIDATE_RESPONSES: "all",
      LOG_LEVEL: "info",
      ...place.env,
      ...options.env,
    },
    cwd: dataDir, // where no .env of a developer is
    stdio: ["ignore", "pipe", "pipe"],
  });
  const ended = new Promise<{ code: number | null; signal: NodeJS.Signals | null }>((resolve) => {
    child.once("exit", (code, signal) => resolve({ code, signal }));
  });
  let output = "";
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding("utf8").on("data", (text: string) => (output += text));
  cleanUp(t, async () => {
    child.kill("SIGKILL");
    await ended;
  });
  const silent = new Promise((resolve) => child.once("close", resolve)); // ended, and all that it has said has come
  const url = await listening(child.stdout).catch(async () => {
    await silent;
    throw new Error(`The server ended with ${(await ended).code} before it listened:\n${output}`);
  });
  return {
    url,
    key,
    place,
    dataDir,
    pid: child.pid ?? 0,
    output: () => output,
    stop(signal = "SIGTERM") {
      child.kill(signal);
      return ended;
    },
  };
}

async function listening(stdout: NodeJS.ReadableStream): Promise<string> {
  for await (const line of createInterface({ input: stdout })) {
    const url = /^openhands-api listens on (\S+)$/.exec(line)?.[1];
    if (url !== undefined) return url;
  }
  throw new Error("The server closed its output before it listened.");
}

/** The most memory that a server has had, in bytes. */
export async function peakMemory({ pid }: ServerProcess): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, "utf8");
  return Number(/^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1]) * 1024;
}

/** A folder that is removed when the test is over. */
export async function temporaryFolder(t: Cleanup): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "openhands-api-test-"));
  cleanUp(t, () => rm(folder, { recursive: true, force: true }));
  return folder;
}

const cleanups = new WeakMap<Cleanup, (() => Promise<void>)[]>();

/** Last made, first ended: a folder goes after the servers that use it. The test runner would begin with the first. */
export function cleanUp(t: Cleanup, end: () => Promise<void>): void {
  const ends = cleanups.get(t);
  if (ends) return void ends.push(end);
  const own = [end];
  cleanups.set(t, own);
  t.after(async () => {
    for (const each of own.toReversed()) await each();
  });
}
