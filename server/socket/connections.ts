import { once } from "node:events";
import type { WebSocket } from "ws";

const pingIntervalMs = 30_000;
const missedPongs = 2;

/** How long a client may take to answer the goodbye, where there is no less time. */
const goodbyeMs = 2000;

/** What sockets are closed with when the server ends. */
export const goingAway = [1001, "The server is shutting down. Connect again with latest_event_id."] as const;

/** The sockets of this process. */
export interface Connections {
  /** Counts a socket of which no more is known yet. @returns false when its address has too many already */
  enter(socket: WebSocket, address: string): boolean;
  /** @returns false when the user has too many already */
  add(socket: WebSocket, conversationId: string, userId: string): boolean;
  count(conversationId: string): number;
  /** All of this process. */
  total(): number;
  /** What waits for clients to read on. */
  unsentBytes(): number;
  /** Closes all with 1001. Resolves when all are gone. @param patienceMs how long a client may take to answer, at most */
  close(patienceMs: number): Promise<void>;
  /** Whether `close` has been called. */
  closing(): boolean;
}

/** @param limits sockets that one user, and one address, may have open */
export function createConnections(limits: { perUser: number; perAddress: number }): Connections {
  const sockets = new Map<WebSocket, { missed: number }>();
  const perConversation = createCounter();
  const perUser = createCounter();
  const perAddress = createCounter();
  let closing = false;
  const heartbeat = setInterval(() => beat(sockets), pingIntervalMs).unref();

  return {
    enter(socket, address) {
      if (perAddress.count(address) >= limits.perAddress) return false;
      perAddress.change(address, 1);
      socket.once("close", () => perAddress.change(address, -1));
      return true;
    },
    add(socket, conversationId, userId) {
      if (perUser.count(userId) >= limits.perUser) return false;
      const state = { missed: 0 };
      sockets.set(socket, state);
      perConversation.change(conversationId, 1);
      perUser.change(userId, 1);
      socket.on("pong", () => (state.missed = 0));
      socket.once("close", () => {
        sockets.delete(socket);
        perConversation.change(conversationId, -1);
        perUser.change(userId, -1);
      });
      return true;
    },
    count: perConversation.count,
    total: () => sockets.size,
    unsentBytes: () => sockets.keys().reduce((sum, { bufferedAmount }) => sum + bufferedAmount, 0),
    closing: () => closing,
    async close(patienceMs) {
      closing = true;
      clearInterval(heartbeat);
      const patience = Math.min(goodbyeMs, patienceMs);
      await Promise.all([...sockets.keys()].map((socket) => sayGoodbye(socket, patience)));
    },
  };
}

/** A client that has not answered two pings is gone, whatever its connection says. */
function beat(sockets: ReadonlyMap<WebSocket, { missed: number }>): void {
  for (const [socket, state] of sockets) {
    if (state.missed >= missedPongs) socket.terminate();
    state.missed += 1;
    socket.ping();
  }
}

/** A client that does not answer is not waited for. */
async function sayGoodbye(socket: WebSocket, patienceMs: number): Promise<void> {
  socket.close(...goingAway);
  const timer = setTimeout(() => socket.terminate(), patienceMs);
  if (socket.readyState !== socket.CLOSED) await once(socket, "close");
  clearTimeout(timer);
}

function createCounter() {
  const counts = new Map<string, number>();
  return {
    count: (key: string) => counts.get(key) ?? 0,
    change(key: string, by: 1 | -1) {
      const now = (counts.get(key) ?? 0) + by;
      if (now === 0) counts.delete(key);
      else counts.set(key, now);
    },
  };
}
