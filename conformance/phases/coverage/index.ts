import type { Case } from "../../case.ts";
import type { Unit } from "../../units.ts";
import type { World } from "../../world.ts";

/** *coverage*: each parameter and property at its boundaries. */
export function coverageCases(_units: readonly Unit[], _world: World): Case[] {
  return [];
}
