import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";

const root = join(import.meta.dirname, "..");

/** A process that does one side's work. */
export interface Worker {
  readonly pid: number;
  /** What it said when it was ready. */
  readonly ready: string;
  /** A folder of its own, removed with it. */
  readonly folder: string;
  readonly child: ChildProcess;
  stop(): Promise<void>;
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

async function start(
  args: readonly string[],
  readyLine: RegExp,
  environment: (folder: string) => Readonly<Record<string, string>>,
  prepared: (folder: string) => Promise<void> = async () => {},
): Promise<Worker> {
  const folder = await mkdtemp(join(tmpdir(), "openhands-api-bench-"));
  await prepared(folder);
  const child = spawn(process.execPath, args, {
    cwd: root,
    env: { PATH: process.env["PATH"], HOME: process.env["HOME"], NODE_ENV: "production", ...environment(folder) },
    stdio: ["pipe", "pipe", "inherit"],
  });
  const ended = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  const stop = async () => {
    child.kill();
    await ended;
    await rm(folder, { recursive: true, force: true });
  };
  for await (const line of createInterface({ input: child.stdout })) {
    const ready = readyLine.exec(line)?.[1];
    if (ready !== undefined) return { pid: child.pid ?? 0, ready, folder, child, stop };
  }
  await stop();
  throw new Error(`${args.join(" ")} ended before it was ready`);
}
