import { ApiError } from "../api-error.ts";
import type { EventDraft, EventQuery, EventStore, Receipt, StoredEvent } from "../store/store.ts";
import type { Mask } from "../secrets/mask.ts";
import type { EventBus } from "./event-bus.ts";
import { maskedDraft } from "./masked-draft.ts";

/**
 * The logs of all conversations: what is appended is freed of the owner's secrets, durable next, and then told to everybody
 * who listens.
 */
export interface EventLog {
  /**
   * Appends events in order, all or none.
   * @throws {ApiError} `conversation_not_found`
   */
  append(conversationId: string, ...drafts: readonly EventDraft[]): Promise<StoredEvent[]>;
  /**
   * The same, together with the receipt of the request that asks for it.
   * @throws {ApiError} `conversation_not_found`
   * @throws {ReceiptExistsError}
   */
  appendOnce(
    conversationId: string,
    drafts: readonly EventDraft[],
    receiptOf: (events: readonly StoredEvent[]) => Receipt | undefined,
  ): Promise<StoredEvent[]>;
  find(conversationId: string, query: EventQuery): Promise<StoredEvent[]>;
}

/** @param maskOf what hides the secrets of a conversation's owner; null when there are none */
export function createEventLog(
  store: EventStore,
  bus: EventBus,
  maskOf: (conversationId: string) => Promise<Mask | null>,
): EventLog {
  const appendOnce: EventLog["appendOnce"] = async (conversationId, drafts, receiptOf) => {
    const mask = await maskOf(conversationId);
    const masked = drafts.map((draft) => maskedDraft(draft, mask));
    const events = await store.append(conversationId, masked, receiptOf);
    if (!events) throw new ApiError("conversation_not_found");
    bus.publish(conversationId, { type: "events", events });
    return events;
  };
  return {
    append: (conversationId, ...drafts) => appendOnce(conversationId, drafts, () => undefined),
    appendOnce,
    find: (conversationId, query) => store.find(conversationId, query),
  };
}
