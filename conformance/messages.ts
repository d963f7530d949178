import { DocumentError, child, children, placeOf, rootOf, textAt } from "./documents.ts";
import type { ApiDocument, DocumentNode } from "./documents.ts";
import { atPointer, isObject } from "./json.ts";
import type { Json } from "./json.ts";
import { deprecationOf } from "./operations.ts";
import type { Deprecation } from "./operations.ts";

/** One message of a channel. The document takes the server's view: `receive` is what a client sends. */
export interface Message {
  /** The key in the channel's `messages`: `user_action`. */
  readonly name: string;
  readonly direction: "to-server" | "to-client";
  readonly node: DocumentNode;
  readonly payload: DocumentNode;
  /** The payloads of `examples`. */
  readonly examples: readonly Json[];
  /** Where the payload holds the text that ties an answer to its question; undefined when the message has none. */
  readonly correlation: string | undefined;
  /** The names of the messages that answer this one, in the order of the document. */
  readonly replies: readonly string[];
  /** The codes with which the message can be refused (`x-errors`). */
  readonly errors: readonly string[];
  /** The `x-deprecation` of the message. */
  readonly deprecation: Deprecation | undefined;
}

/** A reason for which the server closes a connection (`x-close-codes`). */
export interface CloseCode {
  readonly code: number;
  readonly summary: string;
  readonly node: DocumentNode;
}

/** A query parameter of a channel's WebSocket binding. */
export interface ChannelQuery {
  readonly name: string;
  readonly schema: DocumentNode;
}

/** A way to prove who one is when connecting. */
export interface SecurityScheme {
  /** The key in `securitySchemes`: `sessionCookie`. */
  readonly name: string;
  readonly place: "bearer" | "header" | "query" | "cookie";
  /** The name of the header, the parameter or the cookie. */
  readonly key: string;
  readonly node: DocumentNode;
}

/** One channel of the AsyncAPI document. */
export interface Channel {
  readonly name: string;
  /** `/sockets/events/{conversation_id}`. */
  readonly address: string;
  readonly node: DocumentNode;
  readonly parameters: readonly string[];
  readonly query: readonly ChannelQuery[];
  readonly messages: readonly Message[];
  readonly closeCodes: readonly CloseCode[];
  /** The largest frame that the server accepts; undefined when the document gives no limit. */
  readonly maxFrameBytes: number | undefined;
  readonly security: readonly SecurityScheme[];
  readonly gate: string | undefined;
}

/**
 * Every channel of the document, in its order.
 * @param now the server's time in milliseconds since 1970, which decides what is gone
 * @throws {DocumentError} at a channel without an address, or a message that no operation sends or receives
 */
export function channelsOf(document: ApiDocument, now = Date.now()): Channel[] {
  const root = rootOf(document);
  const operations = children(child(root, "operations")).map(([, node]) => node);
  return children(child(root, "channels")).map(([name, node]) => channelOf(name, node, operations, now));
}

/** The message of that name. */
export function messageNamed(channel: Channel, name: string): Message | undefined {
  return channel.messages.find((message) => message.name === name);
}

/** The text that ties an answer to its question; null when it is absent. */
export function correlationOf(message: Message, payload: Json): string | null {
  const value = message.correlation === undefined ? undefined : atPointer(payload, message.correlation);
  return typeof value === "string" ? value : null;
}

/** Whether a message tells of a refusal: its payload has a `code`. */
export function isRefusal(message: Message): boolean {
  return child(message.payload, "properties", "code") !== undefined;
}

function channelOf(name: string, node: DocumentNode, operations: readonly DocumentNode[], now: number): Channel {
  const address = textAt(node, "address");
  if (!address) throw new DocumentError(`${placeOf(node)}: the channel has no address.`);
  const own = operations.filter((operation) => child(operation, "channel")?.pointer === node.pointer);
  const maxFrameBytes = child(node, "x-max-frame-bytes")?.value;
  return {
    name,
    address,
    node,
    parameters: children(child(node, "parameters")).map(([parameter]) => parameter),
    query: children(child(node, "bindings", "ws", "query", "properties")).map(([key, schema]) => ({
      name: key,
      schema,
    })),
    messages: children(child(node, "messages")).map(([key, message]) => messageOf(key, message, own, node, now)),
    closeCodes: children(child(node, "x-close-codes")).map(([, close]) => closeCodeOf(close)),
    maxFrameBytes: typeof maxFrameBytes === "number" ? maxFrameBytes : undefined,
    security: securityOf(node),
    gate: textAt(node, "x-gate"),
  };
}

function messageOf(
  name: string,
  node: DocumentNode,
  operations: readonly DocumentNode[],
  channel: DocumentNode,
  now: number,
): Message {
  const operation = operations.find((candidate) => namesIn(candidate, channel).includes(name));
  const payload = child(node, "payload");
  if (!operation || !payload)
    throw new DocumentError(
      `${placeOf(node)}: the message ${name} needs a payload and an operation that sends or receives it.`,
    );
  const correlation = textAt(node, "correlationId", "location");
  const errors = child(node, "x-errors")?.value;
  const reply = child(operation, "reply");
  return {
    name,
    direction: textAt(operation, "action") === "receive" ? "to-server" : "to-client",
    node,
    payload,
    examples: children(child(node, "examples"))
      .map(([, example]) => child(example, "payload")?.value)
      .filter((value) => value !== undefined),
    correlation: correlation?.replace(/^\$message\.payload#/, ""),
    replies: reply ? namesIn(reply, channel) : [],
    errors: Array.isArray(errors) ? errors.filter((code) => typeof code === "string") : [],
    deprecation: deprecationOf(child(node, "x-deprecation"), now),
  };
}

/** The channel's own names of the messages that `owner.messages` refers to; all of them when it has no such list. */
function namesIn(owner: DocumentNode, channel: DocumentNode): string[] {
  const known = children(child(channel, "messages"));
  const listed = child(owner, "messages");
  if (!listed) return known.map(([name]) => name);
  const wanted = new Set(children(listed).map(([, message]) => message.pointer));
  const byPointer = new Map(known.map(([name, message]) => [message.pointer, name]));
  return [...wanted].flatMap((pointer) => byPointer.get(pointer) ?? []);
}

function closeCodeOf(node: DocumentNode): CloseCode {
  const code = child(node, "code")?.value;
  if (typeof code !== "number") throw new DocumentError(`${placeOf(node)}: a close code needs \`code\`, a number.`);
  return { code, summary: textAt(node, "summary") ?? "", node };
}

/** The schemes of the servers of a channel; those of all servers when it names none (AsyncAPI 3.0, channel object). */
function securityOf(channel: DocumentNode): SecurityScheme[] {
  const servers = child(channel, "servers") ?? child(rootOf(channel.document), "servers");
  const schemes = new Map<string, SecurityScheme>();
  for (const [, server] of children(servers))
    for (const [, node] of children(child(server, "security"))) {
      const name = node.pointer.split("/").at(-1) ?? "";
      const place = placeOfScheme(node);
      if (place) schemes.set(name, { name, place, key: textAt(node, "name") ?? "Authorization", node });
    }
  return [...schemes.values()];
}

function placeOfScheme(node: DocumentNode): SecurityScheme["place"] | undefined {
  if (!isObject(node.value)) return undefined;
  if (node.value["type"] === "http") return "bearer";
  const place = node.value["in"];
  return place === "header" || place === "query" || place === "cookie" ? place : undefined;
}
