import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { createCipher } from "../secrets/cipher.ts";
import { backupFiles } from "./manifest.ts";

/** The key of a data folder as its file holds it; null when there is none. */
export async function readKeyFile(dataFolder: string): Promise<string | null> {
  try {
    return (await readFile(join(dataFolder, backupFiles.secretKey), "utf8")).trim();
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return null;
    throw error;
  }
}

/** Tells keys apart without giving them away. @param key 64 hexadecimal digits */
export function fingerprintOf(key: string): string {
  return createCipher(Buffer.from(key, "hex")).fingerprint("openhands-api backup");
}
