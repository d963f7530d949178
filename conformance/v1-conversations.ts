import { setTimeout as sleep } from "node:timers/promises";
import { bodyOf, exampleCall, withBody } from "./calls.ts";
import type { Call } from "./calls.ts";
import { isObject } from "./json.ts";
import type { Json, JsonObject } from "./json.ts";
import { knownOperations } from "./known-operations.ts";
import type { Channel } from "./messages.ts";
import type { Operation } from "./operations.ts";
import type { Probe } from "./probe.ts";
import { keep, stoppedConversation, valueOf } from "./resources.ts";
import { SetupError } from "./world.ts";

/** A channel behind this gate is that of conversations which the operations behind it have started. */
const gate = "v1";

/** The conversation for a channel: of V1 for one of V1's, which is shared between cases unless it is to be one's `own`. */
export function conversationFor(probe: Probe, channel: Channel, parameter: string, own = false): Promise<string> {
  return channel.gate === gate ? v1Conversation(probe, own) : valueOf(probe, parameter, own);
}

/** A conversation of a channel that has been stopped. */
export async function stoppedFor(probe: Probe, channel: Channel, parameter: string): Promise<string> {
  if (channel.gate !== gate) return stoppedConversation(probe, parameter);
  const id = await v1Conversation(probe, true);
  await probe.prepare(exampleCall(probe.world, operation(probe, "stopConversation"), { [parameter]: id }));
  return id;
}

/** A conversation whose agent waits for the user's consent. */
export async function waitingConversation(probe: Probe): Promise<string> {
  const text = "```sh\ntrue\n```";
  const id = await start(probe, { llm_model: "test/confirm", initial_message: { content: [{ type: "text", text }] } });
  const ask: Call = { ...exampleCall(probe.world, operation(probe, "getAppConversations")), query: { ids: id } };
  const until = Math.min(Date.now() + probe.world.limits.startMs, probe.world.limits.deadline);
  for (let pause = 25; ; pause = Math.min(pause * 2, 1000)) {
    const { json } = await probe.prepare(ask);
    const [found] = Array.isArray(json) ? json : [];
    if (isObject(found) && found["execution_status"] === "waiting_for_confirmation") return id;
    if (Date.now() > until) throw new SetupError("The agent of test/confirm did not ask for consent.");
    probe.exchanges.pop();
    await sleep(pause);
  }
}

async function v1Conversation(probe: Probe, own: boolean): Promise<string> {
  const { state } = probe.world;
  if (own) return start(probe, {});
  state.v1Conversation ??= await start(probe, {});
  keep(probe.world, state.v1Conversation);
  return state.v1Conversation;
}

/** Starts a conversation and waits until it takes messages; what the links of the answer name is removed when the run is over. */
async function start(probe: Probe, request: JsonObject): Promise<string> {
  const call = exampleCall(probe.world, operation(probe, "streamStart"));
  const { json } = await probe.prepare(withBody(call, { ...bodyOf(call), ...request }));
  const last: Json | undefined = Array.isArray(json) ? json.at(-1) : undefined;
  const id = isObject(last) ? last["app_conversation_id"] : undefined;
  if (typeof id !== "string") throw new SetupError(`The conversation did not start: ${JSON.stringify(last)}.`);
  return id;
}

function operation(probe: Probe, name: keyof typeof knownOperations): Operation {
  const found = probe.world.operations.get(knownOperations[name]);
  if (!found) throw new SetupError(`The OpenAPI document has no operation ${knownOperations[name]}.`);
  return found;
}
