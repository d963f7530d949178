import { channels } from "../generated/client/channels.ts";
import type { ActionRequest, Event, EventId, EventType, ServerFrame } from "../generated/client/types.ts";
import { createInbox, parseFrames } from "./socket-inbox.ts";
import { createOutbox } from "./socket-outbox.ts";
import { SocketClosedError, UnexpectedFrameError } from "./socket-errors.ts";
import { buildUrl, parseBaseUrl } from "./url.ts";

/** Which conversation to connect to, and from where on. */
export interface ConnectOptions {
  /** Where the server is, as for `createClient`: an http(s) URL. */
  readonly baseUrl: string;
  /**
   * An API key. A WebSocket cannot set headers, so it goes into the URL, which proxies may log: prefer a key of its own.
   * A browser with a session cookie needs none.
   */
  readonly apiKey?: string | undefined;
  readonly conversationId: string;
  /** The highest event id that is already known; only later ones come. Left out: from the first event on. */
  readonly latestEventId?: number | undefined;
  /** Only events of these types. */
  readonly types?: readonly EventType[] | undefined;
  /** What to connect with instead of the global `WebSocket`. The one of `ws` fits. */
  readonly WebSocket?: (new (url: string) => WebSocketLike) | undefined;
}

/** The part of a WebSocket that the client uses. */
export interface WebSocketLike {
  addEventListener(type: "open", listener: () => void): void;
  addEventListener(type: "message", listener: (event: { data: unknown }) => void): void;
  addEventListener(type: "close", listener: (event: { code: number; reason: string }) => void): void;
  addEventListener(type: "error", listener: (event: object) => void): void;
  send(text: string): void;
  close(code: number): void;
}

/**
 * The events of one conversation, live. `messages` and `events` read from one queue: what comes before anybody iterates
 * is kept, a loop goes on where the last one was left, and of two loops at once each gets a part. A loop ends after
 * `close()`; when the server or the network ends the connection, it throws `SocketClosedError` after the last frame.
 */
export interface EventSocket {
  /** Every frame: events and statuses. A newer server may send others, so a `switch` over `type` needs a `default`. */
  readonly messages: AsyncIterable<ServerFrame>;
  /** Only the events; statuses are passed over. */
  readonly events: AsyncIterable<Event>;
  /** The id of the last event that was iterated over, or what `connect` was given: what to connect again with. */
  readonly latestEventId: number;
  /** Resolves when the connection has ended, however it did; never rejects. */
  readonly closed: Promise<{ code: number; reason: string }>;
  /**
   * Appends an action of the user; resolves once it is durable. May be called before the socket is open. Rejects with
   * - `SocketMessageError` when the server refuses it;
   * - `SocketClosedError` when the socket closes first, and the signal's reason when aborted first: what had already been
   *   sent may have been carried out all the same.
   */
  send(action: ActionRequest, options?: { signal?: AbortSignal | undefined }): Promise<{ event_id: EventId }>;
  /** Ends the connection: loops end, and what has not been iterated over is dropped. */
  close(): void;
}

/**
 * Connects to a conversation's events: those after `latestEventId` first, then each new one as it comes, in the order of
 * their ids. Whether the server accepts shows when iterating or sending: a refusal is a `SocketClosedError`.
 * @throws {TypeError} when `baseUrl` is no http(s) URL or `conversationId` is empty
 */
export function connect(options: ConnectOptions): EventSocket {
  const Transport: new (url: string) => WebSocketLike = options.WebSocket ?? globalThis.WebSocket;
  const transport = new Transport(socketUrl(options));
  const inbox = createInbox(options.latestEventId ?? -1);
  const outbox = createOutbox();
  const closed = Promise.withResolvers<{ code: number; reason: string }>();
  let failure: unknown;

  function fail(error: Error): void {
    inbox.fail(error);
    outbox.fail(error);
  }

  transport.addEventListener("open", () => outbox.open((text) => transport.send(text)));
  transport.addEventListener("message", ({ data }) => {
    try {
      for (const frame of parseFrames(data)) {
        outbox.settle(frame);
        inbox.push(frame);
      }
    } catch (error) {
      if (!(error instanceof UnexpectedFrameError)) throw error;
      fail(error);
      transport.close(1000);
    }
  });
  // Tells why there is no connection, on platforms that say so; `close` follows.
  transport.addEventListener("error", (event) => {
    failure = "error" in event ? event.error : undefined;
  });
  // Connecting again, when that is wanted, begins here: inbox and outbox outlive a transport.
  transport.addEventListener("close", ({ code, reason }) => {
    fail(new SocketClosedError(code, reason, { cause: failure }));
    closed.resolve({ code, reason });
  });

  return {
    messages: { [Symbol.asyncIterator]: () => inbox.messages() },
    events: { [Symbol.asyncIterator]: () => inbox.events() },
    get latestEventId() {
      return inbox.latestEventId();
    },
    closed: closed.promise,
    send: (action, { signal } = {}) => outbox.send(action, signal),
    close() {
      inbox.end();
      outbox.fail(new SocketClosedError(1000, "close() was called"));
      transport.close(1000);
    },
  };
}

function socketUrl({ baseUrl, apiKey, conversationId, latestEventId, types }: ConnectOptions): string {
  const base = parseBaseUrl(baseUrl).replace(/^http/, "ws");
  return buildUrl(base, channels.events.address, {
    conversation_id: conversationId,
    latest_event_id: latestEventId,
    types,
    session_api_key: apiKey,
  });
}
