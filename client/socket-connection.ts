import type { EventType } from "../generated/client/types.ts";
import { SocketClosedError } from "./socket-errors.ts";
import type { SocketError, UnexpectedFrameError } from "./socket-errors.ts";
import { parseFrames } from "./socket-inbox.ts";
import type { Inbox } from "./socket-inbox.ts";
import type { Outbox } from "./socket-outbox.ts";
import { createWatchdog } from "./waiting.ts";
import type { RetryDelay } from "./waiting.ts";

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
 * Where a connection stands: `connecting` for the first time; `open` once the server has said something; `reconnecting`
 * after it was lost or could not be made; `parked` while other conversations have their turn; `closed` for good.
 */
export type SocketState = "connecting" | "open" | "reconnecting" | "parked" | "closed";

/** Somebody who follows the conversation. All of them share one connection. */
export interface Subscriber {
  readonly inbox: Inbox;
  readonly outbox: Outbox;
  readonly types: readonly EventType[] | undefined;
  /** The connection's state has changed. @param error why the last connection ended, if it did */
  onState(state: SocketState, error?: SocketError): void;
}

/** What a connection asks the server for. */
export interface Wanted {
  /** The highest event id that every subscriber has. */
  readonly latestEventId: number;
  readonly types: readonly EventType[] | undefined;
}

export interface ConnectionOptions {
  /** Opens a transport. */
  readonly dial: (wanted: Wanted) => WebSocketLike;
  readonly maxRetries: number;
  readonly retryDelayMs: RetryDelay;
  readonly timeoutMs: number;
  readonly maxSilenceMs: number;
  /** Something goes over the connection. */
  readonly onActivity: () => void;
  /** It has ended, or nobody follows any more. */
  readonly onEnd: () => void;
}

/** The connection to one conversation, through as many transports as it takes. */
export interface Connection {
  readonly state: SocketState;
  join(subscriber: Subscriber): void;
  leave(subscriber: Subscriber): void;
  /** Connects, the first time or after `park`. */
  start(): void;
  /** Gives its transport up until `start`. Nothing is lost: the next one goes on where this one ended. */
  park(): void;
  /** Whether it has all of the past, and no message of the user waits for an answer. */
  idle(): boolean;
}

/** One WebSocket, and how far it has come. */
interface Transport {
  readonly socket: WebSocketLike;
  readonly wanted: Wanted;
  /** Whether frames can be sent. */
  open: boolean;
  /** Whether a frame has come. */
  heard: boolean;
  /** Whether all of the past has come. */
  live: boolean;
}

/** A page hears of its network. Node does not. */
const network = globalThis as Partial<Pick<EventTarget, "addEventListener" | "removeEventListener">>;

/** RFC 6455 §7.4.1: a message was too big for the server. It says not which. */
const tooBig = 1009;

