import { placeOf } from "../documents.ts";
import { isObject } from "../json.ts";
import type { Json } from "../json.ts";
import { correlationOf, isRefusal } from "../messages.ts";
import type { Channel, Message } from "../messages.ts";
import { goneCode } from "../operations.ts";
import type { Probe } from "../probe.ts";
import { readOnlyCredentials } from "../read-only.ts";
import { stoppedFor } from "../v1-conversations.ts";
import { connected } from "../socket/client.ts";
import type { ConnectOptions, Session } from "../socket/client.ts";
import { AbsenceError } from "../socket/connection.ts";
import { fieldOf } from "../socket/frames.ts";
import { withRequestId } from "../socket/requests.ts";
import type { Failure } from "../results.ts";
import type { RefusalUnit } from "../units.ts";
import type { World } from "../world.ts";
import { anotherJson, brokenJson } from "./ammunition.ts";
import type { Case } from "../case.ts";
import { unaskedConfirmation } from "./rest.ts";

/** A frame that is to be refused. */
interface BadFrame {
  readonly data: string | Buffer;
  /** A frame that is to be sent first, and is accepted. */
  readonly before?: string;
  /** The id that the refusal repeats; undefined when the server may not have been able to read it. */
  readonly requestId: string | null | undefined;
}

/** The bad frame for one message and code; undefined when there is none. */
type Recipe = (message: Message, world: World) => BadFrame | undefined;

/** `socket/events/user_action/error-validation_failed`: the message is refused with the code, and the connection stays open. */
export function refusalCase({ name, channel, message, code }: RefusalUnit): Case | undefined {
  const recipe = recipes[code];
  const impossible = code === "agent_state_conflict" && !carriesAction(message);
  if (!recipe || impossible || message.examples.length === 0) return undefined;
  return {
    name,
    run: async (probe) => {
      const frame = recipe(message, probe.world);
      if (!frame) return probe.fail(noAmmunition(message, code));
      const options = (await situations[code]?.(probe, channel)) ?? {};
      await connected(probe, channel, options, (session) => expectRefusal(probe, channel, session, frame, [code]));
    },
  };
}

const recipes: Readonly<Record<string, Recipe>> = {
  malformed_json: (message) => ({ data: exampleText(message).slice(0, -1), requestId: undefined }),
  unsupported_media_type: (message) => ({ data: Buffer.from(exampleText(message)), requestId: undefined }),
  validation_failed: (message, { asyncapi }) => {
    const broken = brokenJson(asyncapi.validator, message.payload, message.examples[0]);
    return broken === undefined ? undefined : frameOf(message, broken);
  },
  scope_insufficient: (message) => frameOf(message, message.examples[0] ?? null),
  idempotency_key_reused: (message, { asyncapi }) => {
    const { payload, requestId } = withRequestId(message, message.examples[0] ?? null);
    if (requestId === null || !isObject(payload) || message.correlation === undefined) return undefined;
    const name = message.correlation.slice(1);
    const { [name]: _, ...content } = payload;
    const named = (variant: Json) => ({ ...(isObject(variant) && variant), [name]: requestId });
    const fits = (variant: Json) => asyncapi.validator.mismatches(message.payload, named(variant)).length === 0;
    const another = anotherJson(content, fits);
    if (another === undefined) return undefined;
    return { before: JSON.stringify(payload), data: JSON.stringify(named(another)), requestId };
  },
  conversation_not_running: (message) => frameOf(message, message.examples[0] ?? null),
  [goneCode]: (message) => frameOf(message, message.examples[0] ?? null),
  agent_state_conflict: (message) => {
    const [example] = message.examples;
    return isObject(example) ? frameOf(message, { ...example, data: unaskedConfirmation }) : undefined;
  },
};

/** Sends a frame that is to be refused with one of `codes`, and asks whether the connection is still open. */
export async function expectRefusal(
  probe: Probe,
  channel: Channel,
  session: Session,
  frame: BadFrame,
  codes: readonly string[],
): Promise<void> {
  const start = session.received.length;
  if (frame.before !== undefined) await session.send(frame.before);
  await session.send(frame.data);
  const promise = `The frame is refused with ${codes.join(" or ")}, and the connection stays open.`;
  const where = `${placeOf(channel.node)}/messages`;
  try {
    const refusal = await session.waitFor("a refusal", (received) => isRefusal(received.message), start);
    const code = fieldOf(refusal, "code");
    if (typeof code !== "string" || !codes.includes(code))
      probe.fail({ promise, where, expected: `code ${codes.join(" or ")}`, found: JSON.stringify(refusal.payload) });
    const requestId = correlationOf(refusal.message, refusal.payload);
    if (frame.requestId !== undefined && requestId !== frame.requestId)
      probe.fail({
        promise: "A refusal names the message it answers.",
        where,
        expected: JSON.stringify(frame.requestId),
        found: JSON.stringify(requestId),
      });
    await session.ping();
  } catch (error) {
    if (!(error instanceof AbsenceError)) throw error;
    probe.fail({ promise, where, expected: "a refusal and an open connection", found: error.message });
  }
}

/** How to connect where a frame is refused that is all right by itself. */
const situations: Readonly<Record<string, (probe: Probe, channel: Channel) => Promise<ConnectOptions>>> = {
  scope_insufficient: async (probe) => ({ credentials: await readOnlyCredentials(probe) }),
  conversation_not_running: atStopped,
};

async function atStopped(probe: Probe, channel: Channel): Promise<ConnectOptions> {
  const [parameter = "conversation_id"] = channel.parameters;
  return { path: { [parameter]: await stoppedFor(probe, channel, parameter) } };
}

function frameOf(message: Message, example: Json): BadFrame {
  const { payload, requestId } = withRequestId(message, example);
  return { data: JSON.stringify(payload), requestId };
}

function exampleText(message: Message): string {
  return JSON.stringify(message.examples[0] ?? null);
}

/** Whether a message can carry any action, as opposed to a text of the user. */
function carriesAction(message: Message): boolean {
  const [example] = message.examples;
  return isObject(example) && isObject(example["data"]);
}

function noAmmunition(message: Message, code: string): Failure {
  return {
    promise: `${message.name} can be refused with ${code}.`,
    where: placeOf(message.node),
    expected: "a frame that does not fit",
    found: "every frame that was made up fits the schema",
  };
}
