import * as z from "zod";
import { channel } from "../../contract/channel.ts";
import type { ChannelDefinition, ChannelMessage } from "../../contract/channel.ts";
import type { Channels, Contract } from "../../contract/index.ts";
import { operation } from "../../contract/operation.ts";
import type { OperationDefinition } from "../../contract/operation.ts";
import { buildModel } from "../../scripts/model/model.ts";
import type { Model } from "../../scripts/model/model.ts";

let count = 0;

/** A name that no other schema has: zod's registry is one for the whole process. */
export function unique(name: string): string {
  count += 1;
  return `${name}${count}`;
}

/** A sound named object of these fields, which needs an example only when it has any. */
export function named(id: string, shape: z.ZodRawShape = {}, example: unknown = {}): z.ZodObject {
  return z.object(shape).meta({ id, description: `A ${id}.`, examples: [example] });
}

/** What is sound about an operation that a test does not care for. */
const plain = {
  method: "GET",
  path: "/things",
  summary: "List the things",
  description: "All of them.",
  tag: "Options",
  since: "0.1.0",
  security: "none",
  rateLimit: "exempt",
  example: { response: {} },
} as const;

/** A sound operation, apart from `change`. */
export function operationWith(change: Partial<OperationDefinition> = {}) {
  return operation({ ...plain, responses: { 200: named(unique("Thing")) }, ...change });
}

/** A sound message that the server sends, apart from `change`. */
export function messageWith(change: Partial<ChannelMessage> = {}): ChannelMessage {
  return {
    direction: "send",
    name: "news",
    summary: "News",
    description: "Something happened.",
    since: "0.1.0",
    payload: named(unique("News")),
    examples: [{}],
    ...change,
  };
}

/** A sound channel with one message, apart from `change`. */
export function channelWith(change: Partial<ChannelDefinition> = {}): ChannelDefinition {
  return channel({
    address: "/sockets/things",
    summary: "The things, live",
    description: "As they happen.",
    since: "0.1.0",
    security: "user",
    params: z.object({}),
    query: z.object({}),
    messages: { news: messageWith() },
    closeCodes: [],
    ...change,
  });
}

/** The model of a contract with these operations of `things`. */
export function modelOf(operations: Contract[string], channels: Channels = {}): Model {
  return buildModel({ things: operations }, channels);
}
