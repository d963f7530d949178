import { exampleCall } from "../../calls.ts";
import { placeOf } from "../../documents.ts";
import { knownOperations } from "../../known-operations.ts";
import type { Channel } from "../../messages.ts";
import type { Probe } from "../../probe.ts";
import { pathFor } from "../../resources.ts";
import { connected } from "../../socket/client.ts";
import type { ConnectOptions } from "../../socket/client.ts";
import { eventOf, seam } from "../../socket/sequence.ts";
import { SetupError } from "../../world.ts";
import type { Case } from "../../case.ts";

/** `socket/events/replay`: the past comes whole, and after a reconnect exactly what was missing. */
export function replayCases(channel: Channel): Case[] {
  if (!hasQuery(channel, "latest_event_id") || !channel.messages.some(({ name }) => name === seam)) return [];
  return [{ name: `socket/${channel.name}/replay`, run: (probe) => replayTwice(probe, channel) }];
}

/** `socket/events/query-types`: only events of the types that were asked for. */
export function queryCases(channel: Channel): Case[] {
  if (!hasQuery(channel, "types")) return [];
  return [{ name: `socket/${channel.name}/query-types`, run: (probe) => onlyTypes(probe, channel) }];
}

async function replayTwice(probe: Probe, channel: Channel): Promise<void> {
  await addEvents(probe, 2);
  const whole = await replayFrom(probe, channel, {});
  if (whole.size < 2) throw new SetupError(`The replay holds ${whole.size} events; two were added before.`);
  const middle = [...whole.keys()][Math.floor((whole.size - 1) / 2)] ?? 0;
  const rest = await replayFrom(probe, channel, { query: { latest_event_id: String(middle) } });
  const promise = "A reconnect with `latest_event_id` gives exactly the events after it, as they were.";
  const where = placeOf(channel.node);
  for (const [id, json] of whole) {
    const again = rest.get(id);
    if (id > middle && again !== json)
      probe.fail({ promise, where, expected: `event ${id}: ${json}`, found: again ?? "it is missing" });
    if (id <= middle && again !== undefined)
      probe.fail({ promise, where, expected: `events after ${middle}`, found: `event ${id}` });
  }
}

/** The events of the past by id, as JSON text. */
async function replayFrom(probe: Probe, channel: Channel, options: ConnectOptions): Promise<Map<number, string>> {
  const events = new Map<number, string>();
  await connected(probe, channel, options, async ({ received }) => {
    const end = received.findIndex(({ message }) => message.name === seam);
    for (const message of received.slice(0, end)) {
      const event = eventOf(message);
      if (event) events.set(event.id, event.json);
    }
  });
  return events;
}

/** Asks for one of the types in the log: its events come, and no others. */
async function onlyTypes(probe: Probe, channel: Channel): Promise<void> {
  await addEvents(probe, 1);
  const [type, ...others] = await typesInLog(probe, channel);
  if (type === undefined || others.length === 0)
    throw new SetupError(`The log holds events of the type ${type ?? "none"} alone, so nothing can be left out.`);
  await connected(probe, channel, { query: { types: type } }, async ({ received }) => {
    const types = received.map((message) => eventOf(message)?.type).filter((found) => found !== undefined);
    if (types.length > 0 && types.every((found) => found === type)) return;
    probe.fail({
      promise: "`types` gives the events of these types, and no others.",
      where: placeOf(channel.node),
      expected: `events of type ${type}`,
      found: types.length === 0 ? "none" : [...new Set(types)].join(", "),
    });
  });
}

/** The types of the events of a conversation, after each message that a client can send has been sent. */
async function typesInLog(probe: Probe, channel: Channel): Promise<string[]> {
  const types = new Set<string>();
  await connected(probe, channel, {}, async (session) => {
    for (const message of channel.messages) {
      if (message.direction === "to-client" || message.examples[0] === undefined) continue;
      const start = session.received.length;
      await session.send(JSON.stringify(message.examples[0]));
      await session.waitFor(`the event of ${message.name}`, (received) => eventOf(received) !== undefined, start);
    }
    for (const received of session.received) types.add(eventOf(received)?.type ?? "");
  });
  types.delete("");
  return [...types];
}

async function addEvents(probe: Probe, count: number): Promise<void> {
  const operation = probe.world.operations.get(knownOperations.addEvent);
  if (!operation) throw new SetupError(`The OpenAPI document has no operation ${knownOperations.addEvent}.`);
  for (let added = 0; added < count; added += 1)
    await probe.prepare(exampleCall(probe.world, operation, await pathFor(probe, operation)));
}

function hasQuery(channel: Channel, name: string): boolean {
  return channel.query.some((query) => query.name === name);
}
