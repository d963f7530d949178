import { child, children, placeOf } from "../documents.ts";
import { isObject, parseJson } from "../json.ts";
import type { Json } from "../json.ts";
import type { Channel, Message } from "../messages.ts";
import type { Failure } from "../results.ts";
import type { Mismatch, Validator } from "../schemas.ts";
import { cut } from "../probe.ts";
import type { Frame } from "./connection.ts";

/** A message of the server, told apart by its payload. */
export interface Received {
  readonly message: Message;
  readonly payload: Json;
}

/** A field of a message's payload; undefined where it has none. */
export function fieldOf({ payload }: Received, name: string): Json | undefined {
  return isObject(payload) ? payload[name] : undefined;
}

/** A frame, and what it says: one message, and after it those that it holds when it is a batch. */
export interface JudgedFrame {
  readonly received: readonly Received[];
  readonly failures: readonly Failure[];
}

/**
 * Holds a frame against the channel: it is text, it is JSON, and it fits exactly one of the messages that the server may
 * send. A message that is an array holds others, each of which is judged in the same way.
 * @param batch whether the client has asked for such arrays
 */
export function judgeFrame(channel: Channel, frame: Frame, validator: Validator, batch: boolean): JudgedFrame {
  if (frame.binary) return refused(channel, "Frames are text (RFC 6455 §5.6).", "a text frame", "a binary frame");
  const value = parseJson(frame.text);
  if (value === undefined) return refused(channel, "Every frame is one JSON document.", "JSON", cut(frame.text, 200));
  const whole = judgePayload(channel, value, validator);
  if (!Array.isArray(value)) return whole;
  const promise = "A frame holds one message, unless `batch=true` was asked for.";
  const unasked = batch ? [] : refused(channel, promise, "one message", cut(frame.text, 200)).failures;
  const parts = value.map((payload) => judgePayload(channel, payload, validator));
  return {
    received: [whole, ...parts].flatMap(({ received }) => received),
    failures: [...unasked, ...[whole, ...parts].flatMap(({ failures }) => failures)],
  };
}

function judgePayload(channel: Channel, payload: Json, validator: Validator): JudgedFrame {
  const candidates = channel.messages
    .filter(({ direction }) => direction === "to-client")
    .map((message) => ({ message, mismatches: validator.mismatches(message.payload, payload) }));
  const fitting = candidates.filter(({ mismatches }) => mismatches.length === 0).map(({ message }) => message);
  const promise = "Every frame fits exactly one message that the document lets the server send.";
  const found = cut(JSON.stringify(payload), 300);
  if (fitting.length > 1)
    return refused(channel, promise, `one message, not ${fitting.map(({ name }) => name).join(" and ")}`, found);
  const [message] = fitting;
  if (message) return { received: [{ message, payload }], failures: [] };
  const nearest = nearestOf(candidates, payload);
  if (!nearest)
    return refused(channel, promise, `one of ${candidates.map((one) => one.message.name).join(", ")}`, found);
  return {
    received: [],
    failures: nearest.mismatches.slice(0, 8).map(({ at, message: demand, pointer }) => ({
      promise: `A frame that looks like the message ${nearest.message.name} fits its schema.`,
      where: `asyncapi.yaml#${pointer}`,
      expected: `${at === "" ? "the frame" : at} ${demand}`,
      found,
    })),
  };
}

/** The message whose constants (`type`, `status`) the payload has. */
function nearestOf(
  candidates: readonly { message: Message; mismatches: Mismatch[] }[],
  payload: Json,
): { message: Message; mismatches: Mismatch[] } | undefined {
  if (!isObject(payload)) return undefined;
  return candidates.find(({ message }) => {
    const constants = children(child(message.payload, "properties")).flatMap(([name, property]) => {
      const constant = child(property, "const");
      return constant ? [[name, constant.value] as const] : [];
    });
    return constants.length > 0 && constants.every(([name, value]) => payload[name] === value);
  });
}

function refused(channel: Channel, promise: string, expected: string, found: string): JudgedFrame {
  return { received: [], failures: [{ promise, where: `${placeOf(channel.node)}/messages`, expected, found }] };
}
