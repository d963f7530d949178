import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";

const root = join(import.meta.dirname, "..");
const measuredProcess = join(import.meta.dirname, "measured-process.ts");

/** A process that does one side's work. */
export interface Worker {
  readonly pid: number;
  /** What it said when it was ready. */
  readonly ready: string;
  /** A folder of its own, removed with it. */
  readonly folder: string;
  /** Gives it an order, a line. @returns the line that it says when it has carried it out. @throws when it ends instead */
  order(line: string): Promise<string>;
  /** What it holds of memory without its garbage. */
  memory(): Promise<Held>;
  stop(): Promise<void>;
}

/** Memory of a process, in bytes. */
export interface Held {
  /** Of its heap and of buffers. */
  readonly held: number;
  /** Of its resident set, which also counts what is free but was not given back to the system. */
  readonly resident: number;
}

export interface ServerWorker extends Worker {
  readonly url: string;
  readonly key: string;
}

export interface ServerOptions {
  readonly prepared?: (folder: string) => Promise<void>;
  readonly environment?: Readonly<Record<string, string>>;
}

/**
 * This project's server, as an operator would run it, without limits and logs.
 * @param options.prepared puts what the server is to find into its folder
 * @param options.environment more of it
 */
export async function startServer({ prepared, environment = {} }: ServerOptions = {}): Promise<ServerWorker> {
  const key = `oh_bench_${randomBytes(24).toString("base64url")}`;
  const variables = (folder: string) => ({
    PORT: "0",
    DATA_DIR: folder,
    BOOTSTRAP_API_KEY: key,
    RATE_LIMIT_ADDRESS: "off",
    RATE_LIMIT_USER: "off",
    RATE_LIMIT_FRAMES: "off",
    LOG_LEVEL: "silent",
    VALIDATE_RESPONSES: "off",
    ...environment,
  });
  const worker = await start(["server/cli.ts", "serve"], /^openhands-api listens on (\S+)$/, variables, prepared);
  return { ...worker, url: worker.ready, key };
}

/**
 * A peer: a file of `bench/peers/`, which says `ready …` when it is.
 * @param bytes what it is to answer with
 */
export async function startPeer(file: string, bytes: Uint8Array = new Uint8Array()): Promise<Worker> {
  return start(
    [join("bench/peers", file)],
    /^ready ?(.*)$/,
    (folder) => ({ FOLDER: folder, BYTES: join(folder, "bytes") }),
    (folder) => writeFile(join(folder, "bytes"), bytes),
  );
}

/** A file of `bench/load/`, which says `ready` when it is. */
export function startLoad(file: string, environment: Readonly<Record<string, string>>): Promise<Worker> {
  return start([join("bench/load", file)], /^ready(.*)$/, () => environment);
}

async function start(
  args: readonly string[],
  readyLine: RegExp,
  environment: (folder: string) => Readonly<Record<string, string>>,
  prepared: (folder: string) => Promise<void> = async () => {},
): Promise<Worker> {
  const folder = await mkdtemp(join(tmpdir(), "openhands-api-bench-"));
  await prepared(folder);
  const child = spawn(process.execPath, ["--expose-gc", "--import", measuredProcess, ...args], {
    cwd: root,
    env: { PATH: process.env["PATH"], HOME: process.env["HOME"], NODE_ENV: "production", ...environment(folder) },
    stdio: ["pipe", "pipe", "inherit", "ipc"],
  });
  const [stdin, stdout] = child.stdio;
  if (!stdin || !stdout) throw new Error("a process without pipes"); // which the options rule out
  stdin.on("error", () => {}); // an order to a process that has ended: endedEarly tells
  const ended = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  const endedEarly = ended.then(() => Promise.reject(new Error(`${args.join(" ")} ended before it was done`)));
  endedEarly.catch(() => {}); // whoever waits for something learns of it
  const stop = async () => {
    child.kill();
    await ended;
    await rm(folder, { recursive: true, force: true });
  };
  const lines = createInterface({ input: stdout })[Symbol.asyncIterator]();
  const nextLine = async () => (await Promise.race([lines.next(), endedEarly])).value ?? endedEarly;
  const order = (line: string) => {
    stdin.write(`${line}\n`);
    return nextLine();
  };
  const memory = async () => {
    child.send("memory");
    const [held] = (await Promise.race([once(child, "message"), endedEarly])) as [Held];
    return held;
  };
  try {
    for (;;) {
      const ready = readyLine.exec(await nextLine())?.[1];
      if (ready !== undefined) return { pid: child.pid ?? 0, ready, folder, order, memory, stop };
    }
  } catch (error) {
    await stop();
    throw error;
  }
}
