import { isDeepStrictEqual } from "node:util";
import type { Case } from "../../case.ts";
import { placeOf } from "../../documents.ts";
import {
  actionMessageOf,
  appendOverRest,
  eventIdsIn,
  idOf,
  markedPayload,
  marker,
  readLog,
  restLogOf,
} from "../../event-log.ts";
import type { RestLog } from "../../event-log.ts";
import { isObject, parseJson } from "../../json.ts";
import type { Json, JsonObject } from "../../json.ts";
import type { Channel, Message } from "../../messages.ts";
import type { Operation } from "../../operations.ts";
import type { Probe } from "../../probe.ts";
import { valueOf } from "../../resources.ts";
import { connected } from "../../socket/client.ts";
import type { Session } from "../../socket/client.ts";
import { fieldOf } from "../../socket/frames.ts";
import { answering, withRequestId } from "../../socket/requests.ts";
import { eventOf } from "../../socket/sequence.ts";
import type { World } from "../../world.ts";

/**
 * What is written over one wire arrives on the other: each write yields exactly the event that its answer names, the same to
 * the byte for every subscriber of the conversation, the same over REST, and nothing for the subscribers of another one.
 */
export function crossWireCases(world: World): Case[] {
  return world.channels.flatMap((channel) => {
    const log = restLogOf(world, channel);
    if (!log) return [];
    const message = actionMessageOf(channel);
    return [
      ...log.writers.map((writer) => ({
        name: `stateful/${writer.id}/arrives-on-${channel.name}`,
        run: (probe: Probe) => fromRest(probe, channel, log, writer),
      })),
      ...(message
        ? [
            {
              name: `stateful/${channel.name}/${message.name}/arrives-over-rest`,
              run: (probe: Probe) => fromSocket(probe, channel, log, message),
            },
          ]
        : []),
    ];
  });
}

/** Two subscribers of one conversation and one of another, with what they are subscribed to. */
interface Audience {
  readonly id: string;
  readonly first: Session;
  readonly second: Session;
  readonly elsewhere: { readonly id: string; readonly session: Session };
}

async function withAudience(
  probe: Probe,
  channel: Channel,
  { parameter }: RestLog,
  body: (audience: Audience) => Promise<void>,
): Promise<void> {
  const [id, other] = [await valueOf(probe, parameter, true), await valueOf(probe, parameter, true)];
  await connected(probe, channel, { path: { [parameter]: id } }, (first) =>
    connected(probe, channel, { path: { [parameter]: id } }, (second) =>
      connected(probe, channel, { path: { [parameter]: other } }, (session) =>
        body({ id, first, second, elsewhere: { id: other, session } }),
      ),
    ),
  );
}

function fromRest(probe: Probe, channel: Channel, log: RestLog, writer: Operation): Promise<void> {
  return withAudience(probe, channel, log, async (audience) => {
    const mark = marker();
    const { ids, body } = await appendOverRest(probe, log, writer, audience.id, mark);
    const where = placeOf(writer.node);
    if (ids.length === 0)
      probe.fail({ promise: "The answer names the event.", where, expected: "an id", found: "none" });
    for (const id of ids) await judgeArrival(probe, log, audience, { id, mark, where, body });
    await judgeElsewhere(probe, log, writer, audience, { mark, where });
  });
}

