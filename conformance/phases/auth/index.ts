import type { Case } from "../../case.ts";
import { unitCases } from "../../recipes/unit-cases.ts";
import type { Unit } from "../../units.ts";
import type { World } from "../../world.ts";
import { channelCases } from "./channels.ts";
import { operationCases } from "./operations.ts";
import { schemeCases } from "./schemes.ts";

/** *auth*: operations and channels with each kind of credentials, and without. */
export function authCases(units: readonly Unit[], world: World): Case[] {
  return [...unitCases(units, world), ...schemeCases(world), ...operationCases(world), ...channelCases(world)];
}
