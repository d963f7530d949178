import type { Admission, ConversationRecord, EventDraft, EventQuery, StoredEvent } from "../store/store.ts";
import type { Action } from "./event-draft.ts";
import type { EventLog } from "./event-log.ts";

/** The log of one conversation, as far as it has happened here: what was replayed at its creation is not found. */
export interface History {
  /** Appends events in order, all or none. @throws {ApiError} `conversation_not_found` @throws {LeaseLostError} */
  append(...drafts: readonly EventDraft[]): Promise<StoredEvent[]>;
  find(query: EventQuery): Promise<StoredEvent[]>;
}

/** @param admits judges what is appended */
export function historyOf(log: EventLog, key: HistoryKey, admits: Admission): History {
  return { append: (...drafts) => log.append(key.id, admits, ...drafts), ...pastOf(log, key) };
}

/** The same to be read. */
export function pastOf(log: Pick<EventLog, "find">, { id, replayedUntil }: HistoryKey): Pick<History, "find"> {
  return {
    find: (query) => log.find(id, { ...query, from: Math.max(query.from, replayedUntil + 1) }),
  };
}

type HistoryKey = Pick<ConversationRecord, "id" | "replayedUntil">;

/** A stored action without its envelope. */
export function actionOf({ text }: StoredEvent): Action {
  const { action, args, tool_call_metadata } = JSON.parse(text) as Action; // as it was appended
  return { action, args, ...(tool_call_metadata && { tool_call_metadata }) } as Action; // the same parts, put together again
}

/** The id of the action that a stored event is the result of. */
export function causeOf({ text }: StoredEvent): number | undefined {
  return (JSON.parse(text) as { cause?: number }).cause;
}

/** The id of an event that has just been appended. */
export function idOf(event: StoredEvent | undefined): number {
  if (!event) throw new Error("The log has appended an event and does not say which.");
  return event.id;
}
