import type { Case } from "../../case.ts";
import type { Unit } from "../../units.ts";
import type { World } from "../../world.ts";
import { crossWireCases } from "./cross-wire.ts";
import { fileCases } from "./files.ts";
import { idempotencyCases } from "./idempotency.ts";
import { judgedAlikeCases } from "./judged-alike.ts";
import { lifecycleCases } from "./lifecycle.ts";
import { pagingCases } from "./paging.ts";
import { randomCases } from "./random.ts";
import { deletionCases } from "./socket-deletion.ts";
import { twoUserCases } from "./two-users.ts";
import { seamCases } from "./socket-seam.ts";
import { queryCases, replayCases } from "./socket-replay.ts";

/** *stateful*: what one request leaves behind for the next, over REST and sockets. */
export function statefulCases(_units: readonly Unit[], world: World): Case[] {
  return [
    ...lifecycleCases(world),
    ...pagingCases(world),
    ...twoUserCases(world),
    ...idempotencyCases(world),
    ...world.channels.flatMap((channel) => [...replayCases(channel), ...queryCases(channel)]),
    ...seamCases(world),
    ...crossWireCases(world),
    ...judgedAlikeCases(world),
    ...fileCases(world),
    ...deletionCases(world),
    ...randomCases(world),
  ];
}
