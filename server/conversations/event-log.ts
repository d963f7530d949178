import { ApiError } from "../api-error.ts";
import type { ActionRequest } from "../../contract/index.ts";
import type { Metrics } from "../metrics.ts";
import { holdsHidden } from "../secrets/mask.ts";
import type { Action } from "./event-draft.ts";
import { isExecutable } from "./execute.ts";
import { actionOf } from "./history.ts";
import { createLocks } from "../locks.ts";
import type { Cipher } from "../secrets/cipher.ts";
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
  /**
   * What a user has asked for by an event, with the secrets that the event hides. It is told once.
   * @returns null when they are not known any more
   */
  requestOf(conversationId: string, event: StoredEvent): Promise<Action | ActionRequest | null>;
}

/** Encrypts what the log hides and another server needs. */
export interface Sealer {
  seal(conversationId: string, request: ActionRequest): string;
  open(conversationId: string, sealed: string): ActionRequest;
}

/** Seals with the key that all servers of a database share. What is sealed for one conversation is of no use in another. */
export function createSealer(cipher: Pick<Cipher, "encrypt" | "decrypt">): Sealer {
  const context = (conversationId: string) => `request ${conversationId}`;
  return {
    seal: (id, request) => cipher.encrypt(JSON.stringify(request), context(id)),
    open: (id, sealed) => JSON.parse(cipher.decrypt(sealed, context(id))) as ActionRequest, // as it was sealed
  };
}

/** Hides what is secret in a conversation; null when that is nothing. */
export interface Masks {
  of(conversation: Pick<ConversationRecord, "id" | "userId">): Promise<Mask | null>;
  /** The same for a conversation that is not stored yet. */
  ofNew(conversation: NewConversationRecord): Promise<Mask | null>;
  /** Another server knows of a user's secret that may not be known here. */
  forget(userId: string): void;
}

/**
 * @param metrics counts what is appended, and what waits for it
 * @param sealer null where no other server carries out what is asked for here
 */
export function createEventLog(
  store: Pick<Store, "conversations" | "events">,
  bus: EventBus,
  masks: Masks,
  metrics: Pick<Metrics, "appending"> = { appending: () => () => {} },
  sealer: Sealer | null = null,
): EventLog {
  const ownerOf = createOwners(store.conversations);
  const order = createLocks();

  async function maskFor(id: string): Promise<Mask | null> {
    const userId = await ownerOf(id);
    return userId === null ? null : masks.of({ id, userId });
  }

  function sealed(conversationId: string, draft: EventDraft, masked: EventDraft): EventDraft {
    if (!sealer || masked === draft || !draft.request || !takesSecrets(draft.request)) return masked;
    return { ...masked, sealedRequest: sealer.seal(conversationId, draft.request) };
  }

  function told(conversationId: string, events: StoredEvent[]): StoredEvent[] {
    bus.publish(conversationId, { type: "events", events });
    return events;
  }

  const appendOnce: EventLog["appendOnce"] = async (conversationId, admits, drafts, receiptOf) => {
    const done = metrics.appending();
    let count = 0;
    try {
      const events = await storedOnce(conversationId, admits, drafts, receiptOf);
      count = events.length;
      return told(conversationId, events);
    } finally {
      done(count);
    }
  };

  const storedOnce: EventLog["appendOnce"] = async (conversationId, admits, drafts, receiptOf) => {
    // What is appended first comes first in the log, however long it takes to find out what has to be hidden.
    const { appended } = await order.alone(conversationId, async () => {
      const mask = await maskFor(conversationId);
      const masked = drafts.map((draft) => sealed(conversationId, draft, maskedDraft(draft, mask)));
      return { appended: store.events.append(conversationId, masked, receiptOf, admits) };
    });
    const events = await appended;
    if (!events) throw new ApiError("conversation_not_found");
    return events;
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
    async requestOf(conversationId, event) {
      const action = event.request ?? actionOf(event);
      const isSealed = event.request ? event.sealedRequest !== undefined : holdsHidden(action.args);
      if (!isSealed) return action;
      const found = await store.events.takeSealedRequest(conversationId, event.id); // it is not needed after this
      if (event.request) return event.request;
      masks.forget((await ownerOf(conversationId)) ?? ""); // before anything of what comes of it is appended
      return found === null || !sealer ? null : sealer.open(conversationId, found);
    },
    find: (conversationId, query) => store.events.find(conversationId, query),
  };
}

/** Whether an action does what it says by itself. An agent that is asked for something is not told secrets. */
function takesSecrets(request: ActionRequest): boolean {
  return isExecutable(request) && request.action !== "delegate";
}

function maskedDrafts(drafts: readonly EventDraft[], mask: Mask | null): EventDraft[] {
  return drafts.map((draft) => maskedDraft(draft, mask));
}
