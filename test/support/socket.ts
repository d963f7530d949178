import { WebSocket } from "ws";
import type { ClientOptions } from "ws";

/** A plain socket and everything that has come over it. */
export interface TestSocket {
  /** The frames so far, parsed. Tests look at whatever the server sent, so they have no type. */
  // oxlint-disable-next-line typescript/no-explicit-any
  readonly frames: any[];
  /** Resolves with the first frame, of those that have come or will come, that fits. @throws after half a minute, or when the socket closes first */
  // oxlint-disable-next-line typescript/no-explicit-any
  next(fits: (frame: any) => boolean): Promise<any>;
  send(frame: unknown): void;
  sendRaw(data: string | Buffer): void;
  close(): void;
  /** The socket itself, for what no well-behaved client does. */
  readonly raw: WebSocket;
  readonly closed: Promise<{ code: number; reason: string }>;
}

/**
 * Connects to a conversation's socket.
 * @param query as it goes into the URL
 */
export function openSocket(
  server: { url: string; key: string },
  conversationId: string,
  query: Readonly<Record<string, string>> = {},
  options: Omit<ClientOptions, "key"> & { key?: string | null } = {},
): TestSocket {
  const { key = server.key, headers, ...rest } = options;
  const url = `${server.url.replace(/^http/, "ws")}/sockets/events/${conversationId}?${new URLSearchParams(query)}`;
  const socket = new WebSocket(url, {
    ...rest,
    headers: { ...(key !== null && { Authorization: `Bearer ${key}` }), ...headers },
  });
  const frames: unknown[] = [];
  const listeners = new Set<() => void>();
  socket.on("message", (data) => {
    frames.push(JSON.parse((data as Buffer).toString())); // a Buffer: the socket's binaryType is the default
    for (const listener of listeners) listener();
  });
  const closed = new Promise<{ code: number; reason: string }>((resolve, reject) => {
    socket.once("close", (code, reason) => resolve({ code, reason: String(reason) }));
    socket.once("unexpected-response", (_req, res) =>
      reject(new Error(`the handshake was answered with ${res.statusCode}`)),
    );
  });
  closed.catch(() => {}); // whoever awaits it learns of it
  socket.on("error", () => {}); // a close follows, which is what tests look at

  function next(fits: (frame: unknown) => boolean): Promise<unknown> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(
        () => finish(() => reject(new Error(`no such frame: ${fits.toString()}; came: ${JSON.stringify(frames)}`))),
        30_000,
      );
      const look = () => {
        const found = frames.find(fits);
        if (found !== undefined) finish(() => resolve(found));
      };
      const finish = (settle: () => void) => {
        clearTimeout(timer);
        listeners.delete(look);
        settle();
      };
      listeners.add(look);
      look();
      void closed.then(({ code }) =>
        finish(() => reject(new Error(`closed with ${code} first; came: ${JSON.stringify(frames)}`))),
      );
    });
  }

  return {
    frames,
    next,
    send: (frame) => whenOpen(socket, () => socket.send(JSON.stringify(frame))),
    sendRaw: (data) => whenOpen(socket, () => socket.send(data)),
    close: () => socket.close(),
    raw: socket,
    closed,
  };
}

function whenOpen(socket: WebSocket, action: () => void): void {
  if (socket.readyState === socket.OPEN) action();
  else socket.once("open", action);
}
