import type { Kysely } from "kysely";
import { LRUCache } from "lru-cache";
import type { Database } from "./database.ts";
import { signatureScheme } from "./text-signature.ts";

// A log is signed in blocks of so many events, each once it is whole and with the append that makes it so.

/** Events of a block: ids from a multiple of it. A search reads whole blocks, so a larger one would make rare texts dear. */
export const blockSize = 64;

/** Memory for the signatures of the logs that were searched last: 400,000 events of a kilobyte. */
const keptBytes = 64 * 2 ** 20;

/** Ids, both inclusive. */
export interface IdRange {
  readonly from: number;
  readonly to: number;
}

/** A log, as it is when a search begins. */
export interface Log {
  readonly conversationId: string;
  /** Tells a conversation from an earlier one of the same id. */
  readonly createdAt: string;
  readonly lastEventId: number;
}

export interface EventSignatures {
  /** The signatures of all whole blocks of a log, in order. Makes those that there are not. */
  of(log: Log): Promise<readonly Uint8Array[]>;
}

interface KeptSignatures {
  readonly createdAt: string;
  readonly signatures: readonly Uint8Array[];
}

/** @param make the signature of a block, from its events; null when the log has gone meanwhile */
export function keptSignatures(
  db: Kysely<Database>,
  make: (conversationId: string, block: number) => Promise<Uint8Array | null>,
): EventSignatures {
  const kept = new LRUCache<string, KeptSignatures>({
    maxSize: keptBytes,
    sizeCalculation: ({ signatures }) => 1 + signatures.reduce((sum, { length }) => sum + length, 0),
  });

  return {
    async of(log) {
      const { conversationId, createdAt } = log;
      const count = wholeBlocks(log);
      const found = kept.get(conversationId);
      const known = found?.createdAt === createdAt ? found.signatures : [];
      if (known.length >= count) return known;
      const stored = await readSignatures(db, conversationId, known.length);
      const added: Uint8Array[] = [];
      for (let block = known.length; block < count; block += 1) {
        const signature = stored.get(block) ?? (await make(conversationId, block));
        if (signature === null) return known;
        if (!stored.has(block)) await storeSignature(db, log, block, signature).execute();
        added.push(signature);
      }
      const signatures = [...known, ...packed(added)];
      kept.set(conversationId, { createdAt, signatures });
      return signatures;
    },
  };
}

/** The same, one after the other in memory: a search touches each of them, and half of its time is waiting for memory. */
function packed(signatures: readonly Uint8Array[]): Uint8Array[] {
  const bytes = new Uint8Array(signatures.reduce((sum, { length }) => sum + length, 0));
  let end = 0;
  return signatures.map((signature) => {
    bytes.set(signature, end);
    end += signature.length;
    return bytes.subarray(end - signature.length, end);
  });
}

/** Null when there is no such conversation. */
export async function readLog(db: Kysely<Database>, conversationId: string): Promise<Log | null> {
  const row = await db
    .selectFrom("conversations")
    .select(["created_at", "last_event_id"])
    .where("id", "=", conversationId)
    .executeTakeFirst();
  return row ? { conversationId, createdAt: row.created_at, lastEventId: row.last_event_id } : null;
}

async function readSignatures(
  db: Kysely<Database>,
  conversationId: string,
  from: number,
): Promise<ReadonlyMap<number, Uint8Array>> {
  const rows = await db
    .selectFrom("event_signatures")
    .select(["block", "signature"])
    .where("conversation_id", "=", conversationId)
    .where("block", ">=", from)
    .where("scheme", "=", signatureScheme)
    .execute();
  return new Map(rows.map(({ block, signature }) => [block, signature]));
}

/** Stores the signature of a block, unless its log has gone. */
export function storeSignature(
  db: Kysely<Database>,
  { conversationId, createdAt }: Pick<Log, "conversationId" | "createdAt">,
  block: number,
  signature: Uint8Array,
) {
  const made = { scheme: signatureScheme, signature };
  return db
    .insertInto("event_signatures")
    .columns(["conversation_id", "block", "scheme", "signature"])
    .expression(
      db
        .selectFrom("conversations")
        .select(({ val }) => [
          "id",
          val(block).as("block"),
          val(made.scheme).as("scheme"),
          val(signature).as("signature"),
        ])
        .where("id", "=", conversationId)
        .where("created_at", "=", createdAt),
    )
    .onConflict((conflict) => conflict.columns(["conversation_id", "block"]).doUpdateSet(made));
}

function wholeBlocks({ lastEventId }: Pick<Log, "lastEventId">): number {
  return blockOf(lastEventId + 1);
}

export function blockOf(id: number): number {
  return Math.floor(id / blockSize);
}

export function rangeOfBlock(block: number): IdRange {
  return { from: block * blockSize, to: (block + 1) * blockSize - 1 };
}
