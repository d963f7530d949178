import type { Connection, Steps } from "./connection.ts";
import { eventQueries } from "./event-queries.ts";
import type { EventWriter, Refused } from "./event-writer.ts";
import { leaveReceipt } from "./leave-receipt.ts";
import { StoreUnavailableError } from "./store.ts";
import type { EventStore, Receipt, StoredEvent } from "./store.ts";

type Append = Parameters<EventStore["append"]>;

interface PendingAppend {
  readonly append: Append;
  readonly resolve: (events: StoredEvent[] | null) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * The event log. Appends are gathered until the end of the tick, and while earlier ones are on their way, and committed
 * together: one flush of the disk carries all of them, which is ten times the throughput of one commit each. One batch
 * follows the other, so that what was asked for first has the lower id.
 */
export function createEventStore({ db, lockingTransaction }: Connection, write: EventWriter): EventStore {
  let pending: PendingAppend[] = [];
  let busy = false;

  async function flush(): Promise<void> {
    while (pending.length > 0) {
      const batch = pending;
      pending = [];
      await commit(batch);
    }
    busy = false;
  }

  async function commit(batch: readonly PendingAppend[]): Promise<void> {
    try {
      const results = await lockingTransaction(() => writeAll(batch.map(({ append }) => append)));
      batch.forEach(({ resolve, reject }, index) => {
        const result = results[index] ?? null;
        if (isRefused(result)) reject(result.refusal);
        else resolve(result);
      });
    } catch (error) {
      // One append that cannot be written must not take the others with it, so each gets its own try: as long as it is known
      // that nothing has been written.
      if (batch.length > 1 && !(error instanceof StoreUnavailableError))
        for (const pendingAppend of batch) await commit([pendingAppend]);
      else for (const { reject } of batch) reject(error);
    }
  }

  function* writeAll(batch: readonly Append[]): Steps<(StoredEvent[] | Refused | null)[]> {
    const written = yield* write(
      batch.map(([conversationId, drafts, , admits]) => ({ conversationId, drafts, admits })),
    );
    const receipts = batch.flatMap(([, , receiptOf], index) => {
      const events = written[index];
      return (events && !isRefused(events) && receiptOf?.(events)) || [];
    });
    for (const receipt of receipts.toSorted(byKey)) yield* leaveReceipt(db, receipt);
    return written;
  }

  return {
    append(...append) {
      return new Promise((resolve, reject) => {
        pending.push({ append, resolve, reject });
        if (busy) return;
        busy = true;
        setImmediate(() => void flush());
      });
    },
    ...eventQueries(db),
    async takeSealedRequest(conversationId, eventId) {
      const row = await db
        .deleteFrom("sealed_requests")
        .where("conversation_id", "=", conversationId)
        .where("event_id", "=", eventId)
        .returning("sealed")
        .executeTakeFirst();
      return row?.sealed ?? null;
    },
  };
}

function isRefused(result: StoredEvent[] | Refused | null): result is Refused {
  return result !== null && "refusal" in result;
}

/** In one order wherever they are written, so that of two batches with the same ones neither waits for the other for ever. */
function byKey(a: Receipt, b: Receipt): number {
  const [one, other] = [`${a.userId} ${a.key}`, `${b.userId} ${b.key}`];
  return one < other ? -1 : one > other ? 1 : 0;
}
