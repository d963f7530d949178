import { ApiError } from "./api-error.ts";
import type { Clock } from "./clock.ts";
import { JsonText } from "./http/json-text.ts";
import type { Cipher } from "./secrets/cipher.ts";
import type { Receipt, ReceiptStore } from "./store/store.ts";

/** How long a request can be repeated: as long as the contract says of the header. */
const lifetimeMs = 24 * 60 * 60 * 1000;
const sweepIntervalMs = 60 * 60 * 1000;

interface Answer {
  readonly status: number;
  readonly body: unknown;
}

/**
 * Makes the receipt of a request from the answer that it is about to get; nothing where the client has sent no key. The
 * handler hands it to the store, which writes it in the transaction of the request's effect.
 */
export type ReceiptOf = (answer: Answer) => Receipt | undefined;

/** A request as far as it can be repeated. */
export interface RepeatableRequest {
  readonly userId: string;
  /** The operation's id, or the message's name. */
  readonly operation: string;
  /** What the client calls the request, if anything. */
  readonly key: string | undefined;
  /** The validated parts of the request. */
  readonly content: unknown;
}

/** Carries out requests with an `Idempotency-Key`, and messages with a `request_id`, once. */
export interface Idempotency {
  /**
   * Carries the request out, unless that has been done: then its first answer is given again.
   * @throws {ApiError} `idempotency_key_reused`; and what `work` throws
   */
  once<A extends Answer>(
    request: RepeatableRequest,
    work: (receiptOf: ReceiptOf) => Promise<A>,
  ): Promise<{ readonly answer: A | { status: number; body: JsonText }; readonly replayed: boolean }>;
}

export function createIdempotency(deps: { store: ReceiptStore; cipher: Cipher; clock: Clock }): Idempotency {
  const { store, cipher, clock } = deps;
  let swept = Number.NEGATIVE_INFINITY;

  /** Old receipts are nobody's any more. */
  async function sweep(): Promise<void> {
    const now = clock.now().getTime();
    if (now - swept < sweepIntervalMs) return;
    swept = now;
    await store.deleteBefore(new Date(now - lifetimeMs).toISOString());
  }

  async function replay({ userId, key }: RequestWithKey, fingerprint: string) {
    const receipt = await store.find(userId, key);
    if (!receipt) return null;
    if (receipt.fingerprint !== fingerprint) throw new ApiError("idempotency_key_reused");
    const body = new JsonText(cipher.decrypt(receipt.body, contextOf(receipt)));
    return { answer: { status: receipt.status, body }, replayed: true };
  }

  function receipt({ userId, key }: RequestWithKey, fingerprint: string, { status, body }: Answer): Receipt {
    const sealed = cipher.encrypt(JSON.stringify(body), contextOf({ userId, key })); // a new API key stands in an answer
    return { userId, key, fingerprint, status, body: sealed, createdAt: clock.now().toISOString() };
  }

  async function carryOut<A>(request: RequestWithKey, fingerprint: string, work: (receiptOf: ReceiptOf) => Promise<A>) {
    let left = false;
    const answer = await work((given) => {
      left = true;
      return receipt(request, fingerprint, given);
    });
    if (!left) throw new Error(`${request.operation} takes an Idempotency-Key and has left no receipt`);
    return { answer, replayed: false };
  }

  return {
    async once(request, work) {
      if (!hasKey(request)) return { answer: await work(() => undefined), replayed: false };
      const { operation, content } = request;
      await sweep();
      const fingerprint = cipher.fingerprint(JSON.stringify([operation, content]));
      const known = await replay(request, fingerprint);
      if (known) return known;
      try {
        return await carryOut(request, fingerprint, work);
      } catch (error) {
        // Sent twice at once: whatever stopped this one, what the other one has been answered holds for both.
        const meanwhile = await replay(request, fingerprint);
        if (!meanwhile) throw error;
        return meanwhile;
      }
    },
  };
}

type RequestWithKey = RepeatableRequest & { readonly key: string };

function hasKey(request: RepeatableRequest): request is RequestWithKey {
  return request.key !== undefined;
}

function contextOf({ userId, key }: Pick<Receipt, "userId" | "key">): string {
  return `receipt ${userId} ${key}`;
}
