import type { ActionRequest, EventId, ServerFrame, UserActionFrame } from "../generated/client/types.ts";
import { SocketMessageError } from "./socket-errors.ts";

/** What was sent, or waits for the socket to open, until the server has answered it. */
export interface Outbox {
  /** Resolves or rejects with the answer; rejects with the signal's reason when that is aborted first. */
  send(action: ActionRequest, signal: AbortSignal | undefined): Promise<{ event_id: EventId }>;
  /** The socket is open: what waits is sent, and what is sent from now on goes at once. */
  open(transmit: (text: string) => void): void;
  /** Gives a frame to the `send` that it answers, if there is one. */
  settle(frame: ServerFrame): void;
  /** No answers will come. */
  fail(error: Error): void;
}

interface PendingSend extends PromiseWithResolvers<{ event_id: EventId }> {
  /** The frame, which stays here until the socket is open. */
  readonly text: string;
}

/** An empty outbox of a socket that is not open yet. */
export function createOutbox(): Outbox {
  const pending = new Map<string, PendingSend>();
  /** Another one than that of any outbox before: the server takes a `request_id` of the past for a repetition. */
  const outboxId = crypto.getRandomValues(new Uint32Array(2)).join("-");
  let lastRequestId = 0;
  let transmit: ((text: string) => void) | undefined;
  let end: Error | undefined;

  /** Puts the action in its place in the order, before anything is awaited. */
  function post(data: ActionRequest): [requestId: string, PendingSend] {
    const request_id = `${outboxId}-${++lastRequestId}`;
    const text = JSON.stringify({ type: "oh_user_action", data, request_id } satisfies UserActionFrame);
    const entry = { text, ...Promise.withResolvers<{ event_id: EventId }>() };
    pending.set(request_id, entry);
    transmit?.(text);
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
      for (const { text } of pending.values()) transmit(text);
    },
    settle(frame) {
      if (frame.type !== "status" || !("request_id" in frame)) return;
      const send = pending.get(frame.request_id ?? "");
      if (frame.status === "ack") send?.resolve({ event_id: frame.event_id });
      if (frame.status === "error") send?.reject(new SocketMessageError(frame));
    },
    fail(error) {
      end ??= error;
      for (const { reject } of pending.values()) reject(end);
    },
  };
}
