import { createCipheriv, createDecipheriv, createHmac, hkdfSync, randomBytes } from "node:crypto";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { OperatorError } from "../operator-error.ts";

/** Encrypts what is stored. */
export interface Cipher {
  /** @param context what the text belongs to, such as a user's id: decrypting with another one fails */
  encrypt(text: string, context: string): string;
  /** @throws when the text was encrypted with another key or context, or has been changed */
  decrypt(sealed: string, context: string): string;
  /** Tells texts apart without giving them away: who has the result but not the key cannot try what it was made from. */
  fingerprint(text: string): string;
}

const algorithm = "aes-256-gcm";
const ivBytes = 12; // NIST SP 800-38D §8.2: 96 bits
const tagBytes = 16;

/** AES-256-GCM (NIST SP 800-38D) with a random nonce a text. @param key 32 bytes */
export function createCipher(key: Buffer): Cipher {
  const fingerprintKey = Buffer.from(hkdfSync("sha256", key, "", "fingerprint", 32)); // one key, one use: RFC 5869
  return {
    fingerprint: (text) => createHmac("sha256", fingerprintKey).update(text).digest("base64"),
    encrypt(text, context) {
      const iv = randomBytes(ivBytes);
      const cipher = createCipheriv(algorithm, key, iv, { authTagLength: tagBytes }).setAAD(Buffer.from(context));
      const sealed = Buffer.concat([cipher.update(text, "utf8"), cipher.final()]);
      return Buffer.concat([iv, cipher.getAuthTag(), sealed]).toString("base64");
    },
    decrypt(sealed, context) {
      const bytes = Buffer.from(sealed, "base64");
      const decipher = createDecipheriv(algorithm, key, bytes.subarray(0, ivBytes), { authTagLength: tagBytes })
        .setAAD(Buffer.from(context))
        .setAuthTag(bytes.subarray(ivBytes, ivBytes + tagBytes));
      return decipher.update(bytes.subarray(ivBytes + tagBytes), undefined, "utf8") + decipher.final("utf8");
    },
  };
}

/**
 * The key that encrypts secrets at rest.
 * @param configured `SECRET_KEY`, 64 hexadecimal digits; without it the key file in the data folder, made on the first start
 * @throws {OperatorError} when the key file holds no key
 */
export async function loadSecretKey(configured: string | undefined, dataFolder: string): Promise<Buffer> {
  if (configured !== undefined) return Buffer.from(configured, "hex");
  const file = join(dataFolder, "secret.key");
  try {
    // `wx` fails when the file exists, so that two starts can never make two keys.
    await writeFile(file, randomBytes(32).toString("hex"), { flag: "wx", mode: 0o600 });
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "EEXIST")) throw error;
  }
  const text = (await readFile(file, "utf8")).trim();
  if (!/^[0-9a-f]{64}$/i.test(text))
    throw new OperatorError(
      `${file} does not hold a key of 64 hexadecimal digits. Fix: restore it from a backup; without it the stored secrets are lost.`,
    );
  return Buffer.from(text, "hex");
}
