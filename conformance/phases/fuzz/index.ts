import type { Case } from "../../case.ts";
import type { Unit } from "../../units.ts";
import type { World } from "../../world.ts";

/** *fuzz*: generated from the schemas. */
export function fuzzCases(_units: readonly Unit[], _world: World): Case[] {
  return [];
}
