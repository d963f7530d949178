import { setTimeout as sleep } from "node:timers/promises";
import type { Case } from "../../case.ts";
import { child, placeOf } from "../../documents.ts";
import {
  actionMessageOf,
  appendOverRest,
  eventIdsIn,
  markedPayload,
  marker,
  readLog,
  restLogOf,
  takesQuiet,
} from "../../event-log.ts";
import type { RestLog } from "../../event-log.ts";
import type { Channel, Message } from "../../messages.ts";
import type { Operation } from "../../operations.ts";
import type { Probe } from "../../probe.ts";
import { valueOf } from "../../resources.ts";
import { connected } from "../../socket/client.ts";
import type { ConnectOptions, Session } from "../../socket/client.ts";
import type { Received } from "../../socket/frames.ts";
import { answering, withRequestId } from "../../socket/requests.ts";
import { eventOf, seam } from "../../socket/sequence.ts";
import type { World } from "../../world.ts";

/** How many events are written while clients connect. */
const load = 20;

/** How many clients connect meanwhile. */
const clients = 6;

/**
 * What a client can rely on, whenever it connects and however often it is cut off: everything, in order, once. Each
 * connection is judged for that by itself; these cases bring about the moments in which it goes wrong.
 */
export function seamCases(world: World): Case[] {
  return world.channels.flatMap((channel) => {
    const log = restLogOf(world, channel);
    const writer = log?.writers.find((one) => takesQuiet(world, one)) ?? log?.writers[0];
    const hasSeam = channel.messages.some(({ name }) => name === seam);
    const resumes = channel.query.some(({ name }) => name === "latest_event_id");
    if (!log || !writer || !hasSeam || !resumes) return [];
    const situation = { channel, log, writer };
    const message = actionMessageOf(channel);
    return [
      { name: `stateful/${channel.name}/connecting-meanwhile`, run: (probe) => connectMeanwhile(probe, situation) },
      { name: `stateful/${channel.name}/resumed-anywhere`, run: (probe) => resumeAnywhere(probe, situation) },
      { name: `stateful/${channel.name}/cut-off-meanwhile`, run: (probe) => resumeMeanwhile(probe, situation) },
      ...(message
        ? [
            {
              name: `stateful/${channel.name}/${message.name}/sent-again`,
              run: (probe: Probe) => sendAgain(probe, situation, message),
            },
          ]
        : []),
    ];
  });
}

interface Situation {
  readonly channel: Channel;
  readonly log: RestLog;
  readonly writer: Operation;
}

/** The events that a client has, by id, as JSON text. */
type Events = ReadonlyMap<number, string>;

/** Clients connect one after the other while events are written, some of them in batches: all have the same in the end. */
async function connectMeanwhile(probe: Probe, situation: Situation): Promise<void> {
  const { channel, log } = situation;
  const id = await valueOf(probe, log.parameter, true);
  const batches = channel.query.some(({ name }) => name === "batch");
  const last = Promise.withResolvers<number>();
  last.promise.catch(() => {}); // whoever writes tells of it
  const writing = write(probe, situation, id).then(last.resolve, (error: unknown) => {
    last.reject(error);
    throw error;
  });
  const views = Array.from({ length: clients }, async (_, index) => {
    await sleep(index * 15); // spread over the time in which events are written
    const query = batches && index % 2 === 1 ? { batch: "true" } : {};
    return follow(probe, situation, id, { query }, async (session) => void (await until(session, await last.promise)));
  });
  const [, ...seen] = await Promise.all([writing, ...views]);
  judgeSame(probe, channel, seen);
  const stored = new Map((await readLog(probe, log, id)).map((event) => [Number(event["id"]), JSON.stringify(event)]));
  const [first = new Map<number, string>()] = seen;
  judgeHas(probe, channel, "A socket gives the events of the log.", upTo(stored, await last.promise), first);
}

/** From every id on, the first and the last ones and those around the middle, exactly what comes after it. */
async function resumeAnywhere(probe: Probe, situation: Situation): Promise<void> {
  const { channel, log } = situation;
  const id = await valueOf(probe, log.parameter, true);
  const last = await write(probe, situation, id, 3);
  const whole = await follow(probe, situation, id, {}, async (session) => void (await until(session, last)));
  const end = Math.max(...whole.keys());
  for (const after of new Set([-1, 0, 1, Math.floor(end / 2), end - 1, end])) {
    const query = { latest_event_id: String(after) };
    const rest = await follow(probe, situation, id, { query }, async (session) =>
      after < end ? void (await until(session, end)) : session.ping(),
    );
    const expected = new Map([...whole].filter(([event]) => event > after));
    judgeHas(probe, channel, `A connection after event ${after} gives what comes after it, as it was.`, expected, rest);
    const before = [...rest.keys()].filter((event) => event <= after);
    if (before.length > 0)
      probe.fail({
        promise: `A connection after event ${after} gives nothing that the client has.`,
        where: placeOf(channel.node),
        expected: `events after ${after}`,
        found: before.join(", "),
      });
  }
}

