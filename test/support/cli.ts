import { spawn } from "node:child_process";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import type { ServerProcess } from "./start-server.ts";

const root = join(import.meta.dirname, "../..");

/** How a command ended. */
export interface CommandResult {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface CommandOptions {
  /** The environment, besides `PATH` and `HOME`. */
  readonly env?: Readonly<Record<string, string>>;
  /** The Node that runs `bin/openhands-api.js`; the one that runs the tests when left out. */
  readonly node?: string;
  /** Where it runs; a folder without a developer's .env when left out. */
  readonly cwd?: string;
}

/** Runs `openhands-api` with arguments and waits for its end. */
export async function runCli(args: readonly string[], options: CommandOptions = {}): Promise<CommandResult> {
  const { env, node = process.execPath, cwd = tmpdir() } = options;
  const child = spawn(node, [join(root, "bin/openhands-api.js"), ...args], {
    env: { PATH: process.env["PATH"], HOME: process.env["HOME"], ...env },
    cwd,
    stdio: ["ignore", "pipe", "pipe"],
  });
  const ended = new Promise<number | null>((resolve) => child.once("exit", (code) => resolve(code)));
  const [stdout, stderr, code] = await Promise.all([text(child.stdout), text(child.stderr), ended]);
  return { code, stdout, stderr };
}

/** Adds a user while the server runs. @returns the user's API key */
export async function addUser({ place }: Pick<ServerProcess, "place">, name: string): Promise<string> {
  const env = { DATA_DIR: place.dataDir, ...place.env };
  const { code, stdout, stderr } = await runCli(["users", "add", name], { env });
  const key = /^API key \(shown this once\): (\S+)$/m.exec(stdout)?.[1];
  if (code !== 0 || key === undefined) throw new Error(`users add ended with ${code}: ${stdout}${stderr}`);
  return key;
}
