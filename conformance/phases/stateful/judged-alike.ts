import fc from "fast-check";
import { withBody } from "../../calls.ts";
import type { Case } from "../../case.ts";
import { child, children, placeOf } from "../../documents.ts";
import type { DocumentNode } from "../../documents.ts";
import { actionMessageOf, restLogOf } from "../../event-log.ts";
import type { RestLog } from "../../event-log.ts";
import { isObject } from "../../json.ts";
import type { Json, JsonObject } from "../../json.ts";
import { isRefusal } from "../../messages.ts";
import type { Channel, Message } from "../../messages.ts";
import { isSuccess, jsonOf } from "../../operations.ts";
import type { Operation } from "../../operations.ts";
import type { Answer, Probe } from "../../probe.ts";
import { valueOf } from "../../resources.ts";
import { connected } from "../../socket/client.ts";
import type { Session } from "../../socket/client.ts";
import { fieldOf } from "../../socket/frames.ts";
import { answering, withRequestId } from "../../socket/requests.ts";
import { callOn } from "../../things.ts";
import type { World } from "../../world.ts";

/** How many values are sent over both wires. */
const samples = 60;

/**
 * `stateful/events/user_action/judged-as-events.add`: where a message carries what an operation takes, by the name of the
 * schema, a value is accepted or refused over both wires alike, and both documents say so.
 */
export function judgedAlikeCases(world: World): Case[] {
  return world.channels.flatMap((channel) => {
    const log = restLogOf(world, channel);
    const message = actionMessageOf(channel);
    const data = message && child(message.payload, "properties", "data");
    if (!log || !message || !data) return [];
    return log.writers
      .filter((writer) => takes(writer, data))
      .map((writer) => ({
        name: `stateful/${channel.name}/${message.name}/judged-as-${writer.id}`,
        run: (probe: Probe) => judge(probe, { channel, log, message, writer, data }),
      }));
  });
}

interface Pair {
  readonly channel: Channel;
  readonly log: RestLog;
  readonly message: Message;
  readonly writer: Operation;
  /** What the message carries. */
  readonly data: DocumentNode;
}

/** Whether an operation's body, or one of its alternatives, is the component of that name. */
function takes(operation: Operation, data: DocumentNode): boolean {
  const schema = jsonOf(operation.body?.media ?? [])?.schema;
  if (!schema) return false;
  const alternatives = ["oneOf", "anyOf"].flatMap((keyword) => children(child(schema, keyword)));
  return [schema, ...alternatives.map(([, node]) => node)].some(({ pointer }) => pointer === data.pointer);
}

async function judge(probe: Probe, pair: Pair): Promise<void> {
  const { channel, log, data } = pair;
  const id = await valueOf(probe, log.parameter, true);
  await connected(probe, channel, { path: { [log.parameter]: id } }, async (session) => {
    for (const value of valuesOf(probe.world, data)) await judgeValue(probe, pair, id, session, value);
  });
}

/** Only what is to be refused is sent: what is taken is carried out. */
async function judgeValue(probe: Probe, pair: Pair, id: string, session: Session, value: Json): Promise<void> {
  const { channel, log, message, writer, data } = pair;
  const { openapi, asyncapi } = probe.world;
  const schema = jsonOf(writer.body?.media ?? [])?.schema;
  const { payload, requestId } = withRequestId(message, { ...object(message.examples[0]), data: value });
  const byRest = schema === undefined || openapi.validator.mismatches(schema, value).length === 0;
  const bySocket = asyncapi.validator.mismatches(message.payload, payload).length === 0;
  if (byRest !== bySocket)
    return probe.fail({
      promise: "Both documents accept the same values where they name the same schema.",
      where: placeOf(data),
      expected: `${byRest ? "accepted" : "refused"}, as by ${writer.id}: ${JSON.stringify(value)}`,
      found: bySocket ? "accepted" : "refused",
    });
  if (byRest) return;
  const answer = await probe.call(withBody(await callOn(probe, writer, log.parameter, id), value));
  const start = session.received.length;
  await session.send(JSON.stringify(payload));
  const reply = await session.waitFor("the refusal", answering(channel, requestId), start);
  const code = isRefusal(reply.message) ? fieldOf(reply, "code") : undefined;
  const [rest, socket] = [verdict(answer), typeof code === "string" ? code : "accepted"];
  if (rest === socket) return;
  probe.fail({
    promise: "One schema judges a value alike over REST and the socket.",
    where: placeOf(data),
    expected: `${rest}, as by ${writer.id}: ${JSON.stringify(value)}`,
    found: `${socket} over the socket`,
  });
}

function verdict({ status, json }: Answer): string {
  if (isSuccess(status)) return "accepted";
  const code = isObject(json) ? json["code"] : undefined;
  return typeof code === "string" ? code : `status ${status}`;
}

/** The examples of the alternatives, each with one thing changed: drawn by the seed of the run. */
function valuesOf({ seed }: World, data: DocumentNode): Json[] {
  const alternatives = children(child(data, "oneOf")).map(([, node]) => node);
  const examples = (alternatives.length > 0 ? alternatives : [data]).flatMap((node) => {
    const value = child(node, "examples")?.value;
    return Array.isArray(value) ? value.filter(isObject) : [];
  });
  const values = [...odd, ...examples.flatMap((example) => changed(example))];
  return (
    fc.sample(fc.shuffledSubarray(values, { minLength: Math.min(samples, values.length), maxLength: samples }), {
      numRuns: 1,
      seed,
    })[0] ?? []
  );
}

const odd: readonly Json[] = [
  null,
  1,
  "a text",
  [],
  {},
  { action: null },
  { action: "there_is_no_such_action", args: {} },
];

const others: readonly Json[] = [null, 12.5, "", true, [], {}, -1];

/** A value with a member left out, of another type, or beside one that nobody knows: here, and in the objects within. */
function changed(value: JsonObject): JsonObject[] {
  return Object.keys(value).flatMap((name) => {
    const { [name]: member = null, ...rest } = value;
    const inner = isObject(member) ? changed(member).map((variant) => ({ ...value, [name]: variant })) : [];
    return [rest, ...others.map((other) => ({ ...value, [name]: other })), { ...value, unexpected: 1 }, ...inner];
  });
}

function object(value: Json | undefined): JsonObject {
  return isObject(value) ? value : {};
}
