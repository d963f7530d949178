import { execFile } from "node:child_process";
import { glob, mkdir, mkdtemp, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";

const folder = join(import.meta.dirname, "..");
const run = promisify(execFile);

/** What ends when a test is over. */
interface Cleanup {
  after(end: () => Promise<unknown>): void;
}

/** An empty folder beside `node_modules`, since generated clients import packages of their generators. */
export async function workshop(t: Cleanup): Promise<string> {
  const parent = join(folder, "out");
  await mkdir(parent, { recursive: true });
  const made = await mkdtemp(join(parent, "w-"));
  t.after(() => rm(made, { recursive: true, force: true }));
  return made;
}

/**
 * Runs a program of this folder's `node_modules`.
 * @throws when it ends with anything but 0; the message holds all that it has written
 */
export async function runTool(name: string, args: readonly string[], cwd: string): Promise<string> {
  try {
    const { stdout, stderr } = await run(process.execPath, [join(folder, "node_modules/.bin", name), ...args], {
      cwd,
      maxBuffer: 64 * 1024 * 1024,
      env: { ...process.env, NO_COLOR: "1", DO_NOT_TRACK: "1" },
    });
    return stdout + stderr;
  } catch (error) {
    const { stdout = "", stderr = "" } = error as { stdout?: string; stderr?: string };
    throw new Error(`${name} failed:\n${stdout}${stderr}`, { cause: error });
  }
}

/** The paths of the TypeScript files below a folder. */
export function sourcesIn(path: string): Promise<string[]> {
  return Array.fromAsync(glob("**/*.ts", { cwd: path }), (name) => join(path, name));
}

/** All that the files hold. */
export async function textOf(paths: readonly string[]): Promise<string> {
  return (await Promise.all(paths.map((path) => readFile(path, "utf8")))).join("\n");
}

/** Type checks files as a strict browser project would. @throws with the errors */
export async function compile(paths: readonly string[], cwd: string): Promise<void> {
  const options = "--strict --noEmit --skipLibCheck --allowImportingTsExtensions --types node".split(" ");
  const target = "--target es2022 --lib es2023,dom,dom.iterable --module preserve --moduleResolution bundler".split(
    " ",
  );
  await runTool("tsc", [...options, ...target, ...paths], cwd);
}
