import { randomUUID } from "node:crypto";
import { isObject } from "../json.ts";
import type { Json } from "../json.ts";
import { correlationOf } from "../messages.ts";
import type { Channel, Message } from "../messages.ts";
import type { Received } from "./frames.ts";

/** A payload to send, and the id by which its answers will be known; null where the document ties no answers to it. */
export interface Request {
  readonly payload: Json;
  readonly requestId: string | null;
}

/** The payload with an id of this run in the place that the message's `correlationId` names. */
export function withRequestId(message: Message, payload: Json): Request {
  if (message.correlation === undefined || !isObject(payload)) return { payload, requestId: null };
  const requestId = `conformance-${randomUUID()}`;
  return { payload: { ...payload, [message.correlation.slice(1)]: requestId }, requestId };
}

/** Whether a message is one of the channel's replies and belongs to this request. */
export function answering(channel: Channel, requestId: string | null): (received: Received) => boolean {
  const replies = new Set(channel.messages.flatMap((message) => message.replies));
  return ({ message, payload }) => replies.has(message.name) && correlationOf(message, payload) === requestId;
}
