import type { ActionRequest, EventId, ServerFrame, UserActionFrame } from "../generated/client/types.ts";
import { SocketMessageError } from "./socket-errors.ts";
import { uniqueId } from "./unique-id.ts";

/**
 * What one subscriber sends, until the server has answered it. It outlives connections: what is unanswered is sent again,
 * in its order, over the next one; and what the server refuses as too much goes again after the pause that it asks for. The server appends a message that comes again with its `request_id` once.
 */
export interface Outbox {
  /** Resolves or rejects with the answer; rejects with the signal's reason when that is aborted first. */
  send(action: ActionRequest, signal: AbortSignal | undefined): Promise<{ event_id: EventId }>;
  /** There is a connection: what is unanswered is sent, and what is sent from now on goes at once. */
  open(transmit: (text: string) => void): void;
  /** The connection is gone. */
  pause(): void;
  /** Gives a frame to the `send` that it answers, if there is one. */
  settle(frame: ServerFrame): void;
  /** Whether an answer is missing that may come at any moment. */
  waits(): boolean;
  /** The longest message without an answer. */
  longest(): Unanswered | undefined;
  /** No answers will come. */
  fail(error: Error): void;
}

/** A message without an answer. */
export interface Unanswered {
  /** The frame. */
  readonly text: string;
  reject(error: Error): void;
}

type PendingSend = Unanswered & PromiseWithResolvers<{ event_id: EventId }>;

/** An empty outbox without a connection. */
export function createOutbox(): Outbox {
  const pending = new Map<string, PendingSend>();
  /** Another one than that of any outbox before: the server takes a `request_id` of the past for a repetition. */
  const name = uniqueId();
  let lastNumber = 0;
  let transmit: ((text: string) => void) | undefined;
  let end: Error | undefined;
  /** Set while the server has asked to wait: nothing is sent then, so that no message overtakes another. */
  let pause: ReturnType<typeof setTimeout> | undefined;

  function transmitAll(): void {
    if (pause === undefined && transmit) for (const { text } of pending.values()) transmit(text);
  }

  function hold(seconds: number): void {
    clearTimeout(pause);
    pause = setTimeout(() => {
      pause = undefined;
      transmitAll();
    }, seconds * 1000);
  }

  /** Puts the action in its place in the order, before anything is awaited. */
  function post(data: ActionRequest): [requestId: string, PendingSend] {
    const request_id = `${name}-${++lastNumber}`;
    const text = JSON.stringify({ type: "oh_user_action", data, request_id } satisfies UserActionFrame);
    const entry = { text, ...Promise.withResolvers<{ event_id: EventId }>() };
    pending.set(request_id, entry);
    if (pause === undefined) transmit?.(text);
    return [request_id, entry];
  }

  return {
    async send(action, signal) {
      signal?.throwIfAborted();
      if (end) throw end;
      const [requestId, { promise, reject }] = post(action);
      const abort = () => reject(signal?.reason);
      signal?.addEventListener("abort", abort);
      try {
        return await promise;
      } finally {
        pending.delete(requestId);
        signal?.removeEventListener("abort", abort);
      }
    },
    open(how) {
      transmit = how;
      transmitAll();
    },
    pause() {
      transmit = undefined;
    },
    settle(frame) {
      if (frame.type !== "status" || !("request_id" in frame)) return;
      const requestId = frame.request_id ?? "";
      const send = pending.get(requestId);
      // Nothing was appended: it is sent again once the server takes more.
      if (send && frame.status === "error" && frame.retry_after !== undefined) return hold(frame.retry_after);
      if (frame.status === "ack") send?.resolve({ event_id: frame.event_id });
      else if (frame.status === "error") send?.reject(new SocketMessageError(frame));
      else return;
      pending.delete(requestId);
    },
    waits: () => pending.size > 0 && pause === undefined,
    longest() {
      let longest: PendingSend | undefined;
      for (const entry of pending.values()) if (!longest || entry.text.length > longest.text.length) longest = entry;
      return longest;
    },
    fail(error) {
      end ??= error;
      clearTimeout(pause);
      for (const { reject } of pending.values()) reject(end);
    },
  };
}
