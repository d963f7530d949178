import { channels } from "../../generated/client/channels.ts";
import { SocketClosedError, UnexpectedFrameError } from "../socket-errors.ts";
import { callSafely, idOf, parseFrames } from "../socket-inbox.ts";
import { backoff } from "../waiting.ts";
import { createGrowingList, createStore } from "./store.ts";
import type { Store } from "./store.ts";

/** How `useWebSocket` connects, and whom it tells. */
export interface WebSocketHookOptions {
  /** Added to the URL, such as `latest_event_id` and `session_api_key`. Others are another connection. */
  readonly queryParams?: Readonly<Record<string, string | number | boolean | undefined>> | undefined;
  /** Whether to connect again when the connection is lost: yes, as often as it takes, unless this says otherwise. */
  readonly reconnect?: { readonly enabled?: boolean; readonly maxAttempts?: number } | undefined;
  readonly onOpen?: ((event: Event) => void) | undefined;
  readonly onMessage?: ((event: MessageEvent) => void) | undefined;
  readonly onClose?: ((event: CloseEvent) => void) | undefined;
  readonly onError?: ((event: Event) => void) | undefined;
}

/** What `useWebSocket` knows of its connection. */
export interface WebSocketHookState<Message> {
  readonly isConnected: boolean;
  /** The data of the last message; null before the first one. */
  readonly lastMessage: Message | null;
  /** The data of all messages so far, those of earlier connections included. */
  readonly messages: readonly Message[];
  /** Why there is no connection, as long as there is none. */
  readonly error: Error | null;
  /** Whether it waits for another try. */
  readonly isReconnecting: boolean;
  /** How many tries there have been since the server last said something. */
  readonly attemptCount: number;
}

type Sendable = Parameters<WebSocket["send"]>[0];

/** A WebSocket that is made again when it is lost, outside of React. */
export interface WebSocketLink<Message> {
  readonly store: Store<WebSocketHookState<Message>>;
  /** Connects. @returns what ends the connection; `start` may be called again after that */
  start(this: void): () => void;
  /** Sends now, or once there is a connection. @throws {SocketClosedError} when there will be none */
  sendMessage(this: void, data: Sendable): void;
  /** Ends the connection for good. */
  disconnect(this: void): void;
}

/** A link that has not been started. @param options looked up at each use, as they may change */
export function createWebSocketLink<Message>(url: string, options: () => WebSocketHookOptions): WebSocketLink<Message> {
  const messages = createGrowingList<Message>();
  const unsent: Sendable[] = [];
  let socket: WebSocket | undefined;
  let retry: ReturnType<typeof setTimeout> | undefined;
  let isReconnecting = false;
  let attemptCount = 0;
  let error: SocketClosedError | null = null;
  let over = false;
  const store = createStore(read);

  function read(): WebSocketHookState<Message> {
    const all = messages.view();
    const isConnected = socket?.readyState === 1;
    return { isConnected, lastMessage: all.at(-1) ?? null, messages: all, error, isReconnecting, attemptCount };
  }

  function dial(): void {
    const own = new WebSocket(resumeAfter(url, messages.view()));
    socket = own;
    const unlessLeft =
      <Occasion>(act: (event: Occasion) => void) =>
      (event: Occasion) => {
        if (socket !== own) return;
        act(event);
        store.changed();
      };
    own.addEventListener("open", unlessLeft(opened));
    own.addEventListener("message", unlessLeft(receive));
    own.addEventListener(
      "error",
      unlessLeft((event: Event) => tell(options().onError, event)),
    );
    own.addEventListener("close", unlessLeft(closed));
  }

  function opened(event: Event): void {
    isReconnecting = false;
    error = null;
    for (const data of unsent.splice(0)) socket?.send(data);
    tell(options().onOpen, event);
  }

  function receive(event: MessageEvent): void {
    attemptCount = 0; // a refusal opens the connection too, so that its code can be read
    messages.push(event.data as Message); // what the caller says that the server sends
    tell(options().onMessage, event);
  }

  function closed(event: CloseEvent): void {
    socket = undefined;
    const { enabled = true, maxAttempts = Infinity } = options().reconnect ?? {};
    error = event.code === 1000 ? null : new SocketClosedError(event.code, event.reason);
    isReconnecting = enabled && error?.reconnect === true && attemptCount < maxAttempts;
    if (isReconnecting) retry = setTimeout(dial, backoff(++attemptCount));
    else over = true;
    tell(options().onClose, event);
  }

  function stop(): void {
    const left = socket;
    socket = undefined;
    clearTimeout(retry);
    isReconnecting = false;
    left?.close(1000);
    store.changed();
  }

  return {
    store,
    start() {
      if (!over) dial();
      return stop;
    },
    sendMessage(data) {
      if (over) throw error ?? new SocketClosedError(1000, "the connection was ended");
      if (socket?.readyState === 1) socket.send(data);
      else unsent.push(data);
    },
    disconnect() {
      over = true;
      stop();
    },
  };
}

function tell<Occasion>(listener: ((event: Occasion) => void) | undefined, event: Occasion): void {
  if (listener) callSafely(listener, event);
}

const conversationPath = channels.events.address.replace(/\{.*/, "");

/** The URL of a connection that goes on where the last one ended. Of addresses that are no conversation's nothing is known. */
function resumeAfter(address: string, messages: readonly unknown[]): string {
  const url = new URL(address, globalThis.location?.href);
  if (!url.pathname.includes(conversationPath)) return url.href;
  for (const message of messages.toReversed()) {
    const latestEventId = latestIdIn(message);
    if (latestEventId < 0) continue;
    url.searchParams.set("latest_event_id", String(latestEventId));
    break;
  }
  return url.href;
}

/** The highest event id that a message speaks of; -1 when it speaks of none. */
function latestIdIn(message: unknown): number {
  try {
    return Math.max(...parseFrames(message).map(idOf));
  } catch (error) {
    if (error instanceof UnexpectedFrameError) return -1;
    throw error;
  }
}
