import type { Case } from "../../case.ts";
import type { Unit } from "../../units.ts";
import type { World } from "../../world.ts";
import { idempotencyCases } from "./idempotency.ts";
import { deletionCases } from "./socket-deletion.ts";
import { queryCases, replayCases } from "./socket-replay.ts";

/** *stateful*: what one request leaves behind for the next, over REST and sockets. */
export function statefulCases(_units: readonly Unit[], world: World): Case[] {
  return [
    ...idempotencyCases(world),
    ...world.channels.flatMap((channel) => [...replayCases(channel), ...queryCases(channel)]),
    ...deletionCases(world),
  ];
}
