import type { Event, ServerFrame } from "../generated/client/types.ts";
import { createQueue } from "./queue.ts";
import { UnexpectedFrameError } from "./socket-errors.ts";

/** The frames that have come, for whoever iterates over them. */
export interface Inbox {
  push(frame: ServerFrame): void;
  /** No more will come: iterations throw this after the last frame. */
  fail(error: Error): void;
  /** No more is wanted: iterations end at once. */
  end(): void;
  messages(): AsyncIterator<ServerFrame>;
  events(): AsyncIterator<Event>;
  /** The highest id among the events that were handed out, so that an event is either seen or asked for again. */
  latestEventId(): number;
}

/** An empty inbox of somebody who knows the events up to this one. */
export function createInbox(knownEventId: number): Inbox {
  const queue = createQueue<ServerFrame>();
  let latestEventId = knownEventId;

  async function* messages(): AsyncGenerator<ServerFrame, void> {
    for (let frame = await queue.take(); frame; frame = await queue.take()) {
      const id = idOf(frame);
      if (id > latestEventId) latestEventId = id;
      yield frame;
    }
  }

  async function* events(): AsyncGenerator<Event, void> {
    for await (const frame of messages()) {
      const event = eventOf(frame);
      if (event) yield event;
    }
  }

  return { ...queue, messages, events, latestEventId: () => latestEventId };
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

function eventOf(frame: ServerFrame): Event | undefined {
  if (frame.type === "action") return frame.action;
  return frame.type === "observation" ? frame.observation : undefined;
}

/** Up to which event a frame brings its reader; -1 when it says nothing of that. */
function idOf(frame: ServerFrame): number {
  if (frame.type === "status") return frame.status === "replay_complete" ? frame.latest_event_id : -1;
  return eventOf(frame)?.id ?? -1;
}
