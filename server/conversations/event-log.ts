import { ApiError } from "../api-error.ts";
import type { EventDraft, EventQuery, NewConversationRecord, Store, StoredEvent } from "../store/store.ts";
import type { EventBus } from "./event-bus.ts";

/** The logs of all conversations: what is appended is durable first and then told to everybody who listens. */
export interface EventLog {
  /**
   * Begins the log of a new conversation: stores the conversation and its first events together, all or nothing.
   * @throws {ApiError} `conversation_exists`
   */
  begin(conversation: NewConversationRecord, ...drafts: readonly EventDraft[]): Promise<StoredEvent[]>;
  /**
   * Appends events in order, all or none.
   * @throws {ApiError} `conversation_not_found`
   */
  append(conversationId: string, ...drafts: readonly EventDraft[]): Promise<StoredEvent[]>;
  find(conversationId: string, query: EventQuery): Promise<StoredEvent[]>;
}

export function createEventLog(store: Pick<Store, "conversations" | "events">, bus: EventBus): EventLog {
  return {
    async begin(conversation, ...drafts) {
      const events = await store.conversations.insert(conversation, drafts);
      if (!events) throw new ApiError("conversation_exists");
      bus.publish(conversation.id, { type: "events", events });
      return events;
    },
    async append(conversationId, ...drafts) {
      const events = await store.events.append(conversationId, drafts);
      if (!events) throw new ApiError("conversation_not_found");
      bus.publish(conversationId, { type: "events", events });
      return events;
    },
    find: (conversationId, query) => store.events.find(conversationId, query),
  };
}
