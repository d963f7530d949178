import type { WebSocket } from "ws";

const pingIntervalMs = 30_000;
const missedPongs = 2;

/** The sockets of this process. */
export interface Connections {
  /** @returns false when the user has too many already */
  add(socket: WebSocket, conversationId: string, userId: string): boolean;
  count(conversationId: string): number;
  /** Closes all with 1001. */
  close(): void;
}

/** @param maxPerUser sockets that one user may have open */
export function createConnections(maxPerUser: number): Connections {
  const sockets = new Map<WebSocket, { missed: number }>();
  const perConversation = createCounter();
  const perUser = createCounter();
  const heartbeat = setInterval(() => beat(sockets), pingIntervalMs).unref();

  return {
    add(socket, conversationId, userId) {
      if (perUser.count(userId) >= maxPerUser) return false;
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
    close() {
      clearInterval(heartbeat);
      for (const socket of sockets.keys())
        socket.close(1001, "The server is shutting down. Connect again with latest_event_id.");
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
