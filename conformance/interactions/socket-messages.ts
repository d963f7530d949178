import { placeOf } from "../documents.ts";
import { effectful } from "../effects.ts";
import { isObject } from "../json.ts";
import type { Json } from "../json.ts";
import type { Channel, Message } from "../messages.ts";
import { createProbe, cut } from "../probe.ts";
import type { Probe } from "../probe.ts";
import { countMade, removeSince } from "../resources.ts";
import { conversationFor } from "../v1-conversations.ts";
import type { Failure } from "../results.ts";
import { connect } from "../socket/client.ts";
import type { Live } from "../socket/client.ts";
import { AbsenceError } from "../socket/connection.ts";
import { withRequestId } from "../socket/requests.ts";
import { checkSequence, seam } from "../socket/sequence.ts";
import { isOpen } from "../units.ts";
import type { World } from "../world.ts";
import type { Interaction, Part, Trial } from "./interaction.ts";
import { checkOnce, judgeReplies } from "./socket-verdict.ts";

/** Every message that a client can send. */
export function messageInteractions(world: World): Interaction[] {
  return world.channels
    .filter(({ gate }) => isOpen(gate, world.gates))
    .flatMap((channel) =>
      channel.messages
        .filter(({ direction, examples }) => direction === "to-server" && examples.length > 0)
        .map((message) => messageInteraction(world, channel, message)),
    );
}

function messageInteraction(world: World, channel: Channel, message: Message): Interaction {
  const { validator, document } = world.asyncapi;
  const part: Part = {
    name: "frame",
    place: "frame",
    key: "",
    schema: message.payload,
    required: true,
    validator,
    source: { root: document.root, kept: effectful, omitted: new Set() },
  };
  return {
    name: `socket/${channel.name}/${message.name}`,
    parts: [part],
    open: (probe) => openMessage(probe, channel, message, part),
  };
}

/** A conversation for this alone, so that its log stays short, and one connection for as long as the server keeps it. */
async function openMessage(probe: Probe, channel: Channel, message: Message, part: Part): Promise<Trial> {
  const { world } = probe;
  const count = countMade(world);
  const path: Record<string, string> = {};
  for (const name of channel.parameters) path[name] = await conversationFor(probe, channel, name, true);
  const example = withRequestId(message, message.examples[0] ?? null);
  const line = createProbe(world);
  let live = await begin(line, channel, path);
  const sent: string[] = [];

  return {
    base: new Map([[part, example.payload]]),
    async attempt(own, values) {
      const value = values.get(part);
      if (value === undefined) return;
      if (live.connection.isClosed()) live = await begin(line, channel, path);
      const payload = withFreshId(message, value, example.requestId);
      const text = JSON.stringify(payload);
      sent.push(text);
      const start = live.received.length;
      const failures = await judged(world, channel, live, payload, text);
      const answers = live.received.slice(start).map((one) => `← ${cut(JSON.stringify(one.payload), 500)}`);
      own.exchanges.push(exchangeOf(line, text, answers, world));
      for (const failure of [...line.failures.splice(0), ...failures]) own.fail(failure);
    },
    async close(own) {
      await survived(own, channel, live);
      await live.connection.close();
      const failures = [...line.failures.splice(0), ...checkOnce(channel, live.received, sent)];
      for (const failure of [...failures, ...checkSequence(channel, live.received, -1, false)]) own.fail(failure);
      await removeSince(own, count);
    },
  };
}

async function begin(line: Probe, channel: Channel, path: Readonly<Record<string, string>>): Promise<Live> {
  const live = await connect(line, channel, { path });
  if (channel.messages.some(({ name }) => name === seam))
    await live.waitFor(seam, ({ message }) => message.name === seam);
  return live;
}

async function judged(
  world: World,
  channel: Channel,
  live: Live,
  payload: Json,
  text: string,
): Promise<readonly Failure[]> {
  try {
    return await judgeReplies(world, channel, live, payload, text);
  } catch (error) {
    if (!(error instanceof AbsenceError)) throw error;
    return [
      {
        promise: "Every message is answered, and the connection stays open.",
        where: `${placeOf(channel.node)}/messages`,
        expected: "an answer",
        found: error.message,
      },
    ];
  }
}

/** The example's id is a new one in every frame; another one is what is being tried. */
function withFreshId(message: Message, payload: Json, exampleId: string | null): Json {
  const name = message.correlation?.slice(1);
  if (name === undefined || exampleId === null || !isObject(payload) || payload[name] !== exampleId) return payload;
  return withRequestId(message, payload).payload;
}

async function survived(probe: Probe, channel: Channel, live: Live): Promise<void> {
  if (live.connection.isClosed()) return;
  try {
    await live.connection.ping();
  } catch (error) {
    if (!(error instanceof AbsenceError)) throw error;
    probe.fail({
      promise: "Whatever a client sends, the server goes on answering.",
      where: placeOf(channel.node),
      expected: "an answer to a ping",
      found: error.message,
    });
  }
}

function exchangeOf(line: Probe, text: string, answers: readonly string[], world: World): Probe["exchanges"][number] {
  const handshake = line.exchanges.at(-1);
  const shown = world.secrets.mask(cut(text, 500));
  return {
    sent: [...(handshake?.sent ?? []), `→ ${shown}`],
    received: answers.map((answer) => world.secrets.mask(answer)),
    repeat: `${handshake?.repeat ?? ""} -x ${JSON.stringify(shown)}`,
  };
}
