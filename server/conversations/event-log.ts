import { ApiError } from "../api-error.ts";
import type { EventDraft, EventQuery, EventStore, StoredEvent } from "../store/store.ts";
import type { EventBus } from "./event-bus.ts";

/** The logs of all conversations: what is appended is durable first and then told to everybody who listens. */
export interface EventLog {
  /**
   * Appends events in order, all or none.
   * @throws {ApiError} `conversation_not_found`
   */
  append(conversationId: string, ...drafts: readonly EventDraft[]): Promise<StoredEvent[]>;
  find(conversationId: string, query: EventQuery): Promise<StoredEvent[]>;
}

export function createEventLog(store: EventStore, bus: EventBus): EventLog {
  return {
    async append(conversationId, ...drafts) {
      const events = await store.append(conversationId, drafts);
      if (!events) throw new ApiError("conversation_not_found");
      bus.publish(conversationId, { type: "events", events });
      return events;
    },
    find: (conversationId, query) => store.find(conversationId, query),
  };
}
