import { child, placeOf } from "../documents.ts";
import { parseJson } from "../json.ts";
import type { Json } from "../json.ts";
import { correlationOf, isRefusal, messageNamed } from "../messages.ts";
import type { Channel, Message } from "../messages.ts";
import type { Failure } from "../results.ts";
import type { Mismatch } from "../schemas.ts";
import type { Live } from "../socket/client.ts";
import { fieldOf } from "../socket/frames.ts";
import type { Received } from "../socket/frames.ts";
import { eventOf } from "../socket/sequence.ts";
import type { World } from "../world.ts";
import { detailsFailures } from "./details.ts";
import { misfitCode } from "./rest-verdict.ts";

/**
 * Sends a frame and holds what comes back against the document: a message gets its replies in their order, or a refusal
 * that it can be refused with; what is no message is refused, by name. Either carries the id of the frame.
 * @throws {AbsenceError} when nothing comes, or the connection is closed
 */
export async function judgeReplies(
  world: World,
  channel: Channel,
  live: Live,
  payload: Json,
  text: string,
): Promise<Failure[]> {
  const known = channel.messages.filter(({ direction }) => direction === "to-server");
  const judged = known.map((message) => ({
    message,
    mismatches: world.asyncapi.validator.mismatches(message.payload, payload),
  }));
  const fitting = judged.find(({ mismatches }) => mismatches.length === 0)?.message;
  const start = live.received.length;
  await live.send(text);
  if (fitting) return judgeMessage(channel, live, fitting, payload, start);
  return judgeNoMessage(channel, live, payload, start, judged);
}

async function judgeMessage(
  channel: Channel,
  live: Live,
  message: Message,
  payload: Json,
  start: number,
): Promise<Failure[]> {
  const id = correlationOf(message, payload);
  const replies = repliesOf(channel);
  const isAnswer = (received: Received): boolean =>
    replies.has(received.message.name) &&
    correlationOf(received.message, received.payload) === id &&
    !isUnasked(received);
  let next = start;
  for (const name of message.replies) {
    const reply = messageNamed(channel, name);
    if (!reply || isRefusal(reply)) continue;
    const answer = await live.waitFor(`the message ${name} that answers ${message.name}`, isAnswer, next);
    next = live.received.indexOf(answer) + 1;
    if (isRefusal(answer.message)) return judgeRefusal(message, answer);
    if (answer.message.name !== name) return [wrongReply(message, name, answer)];
    const eventId = fieldOf(answer, "event_id");
    if (typeof eventId === "number")
      await live.waitFor(`event ${eventId}, which ${name} names,`, (one) => eventOf(one)?.id === eventId);
  }
  return [];
}

/** A message that fits can be refused for what the document names, but not for its form, and the server does not fail. */
function judgeRefusal(message: Message, answer: Received): Failure[] {
  const code = fieldOf(answer, "code");
  const isAllowed = typeof code === "string" && message.errors.includes(code);
  if (isAllowed && code !== misfitCode && code !== "malformed_json" && code !== "internal_error") return [];
  return [
    {
      promise: "A message that fits the document is not refused for its form.",
      where: placeOf(message.node),
      expected: message.replies.join(", then "),
      found: JSON.stringify(answer.payload).slice(0, 500),
    },
  ];
}

async function judgeNoMessage(
  channel: Channel,
  live: Live,
  payload: Json,
  start: number,
  judged: readonly { message: Message; mismatches: readonly Mismatch[] }[],
): Promise<Failure[]> {
  const replies = repliesOf(channel);
  const ids = new Set([null, ...judged.map(({ message }) => correlationOf(message, payload))]);
  const answer = await live.waitFor(
    "a refusal",
    ({ message, payload: reply }) =>
      replies.has(message.name) && ids.has(correlationOf(message, reply)) && (isRefusal(message) || isTied(message)),
    start,
  );
  const code = isRefusal(answer.message) ? fieldOf(answer, "code") : undefined;
  if (code === misfitCode) {
    const own = judged.filter(isMeant);
    const misfits = (own.length > 0 ? own : judged).map(({ message, mismatches }) => ({
      part: { name: "frame", place: "frame", key: "", schema: message.payload } as const,
      mismatches,
    }));
    const hasDetails = child(answer.message.payload, "properties", "details") !== undefined;
    return hasDetails ? detailsFailures(fieldOf(answer, "details"), misfits) : [];
  }
  return [
    {
      promise: "A frame that is no message of the document is refused.",
      where: `${placeOf(channel.node)}/messages`,
      expected: `a refusal with ${misfitCode}`,
      found: JSON.stringify(answer.payload).slice(0, 500),
    },
  ];
}

/** Whether an answer says which question it is about. One that does not may as well be something that has happened meanwhile. */
function isTied({ correlation }: Message): boolean {
  return correlation !== undefined;
}

/**
 * Whether something has happened that is nobody's answer: where no id ties a message to the one that it answers, what the
 * user has sent comes back as an event of theirs, among those of the agent and the environment.
 */
function isUnasked(received: Received): boolean {
  const { message } = received;
  return !isTied(message) && !isRefusal(message) && fieldOf(received, "source") !== "user";
}

/** Whether a payload says that it is a message: the constants by which messages are told apart are there. */
function isMeant({ mismatches }: { mismatches: readonly Mismatch[] }): boolean {
  return !mismatches.some(({ pointer }) => pointer.endsWith("/const"));
}

/** The names of the messages with which others are answered. */
function repliesOf(channel: Channel): ReadonlySet<string> {
  return new Set(channel.messages.flatMap(({ replies }) => replies));
}

function wrongReply(message: Message, expected: string, answer: Received): Failure {
  return {
    promise: `${message.name} is answered with ${message.replies.join(", then ")}.`,
    where: placeOf(message.node),
    expected,
    found: JSON.stringify(answer.payload).slice(0, 500),
  };
}

/** Each frame is answered once: no reply comes as often again as the frame with its id was sent. */
export function checkOnce(channel: Channel, received: readonly Received[], sent: readonly string[]): Failure[] {
  const replies = repliesOf(channel);
  const known = channel.messages.filter(({ direction }) => direction === "to-server");
  const asked = Map.groupBy(
    sent.map((text) => parseJson(text) ?? null),
    (payload) => known.map((message) => correlationOf(message, payload)).find((id) => id !== null) ?? null,
  );
  const answered = Map.groupBy(
    received.filter(({ message }) => replies.has(message.name)),
    ({ message, payload }) => JSON.stringify([message.name, correlationOf(message, payload)]),
  );
  return [...answered.values()].flatMap(([first, ...more]) => {
    if (!first) return [];
    const id = correlationOf(first.message, first.payload);
    const times = id === null ? Infinity : (asked.get(id)?.length ?? 0);
    if (1 + more.length <= times) return [];
    return [
      {
        promise: "Each frame is answered once.",
        where: placeOf(first.message.node),
        expected: `${times} answers to ${id}`,
        found: `${1 + more.length} of ${first.message.name}`,
      },
    ];
  });
}
