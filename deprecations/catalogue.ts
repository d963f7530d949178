import { child, textAt } from "../conformance/documents.ts";
import type { ApiDocument, DocumentNode } from "../conformance/documents.ts";
import { isObject } from "../conformance/json.ts";
import type { Json } from "../conformance/json.ts";
import { channelsOf } from "../conformance/messages.ts";
import type { Channel, Message } from "../conformance/messages.ts";
import { operationsOf } from "../conformance/operations.ts";

/** A call that the documents mark as deprecated or gone: an operation, or a message of a socket. */
export interface DeprecatedCall {
  /** For a person: `POST /api/reset-settings`, `oh_action on /sockets/events/{conversation_id}`. */
  readonly call: string;
  /** The operation's id, or the message's name on the wire. */
  readonly id: string;
  readonly kind: "operation" | "message";
  readonly state: "deprecated" | "gone";
  /** Days, `2027-06-30`; null where the document names none. */
  readonly since: string | null;
  readonly sunset: string | null;
  /** What to use instead: `POST /api/settings`, `oh_user_action`; null where the document names nothing. */
  readonly replacement: string | null;
  readonly reason: string | null;
}

/** Finds the deprecated calls among those of recorded traffic. */
export interface Catalogue {
  /** The operation of a request, where it is deprecated or gone. @param path without query, percent-encoded as it was sent */
  operation(method: string, path: string): DeprecatedCall | undefined;
  /** The deprecated message of that name that a client can send to a socket at a path. */
  messageNamed(path: string, name: string): DeprecatedCall | undefined;
  /** The deprecated message that a client's frame is. @param frame the text of the frame */
  messageIn(path: string, frame: string): DeprecatedCall | undefined;
}

/**
 * Everything deprecated or gone in the two documents.
 * @param base the path under which the API was mounted when the traffic was recorded: `/openhands`; empty for none
 * @throws {DocumentError} when a document says something that cannot be judged
 */
export function catalogueOf(openapi: ApiDocument, asyncapi: ApiDocument, base = ""): Catalogue {
  // Of two templates that take the same path, `/a/search` and `/a/{id}`, the one with fewer parameters is meant.
  const operations = operationsOf(openapi)
    .map(({ method, path, id, node }) => ({
      method,
      path,
      pattern: patternOf(base + path),
      deprecated: operationCall(id, `${method} ${path}`, node),
    }))
    .toSorted((a, b) => parametersIn(a.path) - parametersIn(b.path));
  const channels = channelsOf(asyncapi).map((channel) => ({
    pattern: patternOf(base + channel.address),
    messages: channel.messages.flatMap((message) => messageCall(channel, message) ?? []),
  }));
  const messagesAt = (path: string) =>
    channels.filter(({ pattern }) => pattern.test(path)).flatMap(({ messages }) => messages);
  return {
    operation(method, path) {
      const asked = method === "HEAD" ? "GET" : method;
      return operations.find((each) => each.method === asked && each.pattern.test(path))?.deprecated;
    },
    messageNamed: (path, name) => messagesAt(path).find(({ call }) => call.id === name)?.call,
    messageIn(path, frame) {
      const messages = messagesAt(path);
      const payload = messages.length > 0 ? parsed(frame) : undefined;
      return messages.find(({ marks }) => marks.every(([name, value]) => isObject(payload) && payload[name] === value))
        ?.call;
    },
  };
}

function operationCall(id: string, call: string, node: DocumentNode): DeprecatedCall | undefined {
  const entry = child(node, "x-deprecation");
  if (!entry) return undefined;
  const replacement = textAt(entry, "replacement", "request") ?? textAt(entry, "replacement", "operationId") ?? null;
  return { call, id, kind: "operation", ...wordsOf(entry), replacement };
}

interface MessageCall {
  readonly call: DeprecatedCall;
  /** The fields by whose values a frame is known to be this message. */
  readonly marks: readonly (readonly [name: string, value: Json])[];
}

function messageCall({ address }: Channel, { direction, name, node, payload }: Message): MessageCall | undefined {
  const entry = child(node, "x-deprecation");
  if (!entry || direction !== "to-server") return undefined;
  const id = textAt(node, "name") ?? name;
  const properties = child(payload, "properties")?.value;
  const marks = Object.entries(isObject(properties) ? properties : {}).flatMap(([field, schema]) =>
    isObject(schema) && schema["const"] !== undefined ? [[field, schema["const"]] as const] : [],
  );
  if (marks.length === 0) return undefined; // nothing tells it from the others
  const replacement = textAt(entry, "replacement") ?? null;
  return { call: { call: `${id} on ${address}`, id, kind: "message", ...wordsOf(entry), replacement }, marks };
}

function wordsOf(entry: DocumentNode) {
  return {
    state: textAt(entry, "state") === "gone" ? "gone" : "deprecated",
    since: textAt(entry, "since") ?? null,
    sunset: textAt(entry, "sunset") ?? null,
    reason: textAt(entry, "reason") ?? null,
  } as const;
}

/** `/api/keys/{key_id}` as a pattern: a parameter is one part of a path. */
function patternOf(template: string): RegExp {
  const parts = template.split(/\{[^}]+\}/).map((part) => RegExp.escape(part));
  return new RegExp(`^${parts.join("[^/]+")}$`);
}

function parametersIn(template: string): number {
  return template.split("{").length - 1;
}

function parsed(text: string): Json | undefined {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return undefined; // no frame of this API
  }
}
