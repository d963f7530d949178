import { existsSync } from "node:fs";
import { chmod, mkdtemp, readdir, rename, rm, writeFile } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { api } from "../../contract/index.ts";
import { systemClock, timestamp } from "../clock.ts";
import { readConfig } from "../config.ts";
import type { Config } from "../config.ts";
import { OperatorError } from "../operator-error.ts";
import { assertEmbedded } from "./embedded.ts";
import { flush } from "./flush.ts";
import { fingerprintOf, readKeyFile } from "./key.ts";
import { backupFiles, factsOf, filesIn } from "./manifest.ts";
import type { FileFacts, Manifest } from "./manifest.ts";
import { packWorkspaces, workspacesFolder } from "./workspaces.ts";

export interface BackupOptions {
  /** With the files of the conversations. */
  readonly workspaces: boolean;
  /** With the key file, where the key is in one. */
  readonly key: boolean;
  /** Also where there is a backup already. */
  readonly force: boolean;
}

/**
 * `openhands-api backup`: copies what the embedded store holds into a new folder, also while the server runs. The folder
 * appears when it is whole.
 * @throws {OperatorError}
 */
export async function backUp(environment: NodeJS.ProcessEnv, folder: string, options: BackupOptions): Promise<void> {
  const config = readConfig(environment);
  assertEmbedded(config, (url) => `run pg_dump --format=custom --file=openhands.dump --dbname='${url}'`);
  const source = join(config.DATA_DIR, backupFiles.database);
  if (!existsSync(source))
    throw new OperatorError(
      `There is no database in ${config.DATA_DIR}. Fix: set DATA_DIR to the server's data folder.`,
    );
  const target = resolve(folder);
  await assertMayBeWritten(target, options.force);
  const made = await explained(target, () => whole(target, (partial) => fill(partial, source, config, options)));
  console.log(describe(target, made));
}

/** @throws {OperatorError} when there is something in it, or what is in it is no backup */
async function assertMayBeWritten(target: string, force: boolean): Promise<void> {
  if (!existsSync(target)) return;
  const names = await explained(target, () => readdir(target));
  if (names.length === 0) return;
  if (!names.includes(backupFiles.manifest))
    throw new OperatorError(`${target} holds something that is no backup. Fix: name a folder that does not exist yet.`);
  if (!force)
    throw new OperatorError(`${target} holds a backup. Fix: name another folder, or say --force to replace it.`);
}

/** Makes a folder that is there when it is whole, and not before. */
async function whole<Result>(target: string, work: (partial: string) => Promise<Result>): Promise<Result> {
  const partial = await mkdtemp(`${target}.partial-`); // beside it, so that renaming is one step; mode 0700
  try {
    const result = await work(partial);
    const before = `${partial}.before`;
    if (existsSync(target)) await rename(target, before);
    await rename(partial, target);
    await flush(dirname(target));
    await rm(before, { recursive: true, force: true });
    return result;
  } catch (error) {
    await rm(partial, { recursive: true, force: true });
    throw error;
  }
}

interface Made {
  readonly manifest: Manifest;
  readonly notes: readonly string[];
}

/** The database first: what its logs say has been done to files is then in the workspaces, which are read after it. */
async function fill(partial: string, source: string, config: Config, options: BackupOptions): Promise<Made> {
  const notes: string[] = [];
  const copy = join(partial, backupFiles.database);
  const schema = copyDatabase(source, copy);
  const files: Manifest["files"] = { [backupFiles.database]: await kept(copy) };

  const keyFile = config.SECRET_KEY === undefined ? await readKeyFile(config.DATA_DIR) : null;
  const key = config.SECRET_KEY ?? keyFile;
  if (keyFile !== null && options.key) {
    const path = join(partial, backupFiles.secretKey);
    await writeFile(path, keyFile);
    files[backupFiles.secretKey] = await kept(path);
    notes.push("It holds the key that its secrets are encrypted with: keep it as you would keep them.");
  } else if (key !== null)
    notes.push(
      `It does not hold the key that its secrets are encrypted with: keep ${keyFile === null ? "SECRET_KEY" : join(config.DATA_DIR, backupFiles.secretKey)} in another place. Without it they are lost.`,
    );

  if (options.workspaces && existsSync(join(config.DATA_DIR, workspacesFolder))) {
    const path = join(partial, backupFiles.workspaces);
    const changed = await packWorkspaces(config.DATA_DIR, path);
    files[backupFiles.workspaces] = await kept(path);
    if (changed !== "") notes.push(`Some files of workspaces changed while they were read. tar says:\n${changed}`);
  } else if (!options.workspaces)
    notes.push("It does not hold the files of the conversations: --workspaces adds them.");

  const manifest: Manifest = {
    format: 1,
    made_at: timestamp(systemClock),
    version: api.version,
    schema,
    key_fingerprint: key === null ? null : fingerprintOf(key),
    files,
  };
  const path = join(partial, backupFiles.manifest);
  await writeFile(path, `${JSON.stringify(manifest, null, 2)}\n`);
  await kept(path);
  await flush(partial);
  return { manifest, notes };
}

/**
 * Copies a database that others may write to. `VACUUM INTO` reads it in one transaction, for which no writer waits, and
 * leaves out what has been deleted. @returns the migrations that have made its schema
 */
function copyDatabase(source: string, copy: string): string[] {
  const database = new DatabaseSync(source, { readOnly: true, timeout: 5000 });
  try {
    database.prepare("VACUUM INTO ?").run(copy);
  } finally {
    database.close();
  }
  const copied = new DatabaseSync(copy, { readOnly: true });
  try {
    const rows = copied.prepare("SELECT name FROM kysely_migration ORDER BY name").all();
    return rows.map(({ name }) => String(name));
  } finally {
    copied.close();
  }
}

/** Only for the one who made it, and on the disk. */
async function kept(path: string): Promise<FileFacts> {
  await chmod(path, 0o600);
  await flush(path);
  return factsOf(path);
}

/** What the system or SQLite refuses is for the operator to put right. */
async function explained<Result>(target: string, work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof Error && ("errno" in error || "errcode" in error))) throw error;
    throw new OperatorError(`The backup ${target} could not be made: ${error.message}.`, { cause: error });
  }
}

function describe(target: string, { manifest, notes }: Made): string {
  const lines = filesIn(manifest.files).map(([name, { bytes }]) => `  ${name}  ${bytes} bytes`);
  return [`Backup ${target}`, ...lines, ...notes].join("\n");
}
