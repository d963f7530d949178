import { isObject } from "../../conformance/json.ts";
import type { Direction } from "../change.ts";
import { addAll, compareRest, compareSchemas, keywordAt } from "../context.ts";
import type { Context, Sides } from "../context.ts";
import { noticeOf, removalVerdict, sunsetFindings } from "../deprecation.ts";
import { at, below, follow, membersOf, objectAt, rootOf, textAt } from "../place.ts";
import type { Place } from "../place.ts";

const handledInMessage = [
  "payload",
  "headers",
  "contentType",
  "name",
  "x-errors",
  "deprecated",
  "x-deprecation",
  "x-sunset",
];

const handledInOperation = ["action", "channel", "messages", "deprecated", "x-deprecation", "x-sunset"];

/** A message that goes one way over a channel. */
interface Message {
  readonly name: string;
  readonly direction: Direction;
  readonly place: Place;
  readonly operation: Place;
}

/** The messages of a channel: those that the server receives are a client's requests. */
export function compareMessages(context: Context, channel: Sides, address: string): void {
  const [before, after] = [messagesOf(channel.old), messagesOf(channel.new)];
  const left = new Set(after);
  for (const old of before) {
    const next = [...left].find((other) => isSame(old, other));
    const use = useOf(old, address);
    if (next) {
      left.delete(next);
      compareMessage(context, old, next, use);
    } else {
      const verdict = removalVerdict(noticeOf(objectAt(old.place)), context.today);
      const places = { old: old.place, new: channel.new };
      const what = `The message ${old.name} is gone.`;
      const { direction } = old;
      context.recorder.add({ rule: "message-removed", ...places, direction, before: old.name, what, ...verdict }, use);
    }
  }
  for (const { name, place, direction, ...rest } of left) {
    const places = { old: channel.old, new: place };
    const what = `The message ${name} is new.`;
    const use = useOf({ name, place, direction, ...rest }, address);
    context.recorder.add({ rule: "message-added", ...places, direction, after: name, what }, use);
  }
}

/** By its name in the channel, or by the component that it is; a message that is told by neither is another one. */
function isSame(old: Message, next: Message): boolean {
  if (old.direction !== next.direction) return false;
  return old.name === next.name || (isComponent(old) && old.place.pointer === next.place.pointer);
}

function isComponent({ place }: Message): boolean {
  return place.pointer.startsWith("/components/");
}

function useOf({ name, direction }: Message, address: string): string {
  return `${direction === "request" ? "client sends" : "server sends"} ${name} on ${address}`;
}

/** The messages of the operations of a channel; an operation that names none has all of the channel. */
function messagesOf(channel: Place): Message[] {
  const operations = [...membersOf(at(rootOf(channel.document), "operations")).values()];
  return operations.flatMap((operation) => {
    if (at(operation, "channel")?.pointer !== channel.pointer) return [];
    const direction = textAt(operation, "action") === "receive" ? "request" : "response";
    const named = objectAt(operation)["messages"];
    const list = Array.isArray(named) ? below(operation, "messages") : below(channel, "messages");
    return entriesOf(list).map(([name, place]) => ({ name, direction, place, operation }) as const);
  });
}

/** Messages by their names in the channel: an operation refers to them as `#/channels/C/messages/NAME`. */
function entriesOf(list: Place | undefined): [string, Place][] {
  if (!list || typeof list.value !== "object" || list.value === null) return [];
  return Object.entries(list.value).map(([key, value]) => {
    const reference = isObject(value) ? value["$ref"] : undefined;
    const isNamed = typeof reference === "string" && /^#\/channels\/[^/]+\/messages\/[^/]+$/.test(reference);
    const name = isNamed ? reference.slice(reference.lastIndexOf("/") + 1) : key;
    return [name, follow({ document: list.document, pointer: `${list.pointer}/${key}`, value })];
  });
}

function compareMessage(context: Context, old: Message, next: Message, use: string): void {
  const sides = { old: old.place, new: next.place };
  addAll(context, sunsetFindings(noticeOf(objectAt(sides.old)), noticeOf(objectAt(sides.new)), sides), use);
  compareContentType(context, sides, use);
  comparePayload(context, sides, next.direction, use);
  compareSchemas(context, sides, "headers", next.direction, `${use}: headers`);
  compareErrors(context, sides, use);
  compareName(context, sides, use);
  compareRest(context, sides, handledInMessage, use);
  compareRest(context, { old: old.operation, new: next.operation }, handledInOperation, use);
}

/** A payload is a schema, or a schema with the name of its language. */
function comparePayload(context: Context, sides: Sides, direction: Direction, use: string): void {
  const [old, next] = [at(sides.old, "payload"), at(sides.new, "payload")];
  const [before, after] = [old && textAt(old, "schemaFormat"), next && textAt(next, "schemaFormat")];
  if (!old || !next || (before === undefined && after === undefined))
    return compareSchemas(context, sides, "payload", direction, use);
  if (before === after) return compareSchemas(context, { old, new: next }, "schema", direction, use);
  compareRest(context, { old, new: next }, [], use);
}

function compareContentType({ recorder }: Context, sides: Sides, use: string): void {
  const [before, after] = [contentTypeOf(sides.old), contentTypeOf(sides.new)];
  if (before === after) return;
  const places = { old: keywordAt(sides.old, "contentType"), new: keywordAt(sides.new, "contentType") };
  const what = `It is ${after} instead of ${before}.`;
  recorder.add({ rule: "message-content-type-changed", ...places, before, after, what }, use);
}

function contentTypeOf(message: Place): string {
  const root = rootOf(message.document);
  return textAt(message, "contentType") ?? textAt(root, "defaultContentType") ?? "application/json";
}

/** `x-errors`: the codes that a message can be refused with. */
function compareErrors({ recorder }: Context, sides: Sides, use: string): void {
  const places = { old: keywordAt(sides.old, "x-errors"), new: keywordAt(sides.new, "x-errors") };
  const [before, after] = [codesOf(places.old), codesOf(places.new)];
  for (const code of before.difference(after)) {
    const what = `It is not refused with \`${code}\` any more.`;
    recorder.add({ rule: "error-code-removed", ...places, before: code, what }, use);
  }
  for (const code of after.difference(before)) {
    const what = `It can be refused with \`${code}\`.`;
    recorder.add({ rule: "error-code-added", ...places, after: code, what }, use);
  }
}

function codesOf({ value }: Place): Set<string> {
  return new Set(Array.isArray(value) ? value.map(String) : []);
}

/** A message is told by its content; its name is for people and for generated code. */
function compareName({ recorder }: Context, sides: Sides, use: string): void {
  const [before, after] = [textAt(sides.old, "name"), textAt(sides.new, "name")];
  if (before === after) return;
  const places = { old: keywordAt(sides.old, "name"), new: keywordAt(sides.new, "name") };
  const what = `The name is ${after ?? "absent"} instead of ${before ?? "absent"}.`;
  const values = { before: before ?? null, after: after ?? null };
  recorder.add({ rule: "documentation-changed", ...places, ...values, what }, use);
}
