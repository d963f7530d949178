import { placeOf } from "../documents.ts";
import { isObject } from "../json.ts";
import type { Channel } from "../messages.ts";
import type { Failure } from "../results.ts";
import { fieldOf } from "./frames.ts";
import type { Received } from "./frames.ts";

/** The name of the message that marks the seam between the past and what is live. */
export const seam = "replay_complete";

/** The name of the message with which a connection begins where there is no such seam. */
export const fullState = "full_state";

/** An event that a message carries. */
export interface CarriedEvent {
  readonly id: number;
  /** `run`, `message`; undefined when the event names no type. */
  readonly type: string | undefined;
  readonly json: string;
}

/** The event of a message: the object under the name that `type` gives, `{"type":"action","action":{"action":"run",…}}`. */
export function eventOf(received: Received): CarriedEvent | undefined {
  const kind = fieldOf(received, "type");
  const event = typeof kind === "string" ? fieldOf(received, kind) : undefined;
  if (typeof kind !== "string" || !isObject(event) || typeof event["id"] !== "number") return undefined;
  const type = event[kind];
  return { id: event["id"], type: typeof type === "string" ? type : undefined, json: JSON.stringify(event) };
}

/**
 * What holds on every connection, whatever it is for: ids ascend by one from the event after `after`, each comes once, and
 * `replay_complete` comes once, right after the event that it names.
 * @param filtered the connection asked for some types only, so that ids may be left out
 */
export function checkSequence(
  channel: Channel,
  received: readonly Received[],
  after: number,
  filtered: boolean,
): Failure[] {
  const where = placeOf(channel.node);
  const failures: Failure[] = [];
  let last = after;
  let seams = 0;
  for (const message of received) {
    const event = eventOf(message);
    if (event) {
      if (event.id <= last) failures.push(repeated(where, event.id, last));
      else if (event.id > last + 1 && !filtered) failures.push(gap(where, last, event.id));
      last = Math.max(last, event.id);
    }
    if (message.message.name === seam) {
      seams += 1;
      const latest = fieldOf(message, "latest_event_id");
      if (!filtered && latest !== last) failures.push(misplacedSeam(where, last, latest));
    }
  }
  if (seams !== 1 && channel.messages.some(({ name }) => name === seam)) failures.push(seamCount(where, seams));
  return failures;
}

function repeated(where: string, id: number, last: number): Failure {
  return {
    promise: "Each event comes exactly once, in the order of the ids.",
    where,
    expected: `an id after ${last}`,
    found: `event ${id} ${id === last ? "again" : "late or again"}`,
  };
}

function gap(where: string, last: number, id: number): Failure {
  return {
    promise: "There is no gap between the events.",
    where,
    expected: `event ${last + 1}`,
    found: `event ${id}: ${id - last - 1} missing`,
  };
}

function misplacedSeam(where: string, last: number, latest: unknown): Failure {
  return {
    promise: "`replay_complete` comes after exactly the events up to its `latest_event_id`.",
    where,
    expected: `latest_event_id ${last}, the last event that was sent`,
    found: `latest_event_id ${JSON.stringify(latest)}`,
  };
}

function seamCount(where: string, count: number): Failure {
  return {
    promise: "`replay_complete` comes once on every connection.",
    where,
    expected: "once",
    found: count === 0 ? "replay_complete never came" : `${count} times`,
  };
}
