import { mkdir, mkdtemp, realpath, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { TestContext } from "node:test";
import { execa } from "execa";
import { createLocalRuntime, type LocalRuntimeOptions } from "../../../server/runtime/local-runtime.ts";
import { WorkspaceError, type WorkspaceErrorCode } from "../../../server/runtime/runtime.ts";

export const CONVERSATION = "0123456789abcdef0123456789abcdef";

/** A folder that is deleted after the test; its real path. */
export async function temporaryFolder(t: TestContext): Promise<string> {
  const folder = await realpath(await mkdtemp(join(tmpdir(), "runtime-test-")));
  t.after(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

export async function temporaryRuntime(t: TestContext, options: Partial<LocalRuntimeOptions> = {}) {
  const directory = await temporaryFolder(t);
  return { directory, runtime: createLocalRuntime({ directory, ...options }) };
}

export async function temporaryWorkspace(t: TestContext, options: Partial<LocalRuntimeOptions> = {}) {
  const { runtime } = await temporaryRuntime(t, options);
  t.after(() => runtime.remove(CONVERSATION));
  return await runtime.open(CONVERSATION);
}

/** Writes files, and the folders they are in. */
export async function plant(folder: string, files: Record<string, string | Uint8Array>): Promise<void> {
  for (const [name, content] of Object.entries(files)) {
    await mkdir(dirname(join(folder, name)), { recursive: true });
    await writeFile(join(folder, name), content);
  }
}

/** Makes a repository with one commit on `main` and one more on `side`. */
export async function plantRepository(folder: string): Promise<void> {
  const git = (...args: string[]) => execa("git", args, { cwd: folder });
  await mkdir(folder, { recursive: true });
  await git("init", "--quiet", "--initial-branch", "main");
  await git("config", "user.name", "Test");
  await git("config", "user.email", "test@example.com");
  await plant(folder, { "README.md": "main\n" });
  await git("add", ".");
  await git("commit", "--quiet", "-m", "First");
  await git("switch", "--quiet", "-c", "side");
  await plant(folder, { "side.txt": "side\n" });
  await git("add", ".");
  await git("commit", "--quiet", "-m", "Second");
  await git("switch", "--quiet", "main");
}

/** For assert.rejects: a WorkspaceError with this code whose message matches and shows no path of the host. */
export function failure(code: WorkspaceErrorCode, message: RegExp = /./) {
  return (error: unknown): boolean => {
    if (!(error instanceof WorkspaceError)) throw error;
    if (error.code !== code) throw new Error(`code ${error.code} instead of ${code}: ${error.message}`);
    if (!message.test(error.message)) throw new Error(`unexpected message: ${error.message}`);
    if (error.message.includes(tmpdir() + "/runtime-test-")) throw new Error(`path of the host in: ${error.message}`);
    return true;
  };
}
