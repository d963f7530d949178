import { exampleCall } from "../calls.ts";
import { placeOf } from "../documents.ts";
import type { Json } from "../json.ts";
import { knownOperations } from "../known-operations.ts";
import { isRefusal, messageNamed } from "../messages.ts";
import type { Channel, Message } from "../messages.ts";
import type { Probe } from "../probe.ts";
import { pathFor } from "../resources.ts";
import { connected } from "../socket/client.ts";
import type { ConnectOptions, Session } from "../socket/client.ts";
import { fieldOf } from "../socket/frames.ts";
import type { Received } from "../socket/frames.ts";
import { answering, withRequestId } from "../socket/requests.ts";
import { eventOf, fullState, seam } from "../socket/sequence.ts";
import type { Failure } from "../results.ts";
import type { MessageUnit } from "../units.ts";
import { SetupError } from "../world.ts";
import type { Case } from "../case.ts";

/** `socket/events/ack`: a message is sent and answered, or brought about; undefined where this runner knows no way. */
export function messageCase({ name, channel, message }: MessageUnit): Case | undefined {
  if (message.direction === "to-server")
    return message.examples.length > 0 ? { name, run: sendExamples(channel, message) } : undefined;
  const provoke = provocationOf(channel, message);
  return provoke && { name, run: (probe) => meet(probe, channel, message, provoke) };
}

/** Sends each example of a message, and expects what the document says comes back. */
function sendExamples(channel: Channel, message: Message): Case["run"] {
  return (probe) =>
    connected(probe, channel, {}, async (session) => {
      for (const example of message.examples) await converse(probe, channel, session, message, example);
    });
}

/**
 * Sends a message and waits for each of its replies that tells no refusal, in the document's order, then for the event that
 * the acknowledgement names.
 */
async function converse(
  probe: Probe,
  channel: Channel,
  session: Session,
  message: Message,
  example: Json,
): Promise<void> {
  const { payload, requestId } = withRequestId(message, example);
  let start = session.received.length;
  await session.send(JSON.stringify(payload));
  for (const name of message.replies) {
    const reply = messageNamed(channel, name);
    if (!reply || isRefusal(reply)) continue;
    const answer = await session.waitFor(
      `the message ${name} that answers ${message.name}`,
      answering(channel, requestId),
      start,
    );
    start = session.received.indexOf(answer) + 1;
    if (answer.message.name !== name) return probe.fail(wrongReply(message, name, answer));
    const eventId = fieldOf(answer, "event_id");
    if (typeof eventId === "number")
      await session.waitFor(`event ${eventId}, which ${name} names,`, (one) => eventOf(one)?.id === eventId);
  }
}

function wrongReply(message: Message, expected: string, answer: Received): Failure {
  return {
    promise: `${message.name} is answered with ${message.replies.join(", then ")}, or refused.`,
    where: placeOf(message.node),
    expected,
    found: JSON.stringify(answer.payload),
  };
}

/** What makes the server send a message: how to connect, and what to do then. */
interface Provocation {
  readonly options?: ConnectOptions;
  readonly act?: (probe: Probe, session: Session) => Promise<void>;
}

/** How to make the server send a message: by what it is a reply to, else by its name. */
function provocationOf(channel: Channel, message: Message): Provocation | undefined {
  const asked = channel.messages.find(({ replies, examples }) => replies.includes(message.name) && examples.length > 0);
  if (!asked) return provocations[message.name];
  if (isRefusal(message)) return { act: (_, session) => session.send("{") };
  const { payload } = withRequestId(asked, asked.examples[0] ?? null);
  return { act: (_, session) => session.send(JSON.stringify(payload)) };
}

/** The messages that answer nothing: events come of actions, `info` of a new title, and the others of connecting. */
const provocations: Readonly<Record<string, Provocation>> = {
  [seam]: {},
  [fullState]: {},
  batch: { options: { query: { batch: "true" } } },
  action: { act: (probe) => call(probe, knownOperations.addEvent) },
  observation: { act: (probe) => call(probe, knownOperations.addEvent) },
  info: { act: (probe) => call(probe, knownOperations.renameConversation) },
};

async function call(probe: Probe, id: string): Promise<void> {
  const operation = probe.world.operations.get(id);
  if (!operation) throw new SetupError(`The OpenAPI document has no operation ${id}.`);
  await probe.prepare(exampleCall(probe.world, operation, await pathFor(probe, operation)));
}

function meet(probe: Probe, channel: Channel, message: Message, { options = {}, act }: Provocation): Promise<void> {
  return connected(probe, channel, options, async (session) => {
    await act?.(probe, session);
    await session.waitFor(`the message ${message.name}`, (received) => received.message === message);
  });
}
