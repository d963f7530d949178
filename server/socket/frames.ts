import type { StatusFrame } from "../../contract/index.ts";
import type { RenderedEvent, Rendering } from "../conversations/v1/rendering.ts";
import type { StoredEvent } from "../store/store.ts";

const encoded = new WeakMap<StoredEvent, Buffer>();

/**
 * The frame of an event, `{"type":"action","action":…}` or the same for an observation: made once however many sockets it
 * goes to, and from the stored text, which is not parsed.
 */
export function eventFrame(event: StoredEvent): Buffer {
  const known = encoded.get(event);
  if (known) return known;
  const frame = Buffer.from(`{"type":"${event.kind}","${event.kind}":${event.text}}`);
  encoded.set(event, frame);
  return frame;
}

export function statusFrame(status: StatusFrame): Buffer {
  return Buffer.from(JSON.stringify(status));
}

/** Several frames as one JSON array. */
export function batchFrame(frames: readonly Buffer[]): Buffer {
  const parts = frames.flatMap((frame, index) => (index === 0 ? [frame] : [comma, frame]));
  return Buffer.concat([open, ...parts, close]);
}

const rendered = new WeakMap<StoredEvent, Promise<RenderedEvent[]>>();

/** What V1 shows of an event: looked up once, however many sockets it goes to. */
export function renderedOnce(event: StoredEvent, rendering: Rendering): Promise<RenderedEvent[]> {
  const known = rendered.get(event);
  if (known) return known;
  const fresh = rendering.render([event]).then((events) => events.flat());
  rendered.set(event, fresh);
  return fresh;
}

const v1Encoded = new WeakMap<RenderedEvent, Buffer>();

/** The frame of a V1 event, which is the event itself. */
export function renderedFrame(event: RenderedEvent): Buffer {
  const known = v1Encoded.get(event);
  if (known) return known;
  const frame = Buffer.from(event.text);
  v1Encoded.set(event, frame);
  return frame;
}

/** The frame of what V1 says and is not in the log. */
export function v1Frame(event: object): Buffer {
  return Buffer.from(JSON.stringify(event));
}

const open = Buffer.from("[");
const comma = Buffer.from(",");
const close = Buffer.from("]");
