import { isOpen } from "../units.ts";
import type { Unit } from "../units.ts";
import type { World } from "../world.ts";
import type { Case } from "./case.ts";
import { documentCases } from "./documents.ts";
import { idempotencyCases } from "./idempotency.ts";
import { restCases } from "./rest.ts";
import { routeCases } from "./routes.ts";
import { securityCases } from "./security.ts";
import { deletionCases } from "./socket-close.ts";
import { everyTypeCases, requestCases } from "./socket-events.ts";
import { socketCases } from "./socket.ts";

/** Every case of a run, in the order in which they run. A phase that is added later adds its cases here. */
export function casesOf(units: readonly Unit[], world: World): Case[] {
  const channels = world.channels.filter(({ gate }) => isOpen(gate, world.gates));
  return [
    ...documentCases(world),
    ...restCases(units, world),
    ...idempotencyCases(world),
    ...securityCases(world),
    ...routeCases(world),
    ...socketCases(units, channels),
    ...channels.flatMap((channel) => [...requestCases(channel), ...everyTypeCases(world, channel)]),
    ...deletionCases(world),
  ];
}
