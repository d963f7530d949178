import { bodyOf, exampleCall, randomHex, withBody } from "./calls.ts";
import { child, children } from "./documents.ts";
import { isObject } from "./json.ts";
import type { Json, JsonObject } from "./json.ts";
import { messageNamed } from "./messages.ts";
import type { Channel, Message } from "./messages.ts";
import { jsonOf, parametersIn, successOf } from "./operations.ts";
import type { Operation } from "./operations.ts";
import type { Probe } from "./probe.ts";
import { callOn } from "./things.ts";
import { isOpen } from "./units.ts";
import { SetupError } from "./world.ts";
import type { World } from "./world.ts";

/** How the log behind a channel is read and written over REST: found by the parameter that both have, and by their shapes. */
export interface RestLog {
  /** What stands between the conversation and its name: `conversation_id`. */
  readonly parameter: string;
  /** `GET`: pages of events, of which each begins with the id in `start_id` and says whether it `has_more`. */
  readonly reader: Operation;
  /** `POST`: what answers with the `event_id`, or the `event_ids`, of what it has appended. */
  readonly writers: readonly Operation[];
}

/**
 * The log of a channel over REST; undefined when no operation reads it. Behind a gate events have a form of their own, so a
 * channel and the operations of its log are behind the same one.
 */
export function restLogOf(world: World, channel: Channel): RestLog | undefined {
  const [parameter] = channel.parameters;
  if (parameter === undefined || !isOpen(channel.gate, world.gates)) return undefined;
  const users = world.operations
    .values()
    .filter(({ gate }) => gate === channel.gate)
    .filter((operation) => parametersIn(operation, "path").some(({ name }) => name === parameter))
    .toArray();
  const reader = users.find(
    (operation) =>
      operation.method === "GET" &&
      answers(operation, "has_more") &&
      parametersIn(operation, "query").some(({ name }) => name === "start_id"),
  );
  const writers = users.filter(
    (operation) => operation.method === "POST" && (answers(operation, "event_id") || answers(operation, "event_ids")),
  );
  return reader && { parameter, reader, writers };
}

/** The message of a client that carries an action, and is acknowledged with the id of its event. */
export function actionMessageOf(channel: Channel): Message | undefined {
  return channel.messages.find(
    ({ direction, payload, correlation, replies, examples }) =>
      direction === "to-server" &&
      correlation !== undefined &&
      examples.length > 0 &&
      child(payload, "properties", "data") !== undefined &&
      replies.length <= 2 &&
      replies.some((name) => carriesEventId(messageNamed(channel, name))),
  );
}

function carriesEventId(message: Message | undefined): boolean {
  return message !== undefined && child(message.payload, "properties", "event_id") !== undefined;
}

/** The ids of the events that an answer or an acknowledgement names. */
export function eventIdsIn(json: Json | undefined): number[] {
  if (!isObject(json)) return [];
  const ids = json["event_ids"] ?? json["event_id"];
  return (Array.isArray(ids) ? ids : [ids]).filter((id) => typeof id === "number");
}

/** The whole log from an id on, over as many pages as it takes, at the most so many. */
export async function readLog(
  probe: Probe,
  log: RestLog,
  id: string,
  { from = 0, limit, most = 30 }: { from?: number; limit?: number; most?: number } = {},
): Promise<JsonObject[]> {
  const events: JsonObject[] = [];
  const call = await callOn(probe, log.reader, log.parameter, id);
  const size = limit === undefined ? undefined : { limit: String(limit) };
  for (let pages = 0; pages < most; pages += 1) {
    const next = (idOf(events.at(-1)) ?? from - 1) + 1;
    const { json } = await probe.prepare({ ...call, query: { ...size, start_id: String(next) } });
    const page = isObject(json) && Array.isArray(json["events"]) ? json["events"].filter(isObject) : [];
    events.push(...page);
    if (!isObject(json) || json["has_more"] !== true || page.length === 0) return events;
  }
  return events;
}

/** The id of an event of the log. */
export function idOf(event: JsonObject | undefined): number | undefined {
  const id = event?.["id"];
  return typeof id === "number" ? id : undefined;
}

/** A text that stands nowhere else on the server. */
export function marker(): string {
  return `conformance ${randomHex(8)}`;
}

/**
 * A value with one of its texts replaced, so that it can be found again.
 * @param fits whether the document allows a value
 * @throws {SetupError} when no text in it may be any text
 */
export function marked(value: Json, mark: string, fits: (value: Json) => boolean): Json {
  const found = variantsOf(value, mark).find(fits);
  if (found === undefined) throw new SetupError(`No text in ${JSON.stringify(value)} may be any text.`);
  return found;
}

function variantsOf(value: Json, mark: string): Json[] {
  if (typeof value === "string") return [mark];
  if (Array.isArray(value)) return [];
  if (!isObject(value)) return [];
  // From the end: what tells the kind of the whole stands first.
  return Object.entries(value)
    .toReversed()
    .flatMap(([name, member]) => variantsOf(member, mark).map((variant) => ({ ...value, [name]: variant })));
}

/** Appends, over REST, an action that bears a mark. @returns the ids of its events, and the body that was sent */
export async function appendOverRest(
  probe: Probe,
  log: RestLog,
  writer: Operation,
  id: string,
  mark: string,
): Promise<{ readonly ids: readonly number[]; readonly body: Json }> {
  const { validator } = probe.world.openapi;
  const schema = jsonOf(writer.body?.media ?? [])?.schema;
  const body = marked(bodyFor(probe.world, writer), mark, (value) =>
    schema ? validator.mismatches(schema, value).length === 0 : true,
  );
  const { json } = await probe.prepare(withBody(await callOn(probe, writer, log.parameter, id), body));
  return { ids: eventIdsIn(json), body };
}

/** An action that only stands in the log, where the document has such a one: nobody answers it and nothing is run. */
const quiet: JsonObject = { action: "think", args: { thought: "a thought" } };

function bodyFor(world: World, writer: Operation): Json {
  return takesQuiet(world, writer) ? quiet : bodyOf(exampleCall(world, writer));
}

/** The payload of a client's message that bears a mark, with an action that only stands in the log where it may carry one. */
export function markedPayload(world: World, message: Message, mark: string): JsonObject {
  const { validator } = world.asyncapi;
  const [example] = message.examples;
  if (!isObject(example)) throw new SetupError(`The example of ${message.name} is no object.`);
  const fits = (data: Json): boolean => validator.mismatches(message.payload, { ...example, data }).length === 0;
  const data = fits(quiet) ? quiet : (example["data"] ?? null);
  return { ...example, data: marked(data, mark, fits) };
}

/** Whether an operation takes an action that only stands in the log. */
export function takesQuiet(world: World, { body }: Operation): boolean {
  const schema = jsonOf(body?.media ?? [])?.schema;
  return schema !== undefined && world.openapi.validator.mismatches(schema, quiet).length === 0;
}

function answers(operation: Operation, field: string): boolean {
  const schema = jsonOf(successOf(operation)?.media ?? [])?.schema;
  return schema !== undefined && children(child(schema, "properties")).some(([name]) => name === field);
}
