import type { IncomingMessage } from "node:http";
import { constants, deflateRawSync } from "node:zlib";
import { extension } from "ws";
import type { PerMessageDeflateOptions, WebSocket } from "ws";

// Compression of messages (RFC 7692) without any state between them: neither side refers to earlier messages, so the bytes
// of a message are the same for every client, and no socket keeps a window of zlib's.

declare module "ws" {
  /** The header Sec-WebSocket-Extensions (RFC 6455 §9.1). */
  export const extension: {
    /** @throws {SyntaxError} */
    parse(header: string): Record<string, Record<string, (string | true)[]>[]>;
  };
}

const name = "permessage-deflate";
const header = "sec-websocket-extensions";

/** What every client that is accepted agrees to. */
export const statelessDeflate: PerMessageDeflateOptions = {
  serverNoContextTakeover: true,
  clientNoContextTakeover: true,
};

/** Shorter messages would hardly be shorter, and take as long. */
const thresholdBytes = 1024;

/** Which values of its parameters an offer may have (RFC 7692 §7.1). A window of the client's choice would need bytes of its own. */
const acceptable: ReadonlyMap<string, (value: string | true) => boolean> = new Map([
  ["server_no_context_takeover", (value) => value === true],
  ["client_no_context_takeover", (value) => value === true],
  ["server_max_window_bits", (value) => value === "15"],
  ["client_max_window_bits", (value) => value === true || /^([89]|1[0-5])$/.test(value)],
]);

/**
 * Leaves of what a client offers what will be accepted: the extension in its plainest form, or nothing. An offer that does not
 * fit is declined and the connection opened without it (RFC 7692 §5.1), where ws would refuse the handshake. What is no
 * list of extensions at all stays as it is, for ws to refuse.
 */
export function negotiate(req: IncomingMessage, enabled: boolean): void {
  const offered = req.headers[header];
  if (offered === undefined) return;
  const offers = parsed(offered);
  if (!offers) return;
  if (enabled && offers[name]?.some(isAcceptable)) req.headers[header] = name;
  else delete req.headers[header];
}

function parsed(offered: string): ReturnType<typeof extension.parse> | null {
  try {
    return extension.parse(offered);
  } catch {
    return null;
  }
}

function isAcceptable(offer: Record<string, readonly (string | true)[]>): boolean {
  return Object.entries(offer).every(
    ([parameter, [value = "", ...more]]) => more.length === 0 && acceptable.get(parameter)?.(value) === true,
  );
}

/** Whether a client takes compressed messages. */
export function takesDeflate(socket: WebSocket): boolean {
  return socket.extensions === name;
}

/** ws keeps what it has inflated a message with for the next one; without context there is nothing in it to keep. */
export function keepNoInflater(socket: WebSocket): void {
  const { _extensions } = socket as unknown as { _extensions: Record<string, { cleanup(): void }> };
  socket.on("message", () => _extensions[name]?.cleanup());
}

/** What a flush of zlib ends with; a message ends before it (RFC 7692 §7.2.1). */
const flushEnd = Buffer.from([0x00, 0x00, 0xff, 0xff]);

const deflated = new WeakMap<Buffer, Buffer | null>();

/**
 * A message compressed: made once however many sockets it goes to. In this thread, so that messages keep their order by
 * themselves; at its fastest, zlib takes 3 ms for a MiB.
 * @returns null when it is shorter as it is
 */
export function deflate(message: Buffer): Buffer | null {
  if (message.length < thresholdBytes) return null;
  const known = deflated.get(message);
  if (known !== undefined) return known;
  const bytes = deflateRawSync(message, { level: constants.Z_BEST_SPEED, finishFlush: constants.Z_SYNC_FLUSH });
  const shorter = bytes.length < message.length ? bytes.subarray(0, -flushEnd.length) : null;
  deflated.set(message, shorter);
  return shorter;
}

/**
 * Several messages as one JSON array, of the bytes that each has compressed: DEFLATE is a row of blocks, and after a flush
 * the next one begins with a byte of its own (RFC 1951 §3.2).
 * @returns null when one of them would have been compressed and is not shorter for it, or none is
 */
export function deflateBatch(messages: readonly Buffer[]): Buffer | null {
  const parts: Buffer[] = [];
  let compressed = false;
  for (const message of messages) {
    const bytes = deflate(message);
    if (bytes === null && message.length >= thresholdBytes) return null;
    parts.push(parts.length === 0 ? open : comma);
    if (bytes === null) parts.push(stored(message));
    else parts.push(bytes, flushEnd);
    compressed ||= bytes !== null;
  }
  return compressed ? Buffer.concat([...parts, close, emptyBlock]) : null;
}

/** A block that is not compressed (RFC 1951 §3.2.4). @param bytes fewer than 65536 */
function stored(bytes: Buffer): Buffer {
  const header = Buffer.alloc(5);
  header.writeUInt16LE(bytes.length, 1);
  header.writeUInt16LE(~bytes.length & 0xffff, 3);
  return Buffer.concat([header, bytes]);
}

const open = stored(Buffer.from("["));
const comma = stored(Buffer.from(","));
const close = stored(Buffer.from("]"));

/** What stands before `flushEnd` in a flush that adds nothing. */
const emptyBlock = Buffer.from([0x00]);

/** The header of a compressed text message from a server: final, with RSV1, not masked (RFC 6455 §5.2, RFC 7692 §6). */
export function deflatedHeader(length: number): Buffer {
  const first = 0xc1;
  if (length < 126) return Buffer.from([first, length]);
  const bytes = Buffer.alloc(length < 65_536 ? 4 : 10);
  bytes.set([first, length < 65_536 ? 126 : 127]);
  if (length < 65_536) bytes.writeUInt16BE(length, 2);
  else bytes.writeBigUInt64BE(BigInt(length), 2);
  return bytes;
}
