import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import * as z from "zod";
import { OperatorError } from "../operator-error.ts";

/** The files of a backup. Those of the data folder have the same names there. */
export const backupFiles = {
  manifest: "manifest.json",
  database: "openhands.sqlite",
  secretKey: "secret.key",
  workspaces: "workspaces.tar.gz",
} as const;

const FileFacts = z.object({ bytes: z.int().min(0), sha256: z.string().regex(/^[0-9a-f]{64}$/) });

const Manifest = z.object({
  /** Of the backup's files; another number is another way to restore. */
  format: z.literal(1),
  made_at: z.string(),
  /** The version that made it. */
  version: z.string(),
  /** The migrations that have made the schema. */
  schema: z.array(z.string()),
  /** Tells whether a key is the one that the secrets are encrypted with; null where there was none yet. */
  key_fingerprint: z.string().nullable(),
  /** Only these names: they become paths. */
  files: z.object({
    [backupFiles.database]: FileFacts,
    [backupFiles.secretKey]: FileFacts.optional(),
    [backupFiles.workspaces]: FileFacts.optional(),
  }),
});

/** What a backup holds. */
export type Manifest = z.output<typeof Manifest>;

export type FileFacts = z.output<typeof FileFacts>;

/** @throws {OperatorError} when the folder holds no backup, or one of another format */
export async function readManifest(folder: string): Promise<Manifest> {
  const path = join(folder, backupFiles.manifest);
  const text = await readFile(path, "utf8").catch((cause: unknown) => {
    throw new OperatorError(
      `There is no backup in ${folder}: ${backupFiles.manifest} cannot be read. Fix: name the folder that \`openhands-api backup\` has made.`,
      { cause },
    );
  });
  const manifest = Manifest.safeParse(parsed(text));
  if (manifest.success) return manifest.data;
  throw new OperatorError(
    `${path} is damaged, or was made by a newer version. Fix: take another backup, or the version that made it.\n${z.prettifyError(manifest.error)}`,
  );
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** Size and SHA-256 of a file, which is read in pieces. */
export async function factsOf(path: string): Promise<FileFacts> {
  const hash = createHash("sha256");
  await pipeline(createReadStream(path), hash);
  return { bytes: (await stat(path)).size, sha256: hash.digest("hex") };
}

/** The files that a backup holds, by name. */
export function filesIn(files: Manifest["files"]): [name: string, facts: FileFacts][] {
  return Object.entries(files).filter((entry): entry is [string, FileFacts] => entry[1] !== undefined);
}

/**
 * Compares every file with what the manifest says of it.
 * @throws {OperatorError} naming the first that is missing or differs
 */
export async function assertUndamaged(folder: string, { files }: Manifest): Promise<void> {
  for (const [name, expected] of filesIn(files)) {
    const found = await factsOf(join(folder, name)).catch((cause: unknown) => {
      throw new OperatorError(`${name} of the backup cannot be read. Fix: take another backup.`, { cause });
    });
    if (found.sha256 !== expected.sha256)
      throw new OperatorError(
        `${name} of the backup is damaged: it has ${found.bytes} bytes where ${expected.bytes} were written, or other ones. Fix: take another backup.`,
      );
  }
}
