import { channels } from "../generated/client/channels.ts";
import type { ActionRequest, Event, EventId, EventType, ServerFrame } from "../generated/client/types.ts";
import { createConnection } from "./socket-connection.ts";
import type { SocketState, Subscriber, Wanted, WebSocketLike } from "./socket-connection.ts";
import { SocketClosedError } from "./socket-errors.ts";
import type { SocketError } from "./socket-errors.ts";
import { callSafely, createInbox, eventOf } from "./socket-inbox.ts";
import { createOutbox } from "./socket-outbox.ts";
import { createSocketPool } from "./socket-pool.ts";
import type { SocketPool } from "./socket-pool.ts";
import { buildUrl, parseBaseUrl, withQuery } from "./url.ts";
import { backoff } from "./waiting.ts";
import type { RetryDelay } from "./waiting.ts";

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
  /** How often in a row to try again before giving up: `Infinity`. 0 never connects again. */
  readonly maxRetries?: number | undefined;
  /** How long to wait before each try: half a second, doubled up to half a minute, less by chance. */
  readonly retryDelayMs?: RetryDelay | undefined;
  /** How long the server may be silent when a connection or an acknowledgement is due, before another try: 30,000. */
  readonly timeoutMs?: number | undefined;
  /**
   * How long nothing at all may come before the connection is made anew, in case that it was lost without a word: five
   * minutes.
   */
  readonly maxSilenceMs?: number | undefined;
  /** The connections to share: those of the whole program when left out. */
  readonly pool?: SocketPool | undefined;
}

/**
 * The events of one conversation, live, through as many connections as that takes: each event once, in the order of their
 * ids. `messages` and `events` read from one queue: what comes before anybody iterates is kept, a loop goes on where the
 * last one was left, and of two loops at once each gets a part. Callbacks take from that queue too, each callback all of it.
 * A loop ends after `close()`; when the server refuses or `maxRetries` is used up, it throws `SocketClosedError` after the
 * last frame.
 */
export interface EventSocket {
  /**
   * Every frame: events and statuses. A newer server may send others, so a `switch` over `type` needs a `default`. After
   * each connection there is another `replay_complete`.
   */
  readonly messages: AsyncIterable<ServerFrame>;
  /** Only the events; statuses are passed over. */
  readonly events: AsyncIterable<Event>;
  /** Calls back for each frame instead of a loop. @returns what ends that */
  onMessage(listener: (frame: ServerFrame) => void): () => void;
  /** Calls back for each event instead of a loop. @returns what ends that */
  onEvent(listener: (event: Event) => void): () => void;
  /** Where the connection stands. What is sent while it is not `open` waits until it is. */
  readonly state: SocketState;
  /** Calls back when `state` has changed, with why the last connection ended, if it did. @returns what ends that */
  onStateChange(listener: (state: SocketState, error?: SocketError) => void): () => void;
  /** The id of the last event that was handed out, or what `connect` was given: what to connect again with. */
  readonly latestEventId: number;
  /** Resolves when `state` is `closed`: with what loops throw, or nothing after `close()`. Never rejects. */
  readonly closed: Promise<SocketError | undefined>;
  /**
   * Appends an action of the user, once, however often the connection is lost meanwhile; resolves when it is durable. May
   * be called in every state but `closed`. Rejects with
   * - `SocketMessageError` when the server refuses it;
   * - `SocketClosedError` when the socket closes for good first, or the message was too big, and the signal's reason when
   *   aborted first: what had already been sent may have been carried out all the same.
   */
  send(action: ActionRequest, options?: { signal?: AbortSignal | undefined }): Promise<{ event_id: EventId }>;
  /** Ends it: loops end, and what has not been handed out is dropped. */
  close(): void;
}

const programsPool = createSocketPool();

/**
 * Connects to a conversation's events: those after `latestEventId` first, then each new one as it comes. A lost connection
 * is made again and goes on after the last event. Sockets of one conversation share a connection, with the settings of the
 * first. Whether the server accepts shows when iterating or sending: a refusal is a `SocketClosedError`.
 * @throws {TypeError} when `baseUrl` is no http(s) URL or `conversationId` is empty
 */
export function connect(options: ConnectOptions): EventSocket {
  const { pool = programsPool, types } = options;
  const inbox = createInbox(options.latestEventId ?? -1, types);
  const outbox = createOutbox();
  const stateListeners = new Set<StateListener>();
  const closed = Promise.withResolvers<SocketError | undefined>();
  let left = false;

  function onState(state: SocketState, error?: SocketError): void {
    if (state === "closed") closed.resolve(error);
    for (const listener of stateListeners) callSafely(listener, state, error);
  }

  const subscriber = { inbox, outbox, types, onState };
  const address = addressOf(options);
  const connection = pool.join(address, subscriber, (member) =>
    createConnection({ ...member, ...settingsOf(options), dial: dialler(options, address) }),
  );

  return {
    messages: { [Symbol.asyncIterator]: inbox.messages },
    events: { [Symbol.asyncIterator]: inbox.events },
    onMessage: inbox.onMessage,
    onEvent: (listener) =>
      inbox.onMessage((frame) => {
        const event = eventOf(frame);
        if (event) listener(event);
      }),
    get state() {
      return left ? "closed" : connection.state;
    },
    onStateChange(listener) {
      const own: StateListener = (state, error) => listener(state, error); // the same function twice is two listeners
      stateListeners.add(own);
      return () => void stateListeners.delete(own);
    },
    get latestEventId() {
      return inbox.latestEventId();
    },
    closed: closed.promise,
    send(action, { signal } = {}) {
      const sent = outbox.send(action, signal);
      pool.hurry(connection);
      return sent;
    },
    close() {
      if (left) return;
      left = true;
      inbox.end();
      outbox.fail(new SocketClosedError(1000, "close() was called"));
      connection.leave(subscriber);
      onState("closed");
    },
  };
}

type StateListener = Subscriber["onState"];

function settingsOf(options: ConnectOptions) {
  const { maxRetries = Infinity, retryDelayMs = backoff, timeoutMs = 30_000, maxSilenceMs = 300_000 } = options;
  return { maxRetries, retryDelayMs, timeoutMs, maxSilenceMs };
}

/** The URL, but for what the subscribers of the conversation want of it: theirs is one connection. */
function addressOf({ baseUrl, apiKey, conversationId }: ConnectOptions): string {
  return buildUrl(parseBaseUrl(baseUrl).replace(/^http/, "ws"), channels.events.address, {
    conversation_id: conversationId,
    session_api_key: apiKey,
  });
}

function dialler({ WebSocket }: ConnectOptions, address: string) {
  const Transport: new (url: string) => WebSocketLike = WebSocket ?? globalThis.WebSocket;
  return ({ latestEventId, types }: Wanted) =>
    new Transport(withQuery(address, { latest_event_id: latestEventId < 0 ? undefined : latestEventId, types }));
}