/** A client that is cut off again and again, and each time goes on with the last event that it has, misses nothing. */
async function resumeMeanwhile(probe: Probe, situation: Situation): Promise<void> {
  const { channel, log } = situation;
  const id = await valueOf(probe, log.parameter, true);
  const writing = write(probe, situation, id);
  let written = false;
  writing.finally(() => (written = true)).catch(() => {}); // awaited below
  const seen = new Map<number, string>();
  for (let turn = 0; !written && turn < load; turn += 1) await resume(10);
  const last = await writing;
  await resume(0, last);
  const stored = new Map((await readLog(probe, log, id)).map((event) => [Number(event["id"]), JSON.stringify(event)]));
  judgeHas(probe, channel, "A client that is cut off and resumes misses nothing.", upTo(stored, last), seen);

  async function resume(pauseMs: number, goal?: number): Promise<void> {
    const latest = Math.max(-1, ...seen.keys());
    const query = { latest_event_id: String(latest) };
    const rest = await follow(probe, situation, id, { query }, async (session) => {
      if (goal !== undefined && latest < goal) await until(session, goal);
      else await sleep(pauseMs);
    });
    for (const [event, json] of rest) {
      if (seen.has(event)) probe.fail(repeated(channel, event, latest));
      seen.set(event, json);
    }
  }
}

/** The same message, sent again under its id on another socket, is the same event. */
async function sendAgain(probe: Probe, { channel, log }: Situation, message: Message): Promise<void> {
  const { world } = probe;
  const id = await valueOf(probe, log.parameter, true);
  const mark = marker();
  const { payload, requestId } = withRequestId(message, markedPayload(world, message, mark));
  const ids: (number | undefined)[] = [];
  for (let turn = 0; turn < 2; turn += 1)
    await connected(probe, channel, { path: { [log.parameter]: id } }, async (session) => {
      const start = session.received.length;
      await session.send(JSON.stringify(payload));
      const answer = await session.waitFor(`the answer to ${message.name}`, answering(channel, requestId), start);
      ids.push(eventIdsIn(answer.payload)[0]);
    });
  const stored = (await readLog(probe, log, id)).filter(
    (event) => event["source"] !== "agent" && JSON.stringify(event).includes(mark) && event["action"] !== "recall",
  );
  const actions = stored.filter((event) => "action" in event);
  if (ids[0] !== undefined && ids[0] === ids[1] && actions.length === 1) return;
  probe.fail({
    promise: "A message that is sent again under its id is appended once, and acknowledged with the same event.",
    where: placeOf(message.node),
    expected: `event ${ids[0] ?? ""} twice, and once in the log`,
    found: `events ${ids.join(" and ")}, and ${actions.length} times in the log`,
  });
}

/** Writes events one after the other. @returns the id of the last one */
async function write(probe: Probe, { log, writer }: Situation, id: string, count = load): Promise<number> {
  let last = -1;
  for (let written = 0; written < count; written += 1) {
    const { ids } = await appendOverRest(probe, log, writer, id, marker());
    last = Math.max(last, ...ids);
  }
  return last;
}

/** Connects, has `body` wait for what is to come, and gives the events that have come. */
async function follow(
  probe: Probe,
  { channel, log }: Situation,
  id: string,
  options: ConnectOptions,
  body: (session: Session) => Promise<void>,
): Promise<Events> {
  let received: readonly Received[] = [];
  await connected(probe, channel, { ...options, path: { [log.parameter]: id } }, async (session) => {
    received = session.received;
    await body(session);
  });
  return new Map(
    received.flatMap((one) => {
      const event = eventOf(one);
      return event ? [[event.id, event.json] as const] : [];
    }),
  );
}

async function until(session: Session, id: number): Promise<Received> {
  return session.waitFor(`event ${id}`, (received) => eventOf(received)?.id === id);
}

function judgeSame(probe: Probe, channel: Channel, [first, ...others]: readonly Events[]): void {
  if (first) for (const other of others) judgeHas(probe, channel, "Two sockets agree.", common(first, other), other);
}

/** The events of one client up to the last one of another: one may have stayed on for longer. */
function common(one: Events, other: Events): Events {
  return upTo(one, Math.max(-1, ...other.keys()));
}

function upTo(events: Events, last: number): Events {
  return new Map([...events].filter(([id]) => id <= last));
}

function judgeHas(probe: Probe, channel: Channel, promise: string, expected: Events, found: Events): void {
  for (const [id, json] of expected) {
    const other = found.get(id);
    if (other !== json)
      probe.fail({ promise, where: placeOf(channel.node), expected: json, found: other ?? `event ${id} is missing` });
  }
}

function repeated(channel: Channel, id: number, latest: number): Parameters<Probe["fail"]>[0] {
  return {
    promise: "A client that goes on with `latest_event_id` gets nothing again.",
    where: placeOf(child(channel.node, "bindings") ?? channel.node),
    expected: `events after ${latest}`,
    found: `event ${id} again`,
  };
}
