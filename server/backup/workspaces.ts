import { execa } from "execa";
import { OperatorError } from "../operator-error.ts";

/** The folder of all workspaces, within the data folder. */
export const workspacesFolder = "workspaces";

/** https://www.gnu.org/software/tar/manual/html_section/Synopsis.html: files changed while they were read. */
const someFilesDiffer = 1;

/**
 * Packs the files of all conversations, with links and permissions. They may change meanwhile: each file is as it was when
 * it was read.
 * @returns what tar says of those that changed; empty when none has
 * @throws {OperatorError}
 */
export async function packWorkspaces(dataFolder: string, archive: string): Promise<string> {
  await assertGnuTar();
  const { exitCode, stderr } = await tar([
    "--create",
    "--gzip",
    "--file",
    archive,
    "--directory",
    dataFolder,
    workspacesFolder,
  ]);
  if (exitCode === 0) return "";
  if (exitCode === someFilesDiffer) return stderr;
  throw new OperatorError(`The workspaces could not be packed. tar says:\n${stderr}`);
}

/** @throws {OperatorError} */
export async function unpackWorkspaces(archive: string, folder: string): Promise<void> {
  await assertGnuTar();
  const { exitCode, stderr } = await tar([
    "--extract",
    "--gzip",
    "--file",
    archive,
    "--directory",
    folder,
    "--no-same-owner",
    "--preserve-permissions",
  ]);
  if (exitCode !== 0) throw new OperatorError(`The workspaces could not be unpacked. tar says:\n${stderr}`);
}

/** Others have the same name, and tell by their exit codes something else. */
async function assertGnuTar(): Promise<void> {
  const { stdout } = await tar(["--version"]);
  if (typeof stdout !== "string" || !stdout.includes("GNU tar"))
    throw new OperatorError("Workspaces are packed by GNU tar, which is not here. Fix: install it as `tar`.");
}

function tar(args: readonly string[]) {
  return execa("tar", args, { reject: false, stdin: "ignore", env: { LC_ALL: "C.UTF-8" } });
}
