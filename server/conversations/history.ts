import type { EventDraft, EventQuery, StoredEvent } from "../store/store.ts";
import type { Action } from "./event-draft.ts";
import type { EventLog } from "./event-log.ts";

/** The log of one conversation. */
export interface History {
  /** Appends events in order, all or none. @throws {ApiError} `conversation_not_found` */
  append(...drafts: readonly EventDraft[]): Promise<StoredEvent[]>;
  find(query: EventQuery): Promise<StoredEvent[]>;
}

export function historyOf(log: EventLog, conversationId: string): History {
  return {
    append: (...drafts) => log.append(conversationId, ...drafts),
    find: (query) => log.find(conversationId, query),
  };
}

/** A stored action without its envelope. */
export function actionOf({ text }: StoredEvent): Action {
  const { action, args, tool_call_metadata } = JSON.parse(text) as Action; // as it was appended
  return { action, args, ...(tool_call_metadata && { tool_call_metadata }) } as Action; // the same parts, put together again
}

/** The id of the action that a stored event is the result of. */
export function causeOf({ text }: StoredEvent): number | undefined {
  return (JSON.parse(text) as { cause?: number }).cause;
}
