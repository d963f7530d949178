import type { Connection } from "./connection.ts";
import { eventQueries } from "../event-queries.ts";
import { blockOf, rangeOfBlock, storeSignature } from "../event-signatures.ts";
import type { Log } from "../event-signatures.ts";
import { createSignature } from "../text-signature.ts";
import type { EventDraft, EventStore, StoredEvent } from "../store.ts";
import { leaveReceipt } from "./receipts.ts";

type Append = Parameters<EventStore["append"]>;

interface PendingAppend {
  readonly append: Append;
  readonly resolve: (events: StoredEvent[] | null) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * The event log in SQLite. Appends are gathered until the end of the tick and committed together: one flush of the disk
 * carries all of them, which is ten times the throughput of one commit each.
 */
export function createSqliteEventStore(connection: Connection, writer: EventWriter): EventStore {
  let pending: PendingAppend[] = [];

  function flush(): void {
    const batch = pending;
    pending = [];
    commit(batch);
  }

  function commit(batch: readonly PendingAppend[]): void {
    try {
      const results = connection.transaction(() =>
        batch.map(({ append }) => {
          const [conversationId, drafts, receiptOf] = append;
          const events = writer(conversationId, drafts);
          if (events) leaveReceipt(connection, receiptOf?.(events));
          return events;
        }),
      );
      batch.forEach(({ resolve }, index) => resolve(results[index] ?? null));
    } catch (error) {
      // Nothing has been written. One append that cannot be must not take the others with it, so each gets its own try.
      if (batch.length > 1) for (const pendingAppend of batch) commit([pendingAppend]);
      else for (const { reject } of batch) reject(error);
    }
  }

  return {
    append(...append) {
      return new Promise((resolve, reject) => {
        if (pending.push({ append, resolve, reject }) === 1) setImmediate(flush);
      });
    },
    ...eventQueries(connection.db),
  };
}

/** Writes one append within the caller's transaction; null when there is no such conversation. */
export type EventWriter = (conversationId: string, drafts: readonly EventDraft[]) => StoredEvent[] | null;

/** @param now the clock, RFC 3339 */
export function createEventWriter({ sqlite, db, change }: Connection, now: () => string): EventWriter {
  const lastId = sqlite.prepare("SELECT last_event_id, updated_at, created_at FROM conversations WHERE id = ?");
  const insert = sqlite.prepare(
    "INSERT INTO events (conversation_id, id, timestamp, kind, type, source, hidden, text) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
  );
  const advance = sqlite.prepare(
    "UPDATE conversations SET last_event_id = ?, updated_at = ?, agent_state = coalesce(?, agent_state) WHERE id = ?",
  );
  const texts = sqlite.prepare("SELECT text FROM events WHERE conversation_id = ? AND id >= ? AND id <= ? ORDER BY id");

  /** Signs the blocks that an append has made whole, with it. */
  function sign(log: Pick<Log, "conversationId" | "createdAt">, first: number, last: number): void {
    for (let block = blockOf(first); block < blockOf(last + 1); block += 1) {
      const { from, to } = rangeOfBlock(block);
      const signature = createSignature();
      for (const { text } of texts.iterate(log.conversationId, from, to)) signature.add(String(text));
      change(storeSignature(db, log, block, signature.finish()));
    }
  }

  return (conversationId, drafts) => {
    const row = lastId.get(conversationId);
    if (!row) return null;
    if (drafts.length === 0) return [];
    const timestamp = latest(now(), row["updated_at"]);
    const first = Number(row["last_event_id"]) + 1;
    const events = drafts.map((draft, index) => storedEvent(draft, first + index, timestamp));
    for (const { id, kind, type, source, hidden, text } of events) {
      insert.run(conversationId, id, timestamp, kind, type, source, hidden ? 1 : 0, text);
    }
    const state = drafts.findLast(({ agentState }) => agentState !== undefined)?.agentState ?? null;
    const last = first + events.length - 1;
    advance.run(last, timestamp, state, conversationId);
    sign({ conversationId, createdAt: String(row["created_at"]) }, first, last);
    return events;
  };
}

function storedEvent({ body, ...draft }: EventDraft, id: number, timestamp: string): StoredEvent {
  return { ...draft, id, timestamp, text: `{"id":${id},"timestamp":"${timestamp}",${body}}` };
}

/** Within a log times never go back, though the machine's clock may: events are found by their time through their ids. */
function latest(now: string, before: unknown): string {
  return typeof before === "string" && before > now ? before : now;
}
