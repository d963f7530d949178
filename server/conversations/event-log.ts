import { ApiError } from "../api-error.ts";
import type { Mask } from "../secrets/mask.ts";
import type { EventDraft, EventQuery, NewConversationRecord, Receipt, Store, StoredEvent } from "../store/store.ts";
import type { EventBus } from "./event-bus.ts";
import { maskedDraft } from "./masked-draft.ts";
import { createOwners } from "./owners.ts";

/**
 * The logs of all conversations: what is appended is freed of the owner's secrets, durable next, and then told to everybody
 * who listens.
 */
export interface EventLog {
  /**
   * Begins the log of a new conversation: stores the conversation, its first events and the receipt of the request that
   * asks for it together, all or nothing.
   * @throws {ApiError} `conversation_exists`
   * @throws {ReceiptExistsError}
   */
  begin(
    conversation: NewConversationRecord,
    drafts: readonly EventDraft[],
    receipt: Receipt | undefined,
  ): Promise<StoredEvent[]>;
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

/** @param maskOf what hides the secrets of a user; null when there are none */
export function createEventLog(
  store: Pick<Store, "conversations" | "events">,
  bus: EventBus,
  maskOf: (userId: string) => Promise<Mask | null>,
): EventLog {
  const ownerOf = createOwners(store.conversations);

  async function masked(owner: string | null, drafts: readonly EventDraft[]): Promise<EventDraft[]> {
    const mask = owner === null ? null : await maskOf(owner);
    return drafts.map((draft) => maskedDraft(draft, mask));
  }

  function told(conversationId: string, events: StoredEvent[]): StoredEvent[] {
    bus.publish(conversationId, { type: "events", events });
    return events;
  }

  const appendOnce: EventLog["appendOnce"] = async (conversationId, drafts, receiptOf) => {
    const events = await store.events.append(
      conversationId,
      await masked(await ownerOf(conversationId), drafts),
      receiptOf,
    );
    if (!events) throw new ApiError("conversation_not_found");
    return told(conversationId, events);
  };
  return {
    async begin(conversation, drafts, receipt) {
      const events = await store.conversations.insert(conversation, await masked(conversation.userId, drafts), receipt);
      if (!events) throw new ApiError("conversation_exists");
      return told(conversation.id, events);
    },
    append: (conversationId, ...drafts) => appendOnce(conversationId, drafts, () => undefined),
    appendOnce,
    find: (conversationId, query) => store.events.find(conversationId, query),
  };
}
