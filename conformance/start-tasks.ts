import { setTimeout as sleep } from "node:timers/promises";
import { exampleCall } from "./calls.ts";
import type { Call } from "./calls.ts";
import type { HttpAnswer } from "./http/exchange.ts";
import { isObject } from "./json.ts";
import type { Json } from "./json.ts";
import { knownOperations, startsInBackground } from "./known-operations.ts";
import { plainBody } from "./links.ts";
import type { Probe } from "./probe.ts";
import { SetupError } from "./world.ts";

/** The id of the task that an answer tells of, alone or with its states; undefined where it tells of none. */
export function startTaskIn(call: Call, answer: HttpAnswer): string | undefined {
  if (!startsInBackground(call.operation)) return undefined;
  const body = plainBody(call, answer);
  const task: Json | undefined = Array.isArray(body) ? body[0] : body;
  const id = isObject(task) ? task["id"] : undefined;
  return typeof id === "string" ? id : undefined;
}

/**
 * Waits until a task has come to its end.
 * @returns the id of the conversation that it has started; undefined when that failed, or the task has been removed with it
 * @throws {SetupError} when the task does not end in the time that a conversation may take to run
 */
export async function startedBy(probe: Probe, task: string): Promise<string | undefined> {
  const { world } = probe;
  const read = world.operations.get(knownOperations.getStartTasks);
  if (!read) throw new SetupError(`The OpenAPI document has no operation ${knownOperations.getStartTasks}.`);
  const until = Math.min(Date.now() + world.limits.startMs, world.limits.deadline);
  for (let pause = 25; ; pause = Math.min(pause * 2, 1000)) {
    const { json } = await probe.prepare({ ...exampleCall(world, read), query: { ids: task } });
    const [found] = Array.isArray(json) ? json : [];
    const { status, app_conversation_id: id } = isObject(found) ? found : {};
    if (status === "READY" && typeof id === "string") return id;
    if (status === "ERROR" || found === null) return undefined;
    if (Date.now() > until)
      throw new SetupError(`The start task ${task} did not come to its end; its status is ${JSON.stringify(status)}.`);
    probe.exchanges.pop();
    await sleep(pause);
  }
}
