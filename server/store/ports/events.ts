import type { AgentState, EventSource } from "../../../contract/index.ts";
import type { Receipt } from "./receipts.ts";

/** An event that has no id yet. */
export interface EventDraft {
  readonly kind: "action" | "observation";
  /** The name of the action or observation type. */
  readonly type: string;
  readonly source: EventSource;
  readonly hidden: boolean;
  /** The event's JSON text after `id` and `timestamp`, without the braces: `"source":"user","message":…`. */
  readonly body: string;
  /** The state that the event says the agent is in now. */
  readonly agentState?: AgentState | undefined;
}

export interface StoredEvent extends Omit<EventDraft, "body"> {
  readonly id: number;
  readonly timestamp: string;
  /** The event as it goes over the wire. */
  readonly text: string;
}

export interface EventQuery {
  /** The lowest and the highest id, both inclusive. */
  readonly from: number;
  readonly to?: number | undefined;
  readonly descending?: boolean | undefined;
  readonly limit: number;
  /** The first that come to no more than so many bytes of text, though one at least. No more than these are read. Not for `contains`. */
  readonly maxBytes?: number | undefined;
  readonly types?: readonly string[] | undefined;
  readonly source?: string | undefined;
  /** Found anywhere in the text, upper and lower case alike. */
  readonly contains?: string | undefined;
  readonly excludeHidden?: boolean | undefined;
  readonly since?: string | undefined;
  readonly until?: string | undefined;
}

export interface EventStore {
  /**
   * Appends events in order, all or none, with the next ids of the conversation. Resolves once they are durable.
   * Appends of one tick share a commit.
   * @param receiptOf makes the receipt of the request that appends them
   * @returns null when there is no such conversation
   * @throws {ReceiptExistsError}
   */
  append(
    conversationId: string,
    drafts: readonly EventDraft[],
    receiptOf?: (events: readonly StoredEvent[]) => Receipt | undefined,
  ): Promise<StoredEvent[] | null>;
  find(conversationId: string, query: EventQuery): Promise<StoredEvent[]>;
}
