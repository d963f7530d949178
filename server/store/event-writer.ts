import type { Kysely } from "kysely";
import { change } from "./connection.ts";
import type { Steps } from "./connection.ts";
import type { Database } from "./database.ts";
import { blockOf, rangeOfBlock, storeSignature } from "./event-signatures.ts";
import type { IdRange } from "./event-signatures.ts";
import type { AgentState } from "../../contract/index.ts";
import type { Admission, EventDraft, StoredEvent } from "./store.ts";
import { createSignature } from "./text-signature.ts";

/** Events that are to go into a conversation's log together. */
export interface Addition {
  readonly conversationId: string;
  readonly drafts: readonly EventDraft[];
  readonly admits?: Admission | undefined;
}

/** An addition that was not admitted, and why. */
export interface Refused {
  readonly refusal: unknown;
}

/** Where a log ends. */
export interface LogEnd {
  readonly id: string;
  readonly last_event_id: number;
  readonly created_at: string;
  readonly updated_at: string | null;
  readonly agent_state: AgentState | null;
  readonly holder: string | null;
  readonly epoch: number;
}

/** Where a log ends after an addition. */
export interface NewLogEnd extends Pick<LogEnd, "id" | "last_event_id" | "created_at" | "updated_at"> {
  /** Null for the one before. */
  readonly agent_state: AgentState | null;
}

export type EventRow = StoredEvent & { readonly conversationId: string };

/** The statements of an append, which each kind of database has its own way to make fast. */
export interface LogStatements {
  /**
   * Where the logs of these conversations end, as far as there are such. Nobody else appends to them until the transaction
   * is over. They are locked in the order of the ids, so that of two who want the same ones each gets them in the end.
   */
  lock(ids: readonly string[]): Steps<LogEnd[]>;
  insert(events: readonly EventRow[]): Steps<void>;
  advance(ends: readonly NewLogEnd[]): Steps<void>;
  /** Reads the texts of a range of a log, in order, a few at a time. */
  eachText(conversationId: string, range: IdRange, use: (text: string) => void): Steps<void>;
}

/**
 * Writes additions to logs, in their order, within the caller's transaction.
 * @returns the events of each, or why it was refused; null for one to a conversation that does not exist
 */
export type EventWriter = (additions: readonly Addition[]) => Steps<(StoredEvent[] | Refused | null)[]>;

/** @param now the clock, RFC 3339 */
export function createEventWriter(db: Kysely<Database>, statements: LogStatements, now: () => string): EventWriter {
  const { lock, insert, advance, eachText } = statements;

  /** Signs the blocks that an append has made whole, with it. */
  function* sign({ id, created_at, last_event_id }: NewLogEnd, first: number): Steps<void> {
    for (let block = blockOf(first); block < blockOf(last_event_id + 1); block += 1) {
      const signature = createSignature();
      yield* eachText(id, rangeOfBlock(block), signature.add);
      const log = { conversationId: id, createdAt: created_at };
      yield* change(storeSignature(db, log, block, signature.finish()));
    }
  }

  return function* (additions) {
    const ids = [...new Set(additions.map(({ conversationId }) => conversationId))].toSorted(bytewise);
    const logs = new Map((yield* lock(ids)).map((end) => [end.id, openLog(end, now())]));
    const written = additions.map(
      ({ conversationId, drafts, admits }) => logs.get(conversationId)?.add(drafts, admits) ?? null,
    );
    const grown = [...logs.values()].filter(({ events }) => events.length > 0);
    if (grown.length === 0) return written;
    const events = grown.flatMap((log) => log.events);
    yield* insert(events);
    for (const { conversationId, id, sealedRequest } of events)
      if (sealedRequest !== undefined) yield* change(insertSealed(db, conversationId, id, sealedRequest));
    yield* advance(grown.map(({ end }) => end()));
    for (const { first, end } of grown) yield* sign(end(), first);
    return written;
  };
}

function insertSealed(db: Kysely<Database>, conversation_id: string, event_id: number, sealed: string) {
  return db.insertInto("sealed_requests").values({ conversation_id, event_id, sealed });
}

/** A log as it grows within a transaction. */
function openLog(log: LogEnd, now: string) {
  const { id, last_event_id, created_at, updated_at, agent_state, holder, epoch } = log;
  const timestamp = latest(now, updated_at);
  const events: EventRow[] = [];
  const newState = () => events.findLast(({ agentState }) => agentState !== undefined)?.agentState ?? null;

  /** Why nothing is added to the log as it is now; undefined when something is. */
  function refused(admits: Admission | undefined): Refused | undefined {
    try {
      admits?.({ lastEventId: last_event_id + events.length, agentState: newState() ?? agent_state, holder, epoch });
      return undefined;
    } catch (refusal) {
      return { refusal };
    }
  }

  function append(drafts: readonly EventDraft[]): StoredEvent[] {
    const first = last_event_id + 1 + events.length;
    const added = drafts.map((draft, index) => storedEvent(draft, first + index, timestamp));
    for (const event of added) events.push({ ...event, conversationId: id });
    return added;
  }

  return {
    first: last_event_id + 1,
    events,
    add: (drafts: readonly EventDraft[], admits: Admission | undefined) => refused(admits) ?? append(drafts),
    end: (): NewLogEnd => ({
      id,
      last_event_id: last_event_id + events.length,
      created_at,
      updated_at: timestamp,
      agent_state: newState(),
    }),
  };
}

function storedEvent({ body, ...draft }: EventDraft, id: number, timestamp: string): StoredEvent {
  return { ...draft, id, timestamp, text: `{"id":${id},"timestamp":"${timestamp}",${body}}` };
}

/** Within a log times never go back, though the machine's clock may: events are found by their time through their ids. */
function latest(now: string, before: string | null): string {
  return before !== null && before > now ? before : now;
}

function bytewise(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
