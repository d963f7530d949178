import { ApiError } from "../api-error.ts";
import { createLocks } from "../locks.ts";
import type { Mask } from "../secrets/mask.ts";
import type {
  Admission,
  ConversationRecord,
  EventDraft,
  EventQuery,
  NewConversationRecord,
  Receipt,
  Store,
  StoredEvent,
} from "../store/store.ts";
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
   * Appends events in order, all or none, if the log admits them as it is then.
   * @throws {ApiError} `conversation_not_found`, and what `admits` throws
   */
  append(conversationId: string, admits: Admission, ...drafts: readonly EventDraft[]): Promise<StoredEvent[]>;
  /**
   * The same, together with the receipt of the request that asks for it.
   * @throws {ApiError} `conversation_not_found`
   * @throws {ReceiptExistsError} and what `admits` throws
   */
  appendOnce(
    conversationId: string,
    admits: Admission,
    drafts: readonly EventDraft[],
    receiptOf: (events: readonly StoredEvent[]) => Receipt | undefined,
  ): Promise<StoredEvent[]>;
  find(conversationId: string, query: EventQuery): Promise<StoredEvent[]>;
}

/** Hides what is secret in a conversation; null when that is nothing. */
export interface Masks {
  of(conversation: Pick<ConversationRecord, "id" | "userId">): Promise<Mask | null>;
  /** The same for a conversation that is not stored yet. */
  ofNew(conversation: NewConversationRecord): Promise<Mask | null>;
}

export function createEventLog(store: Pick<Store, "conversations" | "events">, bus: EventBus, masks: Masks): EventLog {
  const ownerOf = createOwners(store.conversations);
  const order = createLocks();

  async function maskFor(id: string): Promise<Mask | null> {
    const userId = await ownerOf(id);
    return userId === null ? null : masks.of({ id, userId });
  }

  function told(conversationId: string, events: StoredEvent[]): StoredEvent[] {
    bus.publish(conversationId, { type: "events", events });
    return events;
  }

  const appendOnce: EventLog["appendOnce"] = async (conversationId, admits, drafts, receiptOf) => {
    // What is appended first comes first in the log, however long it takes to find out what has to be hidden.
    const { appended } = await order.alone(conversationId, async () => {
      const masked = maskedDrafts(drafts, await maskFor(conversationId));
      return { appended: store.events.append(conversationId, masked, receiptOf, admits) };
    });
    const events = await appended;
    if (!events) throw new ApiError("conversation_not_found");
    return told(conversationId, events);
  };
  return {
    async begin(conversation, drafts, receipt) {
      const masked = maskedDrafts(drafts, await masks.ofNew(conversation));
      const events = await store.conversations.insert(conversation, masked, receipt);
      if (!events) throw new ApiError("conversation_exists");
      return told(conversation.id, events);
    },
    append: (conversationId, admits, ...drafts) => appendOnce(conversationId, admits, drafts, () => undefined),
    appendOnce,
    find: (conversationId, query) => store.events.find(conversationId, query),
  };
}

function maskedDrafts(drafts: readonly EventDraft[], mask: Mask | null): EventDraft[] {
  return drafts.map((draft) => maskedDraft(draft, mask));
}