/** A connection that nobody has joined, not started yet. */
export function createConnection(options: ConnectionOptions): Connection {
  const subscribers = new Set<Subscriber>();
  const watchdog = createWatchdog(options.timeoutMs, () => {
    lose(new SocketClosedError(1006, `the server was silent for ${options.timeoutMs} ms`));
  });
  // A network can lose a connection and tell nobody, and a page does not see the server's pings.
  const silence = createWatchdog(options.maxSilenceMs, redial);
  let state: SocketState = "connecting";
  let transport: Transport | undefined;
  let retry: ReturnType<typeof setTimeout> | undefined;
  let failures = 0;

  const each = (act: (subscriber: Subscriber) => void) => [...subscribers].forEach(act);
  const waits = () => [...subscribers].some(({ outbox }) => outbox.waits());

  function enter(next: SocketState, error?: SocketError): void {
    if (next === state) return;
    state = next;
    each(({ onState }) => onState(next, error));
  }

  function dial(): void {
    const wanted = wantedBy([...subscribers]);
    const socket = options.dial(wanted);
    const own: Transport = { socket, wanted, open: false, heard: false, live: false };
    transport = own;
    let cause: unknown;
    // What a transport says after it has been given up concerns nobody.
    const unlessLeft = (act: () => void) => void (transport === own && act());
    socket.addEventListener("open", () => unlessLeft(() => opened(own)));
    socket.addEventListener("message", ({ data }) => unlessLeft(() => receive(own, data)));
    // Tells why there is no connection, on platforms that say so; `close` follows.
    socket.addEventListener("error", (event) => (cause = "error" in event ? event.error : undefined));
    socket.addEventListener("close", ({ code, reason }) =>
      unlessLeft(() => lose(new SocketClosedError(code, reason, { cause }))),
    );
    watchdog.expect();
    network.addEventListener?.("online", redial); // what was open before is lost; adding it again changes nothing
  }

  function opened(own: Transport): void {
    own.open = true;
    each(({ outbox }) => outbox.open(transmit));
  }

  function transmit(text: string): void {
    transport?.socket.send(text);
    watchdog.expect();
    options.onActivity();
  }

  function receive(from: Transport, data: unknown): void {
    let frames;
    try {
      frames = parseFrames(data);
    } catch (error) {
      return finish(error as UnexpectedFrameError); // the only one that it throws
    }
    from.heard = true;
    failures = 0;
    watchdog.rest();
    silence.rest();
    enter("open");
    for (const frame of frames) {
      if (transport !== from) return; // a callback had it hung up: the next one brings the rest
      if (frame.type === "status" && frame.status === "replay_complete") from.live = true;
      each(({ inbox, outbox }) => {
        outbox.settle(frame);
        inbox.push(frame);
      });
    }
    if (transport !== from) return;
    if (waits()) watchdog.expect();
    silence.expect();
    options.onActivity();
  }

  /** There will be no other transport, at least for now. */
  function rest(next: SocketState, error?: SocketError): void {
    network.removeEventListener?.("online", redial);
    hangUp();
    enter(next, error);
  }

  /** The transport is of no use any more. */
  function hangUp(): void {
    const left = transport?.socket;
    transport = undefined;
    clearTimeout(retry);
    watchdog.rest();
    silence.rest();
    each(({ outbox }) => outbox.pause());
    left?.close(1000);
  }

  function redial(): void {
    hangUp();
    dial();
  }

  function lose(error: SocketClosedError): void {
    hangUp();
    if (error.code === tooBig) rejectLongest(subscribers, error);
    if (!error.reconnect || failures >= options.maxRetries) return finish(error);
    retry = setTimeout(dial, options.retryDelayMs(++failures));
    enter("reconnecting", error);
  }

  function finish(error: SocketError): void {
    each(({ inbox, outbox }) => {
      inbox.fail(error);
      outbox.fail(error);
    });
    options.onEnd(); // before anybody hears of it, who may connect again at once
    rest("closed", error);
  }

  return {
    get state() {
      return state;
    },
    join(subscriber) {
      subscribers.add(subscriber);
      if (!transport) return;
      const suits = !transport.heard && covers(transport.wanted, wantedBy([subscriber]));
      if (suits && transport.open) subscriber.outbox.open(transmit);
      if (!suits) redial();
    },
    leave(subscriber) {
      if (!subscribers.delete(subscriber) || subscribers.size > 0) return;
      options.onEnd();
      rest("closed");
    },
    start() {
      if (state === "parked") enter("reconnecting");
      dial();
    },
    park: () => rest("parked"),
    idle: () => transport?.live === true && !waits(),
  };
}

/** What one connection has to ask for so that all of these get what they want. */
function wantedBy(subscribers: readonly Subscriber[]): Wanted {
  const types = subscribers.flatMap((subscriber) => subscriber.types ?? []);
  return {
    latestEventId: Math.min(...subscribers.map(({ inbox }) => inbox.receivedEventId())),
    types: subscribers.every((subscriber) => subscriber.types) ? [...new Set(types)] : undefined,
  };
}

/** Whether a transport that was asked for the one brings the other too, as long as nothing has come over it. */
function covers(asked: Wanted, wanted: Wanted): boolean {
  const { types } = asked;
  return (
    asked.latestEventId <= wanted.latestEventId &&
    (types === undefined || wanted.types?.every((type) => types.includes(type)) === true)
  );
}

/**
 * A message that is too big would be so again. It is the longest of those without an answer: the server answers in order,
 * and says nothing of the size that it takes.
 */
function rejectLongest(subscribers: Iterable<Subscriber>, error: SocketClosedError): void {
  const unanswered = [...subscribers].flatMap(({ outbox }) => outbox.longest() ?? []);
  unanswered.toSorted((one, other) => other.text.length - one.text.length)[0]?.reject(error);
}
