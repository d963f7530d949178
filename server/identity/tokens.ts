import { createHash, randomBytes } from "node:crypto";

const keyPrefix = "oh_";

/** A new API key: 256 random bits, so that a plain hash of it cannot be guessed backwards. */
export function newApiKey(): string {
  return keyPrefix + randomBytes(32).toString("base64url");
}

/** A new value for the session cookie. */
export function newSessionToken(): string {
  return randomBytes(32).toString("base64url");
}

/** What is stored instead of a key or a cookie's value: SHA-256, in hexadecimal digits. */
export function hashToken(token: string): string {
  return createHash("sha256").update(token).digest("hex");
}

/** How a key begins, which people may see. */
export function keyStart(key: string): string {
  return key.slice(0, keyPrefix.length + 4);
}

/** A new identifier: 32 hexadecimal digits. */
export function newId(): string {
  return randomBytes(16).toString("hex");
}
