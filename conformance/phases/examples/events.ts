import { child, children, placeOf, textAt } from "../../documents.ts";
import type { DocumentNode } from "../../documents.ts";
import { isObject } from "../../json.ts";
import type { Json } from "../../json.ts";
import { exampleCall } from "../../calls.ts";
import { knownOperations, showcase } from "../../known-operations.ts";
import { isRefusal } from "../../messages.ts";
import type { Channel, Message } from "../../messages.ts";
import type { Probe } from "../../probe.ts";
import { prepareSingleton } from "../../resources.ts";
import { connected } from "../../socket/client.ts";
import { fieldOf } from "../../socket/frames.ts";
import type { Received } from "../../socket/frames.ts";
import { answering, withRequestId } from "../../socket/requests.ts";
import { eventOf } from "../../socket/sequence.ts";
import { SetupError } from "../../world.ts";
import type { World } from "../../world.ts";
import type { Case } from "../../case.ts";

/** `socket/events/user_action/as-run`: each type of action that a message can carry is taken, and stands in the log. */
export function requestCases(channel: Channel): Case[] {
  const message = channel.messages.find((one) => one.direction === "to-server" && dataOf(one) !== undefined);
  if (!message) return [];
  return typesOf(dataOf(message), "action").flatMap(([type, node]) => {
    const [example] = examplesOf(node);
    const name = `socket/${channel.name}/${message.name}/as-${type}`;
    return example === undefined ? [] : [{ name, run: (probe) => sendAs(probe, channel, message, type, example) }];
  });
}

/**
 * `socket/events/every-type`: a test model shows every type of event that the document has. Only for an API whose document
 * lists models.
 */
export function everyTypeCases({ operations }: World, channel: Channel): Case[] {
  // Kinds of V1 come of any of several models.
  if (!operations.has(knownOperations.listModels) || !channel.messages.some(({ name }) => name === "action")) return [];
  return [{ name: `socket/${channel.name}/every-type`, run: (probe) => meetEveryType(probe, channel) }];
}

/** The server takes it, or refuses it for the state that the agent is in; but it never says that the example does not fit. */
async function sendAs(probe: Probe, channel: Channel, message: Message, type: string, data: Json): Promise<void> {
  await connected(probe, channel, {}, async (session) => {
    const [example] = message.examples;
    const { payload, requestId } = withRequestId(message, { ...(isObject(example) ? example : {}), data });
    const start = session.received.length;
    await session.send(JSON.stringify(payload));
    const answer = await session.waitFor(`the answer to ${type}`, answering(channel, requestId), start);
    const code = isRefusal(answer.message) ? fieldOf(answer, "code") : undefined;
    if (code === "agent_state_conflict") return;
    const promise = `A client can send the action ${type}: its example is taken, and stands in the log.`;
    const where = placeOf(message.node);
    if (code !== undefined)
      return probe.fail({ promise, where, expected: "an acknowledgement", found: JSON.stringify(answer.payload) });
    const id = fieldOf(answer, "event_id");
    const event = await session.waitFor(
      `event ${JSON.stringify(id)}, which the acknowledgement names,`,
      (one) => eventOf(one)?.id === id,
    );
    const found = eventOf(event)?.type;
    if (found !== type) probe.fail({ promise, where, expected: `an event of type ${type}`, found: `one of ${found}` });
  });
}

async function meetEveryType(probe: Probe, channel: Channel): Promise<void> {
  await useShowcase(probe);
  await connected(probe, channel, {}, async (session) => {
    const request = { type: "oh_user_action", data: { action: "message", args: { content: showcase.message } } };
    await session.send(JSON.stringify(request));
    for (const kind of ["action", "observation"])
      for (const [type] of typesOf(eventNode(channel, kind), kind))
        await session.waitFor(`the ${kind} ${type}`, (received) => isOf(received, kind, type));
  });
}

/** The user's model becomes the one that shows everything, until the run is over. */
async function useShowcase(probe: Probe): Promise<void> {
  const { operations } = probe.world;
  const [list, settings] = [operations.get(knownOperations.listModels), operations.get(knownOperations.readSettings)];
  if (!list || !settings) throw new SetupError(`The document has no operation ${knownOperations.readSettings}.`);
  const { json } = await probe.prepare(exampleCall(probe.world, list));
  if (!Array.isArray(json) || !json.includes(showcase.model))
    throw new SetupError(`The server has no model ${showcase.model}, which shows every type of event.`);
  await prepareSingleton(probe, settings);
}

function isOf(received: Received, kind: string, type: string): boolean {
  return fieldOf(received, "type") === kind && eventOf(received)?.type === type;
}

/** The schema of the events that the message `action` or `observation` carries. */
function eventNode({ messages }: Channel, kind: string): DocumentNode | undefined {
  const carrier = messages.find(({ direction, name }) => direction === "to-client" && name === kind);
  return carrier && child(carrier.payload, "properties", kind);
}

/** The alternatives that a message can carry in `data`. */
function dataOf({ payload }: Message): DocumentNode | undefined {
  const data = child(payload, "properties", "data");
  return data && child(data, "oneOf") ? data : undefined;
}

/** The alternatives of a schema, by the constant that tells them apart. */
function typesOf(node: DocumentNode | undefined, property: string): [string, DocumentNode][] {
  return children(node && child(node, "oneOf")).flatMap(([, alternative]): [string, DocumentNode][] => {
    const type = textAt(alternative, "properties", property, "const");
    return type === undefined ? [] : [[type, alternative]];
  });
}

function examplesOf(node: DocumentNode): Json[] {
  const examples = child(node, "examples")?.value;
  return Array.isArray(examples) ? examples : [];
}
