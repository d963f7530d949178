import assert from "node:assert/strict";
import { pointer, publishedAsyncApi } from "../contract/published.ts";

// Tests look at whatever the server sent, so frames and events have no type.
// oxlint-disable-next-line typescript/no-explicit-any
type Frame = any;

const { errorsOf } = publishedAsyncApi();

/** Each frame alone, those of a batch too. */
export function single(frames: readonly Frame[]): Frame[] {
  return frames.flat();
}

/** The events in frames, in the order in which they came. */
export function eventsOf(frames: readonly Frame[]): Frame[] {
  return single(frames).flatMap((frame) => (frame.type === "status" ? [] : [frame[frame.type]]));
}

/** The ids of the events in frames, in the order in which they came. */
export function idsOf(frames: readonly Frame[]): number[] {
  return eventsOf(frames).map(({ id }) => id);
}

/** The statuses of one kind in frames. */
export function statusesOf(frames: readonly Frame[], status: string): Frame[] {
  return single(frames).filter((frame) => frame.type === "status" && frame.status === status);
}

/** Whether a frame, or one in a batch, is a status of this kind. */
export function isStatus(status: string): (frame: Frame) => boolean {
  return (frame) => statusesOf([frame], status).length > 0;
}

/** What `asyncapi.yaml` has against frames from the server: each must be a message of the channel. */
export function assertPublished(frames: readonly Frame[]): void {
  for (const frame of frames) {
    const errors = errorsOf(pointer("components", "messages", messageOf(frame), "payload"), frame);
    assert.deepEqual(errors, [], `does not fit asyncapi.yaml: ${JSON.stringify(frame).slice(0, 500)}`);
  }
}

const statusMessages: Record<string, string> = {
  ack: "EventsAck",
  error: "EventsError",
  replay_complete: "EventsReplayComplete",
  info: "EventsInfo",
  deprecated: "EventsDeprecated",
};

function messageOf(frame: Frame): string {
  if (Array.isArray(frame)) return "EventsBatch";
  if (frame.type === "action") return "EventsAction";
  if (frame.type === "observation") return "EventsObservation";
  const message = statusMessages[frame.status];
  assert.ok(message, `the channel has no such message: ${JSON.stringify(frame)}`);
  return message;
}

/** 0, 1, 2, … to `last`; from another number on when given. */
export function range(last: number, first = 0): number[] {
  return Array.from({ length: last - first + 1 }, (_, index) => first + index);
}
