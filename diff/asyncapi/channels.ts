import { isDeepStrictEqual } from "node:util";
import type { Json } from "../../conformance/json.ts";
import { namesIn, withoutNames } from "../addresses.ts";
import { addAll, compareRest, compareSchemas, keywordAt } from "../context.ts";
import type { Context, Sides } from "../context.ts";
import { noticeOf, removalVerdict, sunsetFindings } from "../deprecation.ts";
import { compareExtensions } from "../extensions.ts";
import { absent, at, membersOf, objectAt, textAt } from "../place.ts";
import type { Place } from "../place.ts";
import { compareCloseCodes } from "./close-codes.ts";
import { compareMessages } from "./messages.ts";

const handled = [
  "address",
  "parameters",
  "messages",
  "bindings",
  "servers",
  "title",
  "x-close-codes",
  "x-max-frame-bytes",
  "x-deprecation",
  "x-sunset",
  "x-scope",
  "x-gate",
  "x-rate-limit",
];

interface Channel {
  readonly name: string;
  readonly place: Place;
  readonly address: string;
}

/** The channels of both documents, by address; those that share one by their names. */
export function compareChannels(context: Context, sides: Sides): void {
  const left = new Set(channelsOf(sides.new));
  const unmatched = channelsOf(sides.old).filter((old) => !takeFrom(left, old, isSameByName, context));
  for (const old of unmatched) {
    if (takeFrom(left, old, isSameAddress, context)) continue;
    const verdict = removalVerdict(noticeOf(objectAt(old.place)), context.today);
    const what = `The channel ${old.address} is gone.`;
    context.recorder.add({ rule: "channel-removed", old: old.place, new: sides.new, what, ...verdict }, old.address);
  }
  for (const { place, address } of left) {
    const what = `The channel ${address} is new.`;
    context.recorder.add({ rule: "channel-added", old: sides.old, new: place, what }, address);
  }
}

type IsSame = (old: Channel, next: Channel) => boolean;

/** Compares a channel with its like, which is taken out; whether there is one. */
function takeFrom(left: Set<Channel>, old: Channel, isSame: IsSame, context: Context): boolean {
  const next = [...left].find((other) => isSame(old, other));
  if (!next) return false;
  left.delete(next);
  compareChannel(context, old, next);
  return true;
}

/** Whatever the parts of an address are called. */
function isSameAddress(old: Channel, next: Channel): boolean {
  return withoutNames(old.address) === withoutNames(next.address);
}

function isSameByName(old: Channel, next: Channel): boolean {
  return isSameAddress(old, next) && old.name === next.name;
}

function channelsOf(root: Place): Channel[] {
  return [...membersOf(at(root, "channels"))].map(([name, place]) => {
    return { name, place, address: textAt(place, "address") ?? name };
  });
}

function compareChannel(context: Context, old: Channel, next: Channel): void {
  const sides = { old: old.place, new: next.place };
  const use = next.address;
  addAll(context, sunsetFindings(noticeOf(objectAt(sides.old)), noticeOf(objectAt(sides.new)), sides), use);
  compareParameters(context, old, next);
  compareBindings(context, sides, use);
  compareMessages(context, sides, use);
  compareCloseCodes(context, sides, use);
  compareFrameLimit(context, sides, use);
  compareExtensions(context, sides, use);
  compareTitle(context, sides, use);
  compareRest(context, sides, handled, use);
}

function compareParameters(context: Context, old: Channel, next: Channel): void {
  const [before, after] = [namesIn(old.address), namesIn(next.address)];
  before.forEach((name, index) => {
    const other = after[index] ?? name;
    const places = {
      old: at(old.place, "parameters", name) ?? absent(old.place, {}),
      new: at(next.place, "parameters", other) ?? absent(next.place, {}),
    };
    const use = `${next.address}: parameter ${other}`;
    if (name !== other) {
      const what = `The parameter \`${name}\` of the address is called \`${other}\`.`;
      context.recorder.add({ rule: "path-parameter-renamed", ...places, before: name, after: other, what }, use);
    }
    compareParameter(context, places, use);
  });
}

/** A parameter of an address is a text; `x-schema` may say more of it. */
function compareParameter(context: Context, sides: Sides, use: string): void {
  const [old, next] = [schemaOf(sides.old), schemaOf(sides.new)];
  for (const finding of context.schemas.compare([old], [next], "request")) context.recorder.add(finding, use);
  compareSchemas(context, sides, "x-schema", "request", use);
  compareRest(context, sides, ["enum", "default", "examples", "description", "x-schema"], use);
}

function schemaOf(parameter: Place): Place {
  const { enum: values, default: value, description, examples } = objectAt(parameter);
  const stated = Object.entries({ type: "string", enum: values, default: value, description, examples });
  const schema = stated.filter((entry): entry is [string, Json] => entry[1] !== undefined);
  return { ...parameter, value: Object.fromEntries(schema) };
}

/** How the handshake is made: its query and headers are what a client sends. */
function compareBindings(context: Context, sides: Sides, use: string): void {
  const [before, after] = [bindingOf(sides.old), bindingOf(sides.new)];
  if (before && after) {
    const binding = { old: before, new: after };
    compareSchemas(context, binding, "query", "request", `${use}: query`);
    compareSchemas(context, binding, "headers", "request", `${use}: headers of the handshake`);
    compareMethod(context, binding, use);
    compareRest(context, binding, ["query", "headers", "method", "bindingVersion"], use);
  } else if (before ?? after) compareRest(context, { old: before ?? sides.old, new: after ?? sides.new }, [], use);
  compareOtherBindings(context, sides, use);
}

function compareOtherBindings(context: Context, sides: Sides, use: string): void {
  const [old, next] = [keywordAt(sides.old, "bindings"), keywordAt(sides.new, "bindings")];
  compareRest(context, { old, new: next }, ["ws"], use);
}

function bindingOf(channel: Place): Place | undefined {
  return at(channel, "bindings", "ws");
}

function compareMethod({ recorder }: Context, sides: Sides, use: string): void {
  const [before, after] = [textAt(sides.old, "method") ?? "GET", textAt(sides.new, "method") ?? "GET"];
  if (before === after) return;
  const what = `The handshake is made with ${after} instead of ${before}.`;
  recorder.add({ rule: "serialization-changed", ...sides, before, after, what }, use);
}

/** How long a frame may be that a client sends. */
function compareFrameLimit({ recorder }: Context, sides: Sides, use: string): void {
  const [old, next] = [keywordAt(sides.old, "x-max-frame-bytes"), keywordAt(sides.new, "x-max-frame-bytes")];
  if (isDeepStrictEqual(old.value, next.value)) return;
  const [before, after] = [limitOf(old.value), limitOf(next.value)];
  const rule = after < before ? "bound-tightened" : "bound-loosened";
  const what = `A frame may have ${after} bytes instead of ${before}.`;
  const values = { before: old.value, after: next.value };
  recorder.add({ rule, old, new: next, direction: "request", ...values, what }, use);
}

function limitOf(value: Json): number {
  return typeof value === "number" ? value : Infinity;
}

function compareTitle({ recorder }: Context, sides: Sides, use: string): void {
  const [old, next] = [keywordAt(sides.old, "title"), keywordAt(sides.new, "title")];
  if (old.value === next.value) return;
  const values = { before: old.value, after: next.value };
  recorder.add({ rule: "documentation-changed", old, new: next, ...values, what: "title is worded otherwise." }, use);
}
