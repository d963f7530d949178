import { isBinaryFileSync } from "isbinaryfile";

/**
 * The text of bytes whose encoding nobody wrote down; null for what is not text. UTF-8; UTF-16 with a byte order mark;
 * else windows-1252, in which every byte is a character (https://encoding.spec.whatwg.org/#windows-1252). Another 8-bit
 * encoding is read as that, with wrong letters. A byte order mark is no part of the text.
 */
export function decodeText(bytes: Uint8Array): string | null {
  const utf16 = utf16Of(bytes);
  if (utf16 !== null) return withoutControls(decode(utf16, bytes));
  const text = decode("utf-8", bytes);
  if (text === null) return withoutControls(decode("windows-1252", bytes));
  // NUL is valid UTF-8, and isbinaryfile takes UTF-16 without a byte order mark for text.
  return text.includes("\0") || isBinaryFileSync(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength))
    ? null
    : text;
}

function utf16Of(bytes: Uint8Array): string | null {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return "utf-16le";
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return "utf-16be";
  return null;
}

function decode(encoding: string, bytes: Uint8Array): string | null {
  try {
    return new TextDecoder(encoding, { fatal: true }).decode(bytes);
  } catch {
    return null;
  }
}

/**
 * Where any bytes decode, control characters tell binary data: among a few hundred compressed bytes there is one. Text
 * has those from BEL to CR, SUB (the end of a DOS file) and ESC (colours), as file(1) has it.
 */
function withoutControls(text: string | null): string | null {
  // oxlint-disable-next-line no-control-regex -- they are what is looked for
  return text === null || /[\0-\x06\x0e-\x19\x1c-\x1f\x7f]/.test(text) ? null : text;
}