function fromSocket(probe: Probe, channel: Channel, log: RestLog, message: Message): Promise<void> {
  return withAudience(probe, channel, log, async (audience) => {
    const mark = marker();
    const { world } = probe;
    const { payload, requestId } = withRequestId(message, markedPayload(world, message, mark));
    const start = audience.first.received.length;
    await audience.first.send(JSON.stringify(payload));
    const answer = await audience.first.waitFor(`the answer to ${message.name}`, answering(channel, requestId), start);
    const where = placeOf(message.node);
    const [id] = eventIdsIn(answer.payload);
    if (id === undefined)
      return probe.fail({
        promise: "A message is acknowledged with the id of its event.",
        where,
        expected: "an event_id",
        found: JSON.stringify(answer.payload),
      });
    const body = isObject(payload) ? (payload["data"] ?? null) : null;
    await judgeArrival(probe, log, audience, { id, mark, where, body });
    if (audience.second.received.some((received) => fieldOf(received, "request_id") === requestId))
      probe.fail({
        promise: "A message is answered to who sent it, and to nobody else.",
        where,
        expected: "no answer on another socket",
        found: `one with request_id ${requestId ?? ""}`,
      });
    const [writer] = log.writers;
    if (writer) await judgeElsewhere(probe, log, writer, audience, { mark, where });
  });
}

/** What was written, and how it is known again. */
interface Written {
  readonly id: number;
  readonly mark: string;
  readonly where: string;
  readonly body: Json;
}

async function judgeArrival(probe: Probe, log: RestLog, audience: Audience, written: Written): Promise<void> {
  const { id, mark, where, body } = written;
  const texts: string[] = [];
  for (const session of [audience.first, audience.second]) {
    const received = await session.waitFor(`event ${id}, which the answer names,`, (one) => eventOf(one)?.id === id);
    texts.push(eventOf(received)?.json ?? "");
  }
  const [first = "", second] = texts;
  const fail = (promise: string, expected: string, found: string): void =>
    probe.fail({ promise, where, expected, found });
  if (first !== second) fail("Every subscriber gets the same event.", first, String(second));
  if (!first.includes(mark))
    fail("The event that an answer names is what was written.", `an event with “${mark}”`, first);
  const event = parseJson(first);
  for (const [name, value] of Object.entries(promised(body)))
    if (isObject(event) && event[name] !== undefined && !holds(event[name], value))
      fail("An event is what was asked for.", `${name}: ${JSON.stringify(value)}`, JSON.stringify(event[name]));
  const [stored] = await readLog(probe, log, audience.id, { from: id, limit: 1, most: 1 });
  if (!isDeepStrictEqual(stored, event))
    fail("An event is the same over REST and the socket.", first, JSON.stringify(stored ?? "it is not in the log"));
}

/** The fields of a request that an event repeats: what was done, and with which arguments. */
function promised(body: Json): JsonObject {
  if (!isObject(body)) return {};
  return Object.fromEntries(Object.entries(body).filter(([name]) => name === "action" || name === "args"));
}

/** Whether a value has all that another has: servers add defaults. */
function holds(value: Json, part: Json): boolean {
  if (!isObject(part) || !isObject(value)) return isDeepStrictEqual(value, part);
  return Object.entries(part).every(([name, inner]) => value[name] !== undefined && holds(value[name], inner));
}

/**
 * Whatever was to come elsewhere has come before what is written there afterwards: the socket of the other conversation has
 * its own event, and nothing that bears the mark.
 */
async function judgeElsewhere(
  probe: Probe,
  log: RestLog,
  writer: Operation,
  { elsewhere, id }: Audience,
  { mark, where }: Pick<Written, "mark" | "where">,
): Promise<void> {
  const { ids } = await appendOverRest(probe, log, writer, elsewhere.id, marker());
  const { session } = elsewhere;
  const [last] = ids;
  await session.waitFor("an event of its own", (received) => eventOf(received)?.id === last);
  const strays = session.received.filter(({ payload }) => JSON.stringify(payload).includes(mark));
  const foreign = (await readLog(probe, log, elsewhere.id)).filter((event) => JSON.stringify(event).includes(mark));
  if (strays.length + foreign.length > 0)
    probe.fail({
      promise: "Another conversation's events never arrive.",
      where,
      expected: `nothing of ${log.parameter} ${id}`,
      found: strays.length > 0 ? JSON.stringify(strays[0]?.payload) : `event ${idOf(foreign[0]) ?? ""} of its log`,
    });
}
