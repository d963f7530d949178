import type { StatusFrame } from "../../contract/index.ts";
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

const open = Buffer.from("[");
const comma = Buffer.from(",");
const close = Buffer.from("]");
