import type { ActionRequest, AgentState, EventSource } from "../../../contract/index.ts";
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
  /** The action as its user has sent it, secrets included: for the process that it came to. It is not stored. */
  readonly request?: ActionRequest | undefined;
  /** The same, encrypted, where a secret in it is hidden in the event: for the server that carries it out. */
  readonly sealedRequest?: string | undefined;
}

export interface StoredEvent extends Omit<EventDraft, "body"> {
  readonly id: number;
  readonly timestamp: string;
  /** The event as it goes over the wire. */
  readonly text: string;
}

/** Where a log is when something is about to be appended. Nobody else appends until that is over. */
export interface LogHead {
  readonly lastEventId: number;
  readonly agentState: AgentState | null;
  /** The node that runs the agent; null when none does. */
  readonly holder: string | null;
  readonly epoch: number;
}

/** Judges an append, within its transaction. @throws why it must not be made */
export type Admission = (head: LogHead) => void;

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
   * @param admits judges whether they may be appended to the log as it is then
   * @returns null when there is no such conversation
   * @throws {ReceiptExistsError} and what `admits` throws
   */
  append(
    conversationId: string,
    drafts: readonly EventDraft[],
    receiptOf?: (events: readonly StoredEvent[]) => Receipt | undefined,
    admits?: Admission,
  ): Promise<StoredEvent[] | null>;
  find(conversationId: string, query: EventQuery): Promise<StoredEvent[]>;
  /** Gives out the sealed request of an event, which is stored until then. Null where there is none. */
  takeSealedRequest(conversationId: string, eventId: number): Promise<string | null>;
}
