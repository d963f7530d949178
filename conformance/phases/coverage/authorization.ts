import type { Case } from "../../case.ts";
import { placeOf } from "../../documents.ts";
import { parametersIn } from "../../operations.ts";
import type { Operation } from "../../operations.ts";
import type { Probe } from "../../probe.ts";
import { callOnThings } from "../../resources.ts";
import { isOpen } from "../../units.ts";
import type { World } from "../../world.ts";

/** What is no credentials at all, and therefore is not counted as a wrong key. */
const malformed = ["Bearer", "Basic Og==", "Bearer a b", "nothing"];

/**
 * `rest/settings.get/coverage/authorization`: an `Authorization` that cannot be read is refused as malformed, or as none.
 */
export function authorizationCases(world: World): Case[] {
  return [...world.operations.values()]
    .filter(({ needsCredentials, method, gate }) => needsCredentials && method === "GET" && isOpen(gate, world.gates))
    .filter((operation) => parametersIn(operation, "path").length === 0)
    .map((operation) => ({
      name: `rest/${operation.id}/coverage/authorization`,
      run: (probe) => tryMalformed(probe, operation),
    }));
}

async function tryMalformed(probe: Probe, operation: Operation): Promise<void> {
  const call = await callOnThings(probe, operation);
  for (const value of malformed) {
    const answer = await probe.call({ ...call, credentials: { kind: "header", name: "Authorization", value } });
    if ([400, 401].includes(answer.status)) continue;
    probe.fail({
      promise: "An `Authorization` that cannot be read lets nobody in, and is no error of the server.",
      where: placeOf(operation.node),
      expected: "status 401 or 400",
      found: `status ${answer.status} for Authorization: ${value}`,
    });
  }
}
