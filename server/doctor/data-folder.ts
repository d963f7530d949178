import { existsSync } from "node:fs";
import { mkdtemp, readFile, rmdir, stat, statfs } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { Config } from "../config.ts";
import type { Finding } from "./finding.ts";
import { findingsAbout, reasonOf } from "./finding.ts";

const gibibyte = 1024 ** 3;

/** Below the first a server soon fails, below the second its workspaces soon do. */
const tooLittle = gibibyte / 4;
const little = 2 * gibibyte;

/** The folder that the server writes into. */
export async function checkDataFolder({ DATA_DIR }: Pick<Config, "DATA_DIR">): Promise<Finding[]> {
  const { ok, warning, problem } = findingsAbout("Data folder");
  const exists = existsSync(DATA_DIR);
  const folder = exists ? DATA_DIR : nearestFolder(DATA_DIR);
  try {
    await rmdir(await mkdtemp(join(folder, ".doctor-")));
  } catch (error) {
    return [
      problem(
        `${folder} cannot be written (${reasonOf(error)}). Fix: set DATA_DIR to a folder that this user may write.`,
      ),
    ];
  }
  const findings = [ok(exists ? DATA_DIR : `${DATA_DIR} does not exist yet; the first start makes it`)];
  if (exists && ((await stat(DATA_DIR)).mode & 0o007) !== 0)
    findings.push(warning(`Every user of this machine may look into it. Fix: chmod 700 ${DATA_DIR}`));
  const { bavail, bsize } = await statfs(folder);
  const free = bavail * bsize;
  const room = `${(free / gibibyte).toFixed(1)} GiB are free`;
  if (free < tooLittle)
    findings.push(problem(`${room}, which is too little. Fix: make room, or set DATA_DIR elsewhere.`));
  else if (free < little) findings.push(warning(`${room}; workspaces may need more. Fix: make room in time.`));
  else findings.push(ok(room));
  return findings;
}

function nearestFolder(folder: string): string {
  return existsSync(folder) ? folder : nearestFolder(dirname(folder));
}

/** The key that stored secrets are encrypted with. */
export async function checkSecretKey(
  config: Pick<Config, "DATA_DIR" | "DATABASE_URL" | "SECRET_KEY">,
): Promise<Finding[]> {
  const { ok, warning, problem } = findingsAbout("Secret key");
  if (config.SECRET_KEY !== undefined) return [ok("from SECRET_KEY")];
  const file = join(config.DATA_DIR, "secret.key");
  const findings: Finding[] = [];
  if (config.DATABASE_URL !== undefined)
    findings.push(
      warning("Each server makes a key of its own. Fix: where several use one database, give all the same SECRET_KEY."),
    );
  if (!existsSync(file)) return [...findings, ok(`${file} does not exist yet; the first start makes it`)];
  try {
    const { mode } = await stat(file);
    if ((mode & 0o077) !== 0) findings.push(problem(`Other users may read ${file}. Fix: chmod 600 ${file}`));
    if (!/^[0-9a-f]{64}$/i.test((await readFile(file, "utf8")).trim()))
      findings.push(problem(`${file} does not hold a key of 64 hexadecimal digits. Fix: restore it from a backup.`));
    else findings.push(ok(file));
  } catch (error) {
    findings.push(problem(`${file} cannot be read (${reasonOf(error)}). Fix: run this as the user of the server.`));
  }
  return findings;
}
