import type { StoredEvent } from "../store/store.ts";

/** What subscribers of a conversation are told. */
export type Notice =
  | { readonly type: "events"; readonly events: readonly StoredEvent[] }
  /** Where the log ends, at least, and whose turn it is to run the agent, where that is known. */
  | { readonly type: "head"; readonly lastEventId: number; readonly epoch?: number }
  | { readonly type: "title"; readonly title: string }
  | { readonly type: "crowded_out"; readonly message: string }
  | { readonly type: "deleted" };

/**
 * The bus port: tells subscribers what has happened. Delivery may fail or repeat; the log is the truth, and a subscriber
 * that sees a gap in the ids reads it from there.
 */
export interface EventBus {
  publish(conversationId: string, notice: Notice): void;
  /** @returns ends the subscription */
  subscribe(conversationId: string, listener: (notice: Notice) => void): () => void;
}

/** A bus that knows what its listeners are waiting for. */
export interface LocalEventBus extends EventBus {
  /** The conversations that somebody listens to. */
  followed(): string[];
}

/** The bus of a server that is one process: listeners are called at once, in the order in which they came. */
export function createLocalEventBus(): LocalEventBus {
  const listeners = new Map<string, Set<(notice: Notice) => void>>();
  return {
    followed: () => [...listeners.keys()],
    publish(conversationId, notice) {
      for (const listener of [...(listeners.get(conversationId) ?? [])]) listener(notice);
    },
    subscribe(conversationId, listener) {
      const own = listeners.get(conversationId) ?? new Set();
      listeners.set(conversationId, own.add(listener));
      return () => {
        own.delete(listener);
        if (own.size === 0 && listeners.get(conversationId) === own) listeners.delete(conversationId);
      };
    },
  };
}
