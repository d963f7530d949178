import type { Case } from "../../case.ts";
import { interactionsOf } from "../../interactions/index.ts";
import type { Unit } from "../../units.ts";
import type { World } from "../../world.ts";
import { authorizationCases } from "./authorization.ts";
import { boundaryCase, countBoundaries } from "./boundaries.ts";
import { frameSizeCases } from "./frame-size.ts";
import { errorMediaCases, mediaCases } from "./media.ts";
import { methodCases } from "./methods.ts";

/**
 * *coverage*: each parameter and property at its boundaries, one at a time: missing, null, empty, the least and the most
 * and what is just outside, a wrong type, each value of an enumeration and one that is none, long, Unicode, unknown.
 */
export function coverageCases(_units: readonly Unit[], world: World): Case[] {
  const parts = interactionsOf(world).flatMap((interaction) =>
    interaction.parts.map((part) => ({ interaction, part })),
  );
  const share = fairShare(
    parts.map(({ part }) => countBoundaries(part)),
    world.limits.requests,
  );
  return [
    ...parts.map(({ interaction, part }) => boundaryCase(interaction, part, share)),
    ...mediaCases(world),
    ...errorMediaCases(world),
    ...methodCases(world),
    ...authorizationCases(world),
    ...frameSizeCases(world),
  ];
}

/** How many each may have at the most, so that all together have no more than there are: who needs less leaves it to others. */
function fairShare(needs: readonly number[], total: number): number {
  let left = total;
  const sorted = needs.toSorted((a, b) => a - b);
  for (const [index, need] of sorted.entries()) {
    const share = Math.floor(left / (sorted.length - index));
    if (need > share) return Math.max(1, share);
    left -= need;
  }
  return Infinity;
}
