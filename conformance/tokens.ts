import { exampleCall } from "./calls.ts";
import { isObject } from "./json.ts";
import { knownOperations } from "./known-operations.ts";
import type { Operation } from "./operations.ts";
import type { Probe } from "./probe.ts";
import { prepareSingleton } from "./resources.ts";
import { SetupError } from "./world.ts";

/**
 * Makes sure, before an operation changes tokens of git providers, that the run's user has none: they are never shown, so
 * the run could not put them back.
 * @throws {SetupError} when there are some
 */
export async function spareTokens(probe: Probe, operation: Operation): Promise<void> {
  const { state, operations } = probe.world;
  const changes: string[] = [knownOperations.addProviders, knownOperations.unsetProviders];
  const settings = operations.get(knownOperations.readSettings);
  if (!changes.includes(operation.id) || !settings || state.ownTokens) return;
  await prepareSingleton(probe, settings);
  const { json } = await probe.prepare(exampleCall(probe.world, settings));
  const stored = isObject(json) && json["provider_tokens_set"];
  if (isObject(stored) && Object.keys(stored).length > 0)
    throw new SetupError(
      `The run's user has stored tokens of ${Object.keys(stored).join(", ")}, which the run could not put back. Fix: run with the key of a user who has none.`,
    );
  state.ownTokens = true;
}

/** Removes the tokens that the run has stored. */
export async function removeTokens(probe: Probe): Promise<void> {
  const { state, operations } = probe.world;
  const unset = operations.get(knownOperations.unsetProviders);
  if (state.ownTokens && unset) await probe.prepare(exampleCall(probe.world, unset));
}
