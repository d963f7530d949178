import { bodyOf, exampleCall, withBody } from "./calls.ts";
import type { Credentials } from "./calls.ts";
import { isObject, textOf } from "./json.ts";
import { knownOperations } from "./known-operations.ts";
import type { Probe } from "./probe.ts";
import { keep } from "./resources.ts";
import { SetupError } from "./world.ts";

/**
 * An API key that may only read, which the cases share. It is removed with everything else that the run has made.
 * @throws {SetupError} when the document has no operation that creates keys, or it makes none
 */
export async function readOnlyCredentials(probe: Probe): Promise<Credentials> {
  probe.world.state.readKey ??= await createKey(probe);
  return { kind: "bearer", token: probe.world.state.readKey };
}

async function createKey(probe: Probe): Promise<string> {
  const create = probe.world.operations.get(knownOperations.createApiKey);
  if (!create)
    throw new SetupError(`A read-only key is needed, and the document has no ${knownOperations.createApiKey}.`);
  const call = exampleCall(probe.world, create);
  const { json } = await probe.prepare(withBody(call, { ...bodyOf(call), scope: "read" }));
  if (isObject(json)) keep(probe.world, textOf(json["id"] ?? ""));
  const key = isObject(json) ? json["key"] : undefined;
  if (typeof key !== "string") throw new SetupError(`${create.id} answered no key.`);
  return key;
}
