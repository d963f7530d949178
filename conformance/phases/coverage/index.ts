import type { Case } from "../../case.ts";
import { interactionsOf } from "../../interactions/index.ts";
import type { Unit } from "../../units.ts";
import type { World } from "../../world.ts";
import { boundaryCase } from "./boundaries.ts";

/**
 * *coverage*: each parameter and property at its boundaries, one at a time: missing, null, empty, the least and the most
 * and what is just outside, a wrong type, each value of an enumeration and one that is none, long, Unicode, unknown.
 */
export function coverageCases(_units: readonly Unit[], world: World): Case[] {
  const parts = interactionsOf(world).flatMap((interaction) =>
    interaction.parts.map((part) => ({ interaction, part })),
  );
  const share = Math.max(1, Math.floor(world.limits.requests / Math.max(1, parts.length)));
  return parts.map(({ interaction, part }) => boundaryCase(interaction, part, share));
}
