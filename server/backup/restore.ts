import { chmod, copyFile, constants, mkdir, mkdtemp, readdir, rename, rm, rmdir } from "node:fs/promises";
import { basename, join, resolve } from "node:path";
import { systemClock, timestamp } from "../clock.ts";
import { readConfig } from "../config.ts";
import type { Config } from "../config.ts";
import { OperatorError } from "../operator-error.ts";
import { claimDataFolder, isLockFile } from "../store/data-folder.ts";
import { NewerSchemaError } from "../store/migrate.ts";
import { migrations } from "../store/migrations.ts";
import { assertEmbedded } from "./embedded.ts";
import { flush } from "./flush.ts";
import { fingerprintOf } from "./key.ts";
import { assertUndamaged, backupFiles, readManifest } from "./manifest.ts";
import type { Manifest } from "./manifest.ts";
import { restoringPrefix } from "./unfinished.ts";
import { unpackWorkspaces } from "./workspaces.ts";

const asidePrefix = "before-restore-";

/**
 * `openhands-api restore`: puts a backup into the data folder, for a server that is started afterwards. Nothing in the data
 * folder changes before the backup has been found to be whole and has been copied.
 * @param options.force also where there is data, which is moved aside
 * @throws {OperatorError}
 */
export async function restore(
  environment: NodeJS.ProcessEnv,
  folder: string,
  options: { readonly force: boolean },
): Promise<void> {
  const config = readConfig(environment);
  assertEmbedded(config, (url) => `run pg_restore --clean --if-exists --dbname='${url}' openhands.dump`);
  const source = resolve(folder);
  const manifest = await readManifest(source);
  assertKnownSchema(manifest);
  assertKey(manifest, config);
  await assertUndamaged(source, manifest);
  const release = await claimDataFolder(config.DATA_DIR);
  try {
    const old = await dataIn(config.DATA_DIR);
    if (old.length > 0 && !options.force)
      throw new OperatorError(
        `The data folder ${config.DATA_DIR} is not empty. Fix: set DATA_DIR to another one, or say --force to move what is there aside.`,
      );
    const aside = await replace(config.DATA_DIR, old, (staging) => copyInto(staging, source, manifest));
    console.log(describe(config, manifest, aside));
  } finally {
    release();
  }
}

function assertKnownSchema({ schema, version }: Manifest): void {
  const unknown = schema.filter((name) => !(name in migrations));
  if (unknown.length === 0) return;
  throw new NewerSchemaError(
    `The backup was made by a newer version, ${version}: its schema has ${unknown.join(", ")}, which this one does not know. Fix: restore it with that version.`,
  );
}

/** @throws {OperatorError} when what would start on the restored data could not read its secrets */
function assertKey({ files, key_fingerprint }: Manifest, { SECRET_KEY }: Config): void {
  if (key_fingerprint === null) return;
  if (SECRET_KEY !== undefined && fingerprintOf(SECRET_KEY) !== key_fingerprint)
    throw new OperatorError(
      "SECRET_KEY is not the key that the backup's secrets are encrypted with. Fix: set it to that key, or leave it out where the backup holds the key.",
    );
  if (SECRET_KEY === undefined && files[backupFiles.secretKey] === undefined)
    throw new OperatorError(
      "The backup does not hold the key that its secrets are encrypted with. Fix: set SECRET_KEY to it, here and for the server; the key file `secret.key` has it in that form.",
    );
}

/** A lock is no data, nor what a file system keeps in its root, nor what has been moved aside before. */
async function dataIn(folder: string): Promise<string[]> {
  const names = await readdir(folder);
  return names.filter((name) => !isLockFile(name) && name !== "lost+found" && !name.startsWith(asidePrefix));
}

async function copyInto(staging: string, source: string, { files }: Manifest): Promise<void> {
  for (const name of [backupFiles.database, backupFiles.secretKey] as const) {
    if (files[name] === undefined) continue;
    const copy = join(staging, name);
    await copyFile(join(source, name), copy, constants.COPYFILE_FICLONE);
    await chmod(copy, 0o600);
    await flush(copy);
  }
  if (files[backupFiles.workspaces] !== undefined)
    await unpackWorkspaces(join(source, backupFiles.workspaces), staging);
}

/**
 * Puts what the work makes in the place of what is there. It all happens within the folder, which may be a file system of
 * its own. From the first move on a folder says that the replacement is under way, until its end: see `assertRestored`.
 * @returns where the old data is; null when there was none
 */
async function replace(
  folder: string,
  old: readonly string[],
  work: (staging: string) => Promise<void>,
): Promise<string | null> {
  const copied = await mkdtemp(join(folder, "copying-"));
  try {
    await work(copied);
  } catch (error) {
    await rm(copied, { recursive: true, force: true });
    throw error;
  }
  const restoring = join(folder, `${restoringPrefix}${basename(copied).slice("copying-".length)}`);
  await rename(copied, restoring);
  await flush(folder);
  const aside = old.length === 0 ? null : join(folder, `${asidePrefix}${timestamp(systemClock).replaceAll(":", "-")}`);
  if (aside !== null) await moveAll(folder, old, aside);
  await moveAll(restoring, await readdir(restoring), folder);
  await flush(folder);
  await rmdir(restoring);
  return aside;
}

async function moveAll(from: string, names: readonly string[], to: string): Promise<void> {
  await mkdir(to, { recursive: true, mode: 0o700 });
  for (const name of names) await rename(join(from, name), join(to, name));
}

function describe({ DATA_DIR }: Config, { made_at, files }: Manifest, aside: string | null): string {
  return [
    `Restored the backup of ${made_at} into ${DATA_DIR}`,
    ...(aside === null ? [] : [`What was there is in ${aside}. Remove it when you do not need it any more.`]),
    ...(files[backupFiles.workspaces] === undefined
      ? ["The backup holds no files of conversations: their workspaces begin empty."]
      : []),
  ].join("\n");
}
