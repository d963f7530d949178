import type { Case } from "../../case.ts";
import { unitCases } from "../../recipes/unit-cases.ts";
import type { Unit } from "../../units.ts";
import type { World } from "../../world.ts";
import { documentCases } from "./documents.ts";
import { gateCases } from "./gates.ts";
import { deprecationCases, retirementCases } from "./retirement.ts";
import { routeCases } from "./routes.ts";
import { addressCases } from "./socket-addresses.ts";

/** *versions*: what is gone, what is behind a gate, and what no document has. */
export function versionsCases(units: readonly Unit[], world: World): Case[] {
  return [
    ...documentCases(world),
    ...unitCases(units, world),
    ...retirementCases(world),
    ...deprecationCases(world),
    ...gateCases(world),
    ...addressCases(world),
    ...routeCases(world),
  ];
}
