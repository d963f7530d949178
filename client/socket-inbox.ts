import type { Event, EventType, ServerFrame } from "../generated/client/types.ts";
import { createQueue } from "./queue.ts";
import { UnexpectedFrameError } from "./socket-errors.ts";

/** The frames of one subscriber, for whoever iterates over them or is called back. */
export interface Inbox {
  /** Takes a frame in; an event that has come before, or of a type that is not wanted, is left out. */
  push(frame: ServerFrame): void;
  /** No more will come: iterations throw this after the last frame. */
  fail(error: Error): void;
  /** No more is wanted: iterations end at once. */
  end(): void;
  messages(): AsyncIterator<ServerFrame>;
  events(): AsyncIterator<Event>;
  /** Calls back for each frame, those that are held first. @returns what ends that */
  onMessage(listener: (frame: ServerFrame) => void): () => void;
  /** The highest id among the events that were handed out, so that an event is either seen or asked for again. */
  latestEventId(): number;
  /** The highest id among the events that have come: what a new connection has to begin after. */
  receivedEventId(): number;
}

/** An empty inbox of somebody who knows the events up to this one. @param types those that are wanted; all when left out */
export function createInbox(knownEventId: number, types: readonly EventType[] | undefined): Inbox {
  const queue = createQueue<ServerFrame>();
  const listeners = new Set<(frame: ServerFrame) => void>();
  const wanted = types && new Set<string>(types);
  let receivedEventId = knownEventId;
  let latestEventId = knownEventId;

  function handOut(frame: ServerFrame): void {
    latestEventId = Math.max(latestEventId, idOf(frame));
  }

  /** Callbacks get their frames from the queue too, so that there is one order however one listens. */
  function flush(): void {
    for (let frame; listeners.size > 0 && (frame = queue.next());) {
      handOut(frame);
      for (const listener of listeners) callSafely(listener, frame);
    }
  }

  async function* messages(): AsyncGenerator<ServerFrame, void> {
    for (let frame = await queue.take(); frame; frame = await queue.take()) {
      handOut(frame);
      yield frame;
    }
  }

  async function* events(): AsyncGenerator<Event, void> {
    for await (const frame of messages()) {
      const event = eventOf(frame);
      if (event) yield event;
    }
  }

  return {
    push(frame) {
      const event = eventOf(frame);
      if (event && event.id <= receivedEventId) return;
      receivedEventId = Math.max(receivedEventId, idOf(frame));
      if (event && wanted && !wanted.has(typeOf(event))) return;
      queue.push(frame);
      flush();
    },
    fail: queue.fail,
    end: queue.end,
    messages,
    events,
    onMessage(listener) {
      const own = (frame: ServerFrame) => listener(frame); // the same function twice is two listeners
      listeners.add(own);
      queueMicrotask(flush);
      return () => void listeners.delete(own);
    },
    latestEventId: () => latestEventId,
    receivedEventId: () => receivedEventId,
  };
}

/** Calls a listener. What it throws is its program's uncaught error, as with any event, and not the others' concern. */
export function callSafely<Value extends unknown[]>(listener: (...value: Value) => void, ...value: Value): void {
  try {
    listener(...value);
  } catch (error) {
    queueMicrotask(() => {
      throw error;
    });
  }
}

/**
 * The frames in one message: one, or several as a list. Which kinds they are is not looked at: a newer server may have more.
 * @throws {UnexpectedFrameError} when it is no JSON, or no object
 */
export function parseFrames(data: unknown): ServerFrame[] {
  const frames = [parseJson(data)].flat();
  if (!frames.every(isFrame)) throw new UnexpectedFrameError(data);
  return frames;
}

function parseJson(data: unknown): unknown {
  if (typeof data !== "string") throw new UnexpectedFrameError(data);
  try {
    return JSON.parse(data);
  } catch (cause) {
    throw new UnexpectedFrameError(data, { cause });
  }
}

function isFrame(value: unknown): value is ServerFrame {
  return typeof value === "object" && value !== null;
}

/** The event in a frame, if it has one. */
export function eventOf(frame: ServerFrame): Event | undefined {
  if (frame.type === "action") return frame.action;
  return frame.type === "observation" ? frame.observation : undefined;
}

function typeOf(event: Event): string {
  return "action" in event ? event.action : event.observation;
}

/** Up to which event a frame brings its reader; -1 when it says nothing of that. */
export function idOf(frame: ServerFrame): number {
  if (frame.type === "status") return frame.status === "replay_complete" ? frame.latest_event_id : -1;
  return eventOf(frame)?.id ?? -1;
}
