import type { Event, ReportedV1Event } from "../../../contract/index.ts";
import { ReceiptExistsError } from "../../store/store.ts";
import type { EventDraft, Receipt, StoredEvent } from "../../store/store.ts";
import { draftAction, draftObservation } from "../event-draft.ts";
import type { EventLog } from "../event-log.ts";
import { eventPlace, isPlacedIn } from "./event-ids.ts";
import type { ReadAs, Reader, Reading } from "./translation.ts";
import { read } from "./translations.ts";

/** What an agent elsewhere reports becomes a part of a conversation's log. */
export interface Reports {
  /**
   * Appends V1 events in their order. They get ids of this log, and the time at which they came; what they say of secrets
   * that are known here is hidden as everywhere. One that was reported before is left out, as long as there is its receipt.
   * @param receiptOf makes the receipt of an event
   * @returns how many events of the log they have become
   * @throws {ApiError} `conversation_not_found`
   */
  add(
    conversationId: string,
    events: readonly ReportedV1Event[],
    receiptOf: (event: ReportedV1Event) => Receipt,
  ): Promise<number>;
}

/** No server runs that agent, so none holds its conversation. */
const asReported = (): void => {};

/** How far back the action is looked for that something came of. */
const recentEvents = 1000;

export function createReports(log: Pick<EventLog, "appendOnce" | "find">): Reports {
  return {
    async add(conversationId, events, receiptOf) {
      const calls = new Map<string, number>();
      let added = 0;
      for (const event of events) {
        const reader: Reader = {
          actionOfCall: (toolCallId) => calls.get(toolCallId),
          eventOfId: (id) => eventOf(id, conversationId),
        };
        const call = "action_id" in event || event.kind === "AgentErrorEvent" ? event.tool_call_id : undefined;
        if (call !== undefined && !calls.has(call)) await find(conversationId, call, calls);
        const stored = await append(conversationId, draftsOf(event, reader), receiptOf(event));
        for (const one of stored) noteCall(one, calls);
        added += stored.length;
      }
      return added;
    },
  };

  /** The events are there together with the receipt, or neither is. */
  async function append(id: string, drafts: EventDraft[], receipt: Receipt): Promise<StoredEvent[]> {
    try {
      return await log.appendOnce(id, asReported, drafts, () => receipt);
    } catch (error) {
      if (error instanceof ReceiptExistsError) return [];
      throw error;
    }
  }

  /** Looks for the action of a call among what was reported before. */
  async function find(conversationId: string, toolCallId: string, calls: Map<string, number>): Promise<void> {
    const [last] = await log.find(conversationId, { from: 0, descending: true, limit: 1 });
    const from = Math.max(0, (last?.id ?? 0) - recentEvents);
    const contains = JSON.stringify({ tool_call_id: toolCallId }).slice(1, -1);
    const found = await log.find(conversationId, { from, contains, descending: true, limit: 10 });
    const action = found.find((event) => event.kind === "action");
    if (action) noteCall(action, calls);
  }
}

/** The events of V0 that a V1 event becomes, ready for the log. */
export function draftsOf(event: ReportedV1Event, reader: Reader): EventDraft[] {
  return readingsOf(event, reader).map(drafted);
}

/** The events of V0 that a V1 event becomes; none where it has nothing to say there. */
export function readingsOf(event: ReportedV1Event, reader: Reader): Reading[] {
  const row = read[event.kind] as ReadAs;
  return "read" in row ? row.read(event as never, reader) : []; // the row of its kind
}

/** What is reported has happened elsewhere: it is no state of an agent of this server. */
function drafted({ source, cause, ...reading }: Reading): EventDraft {
  const envelope = { source, ...(cause !== undefined && { cause }) };
  if (reading.kind === "action") return draftAction(reading.action, envelope);
  const { agentState: _, ...draft } = draftObservation(reading.observation, envelope);
  return draft;
}

function noteCall({ kind, id, text }: StoredEvent, calls: Map<string, number>): void {
  const call = kind === "action" ? (JSON.parse(text) as Event).tool_call_metadata?.tool_call_id : undefined;
  if (call !== undefined) calls.set(call, id);
}

/** The V0 event that a V1 id of this log stands for; undefined for an id of another log. */
function eventOf(id: string, conversationId: string): number | undefined {
  const place = eventPlace(id);
  return place && isPlacedIn(conversationId, place) ? place.eventId : undefined;
}
