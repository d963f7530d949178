/**
 * A name that nobody else gives to anything: 32 hexadecimal digits. `crypto.randomUUID` would do, but browsers have it only
 * on pages that came over TLS or from localhost.
 */
export function uniqueId(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}
