import type { Case } from "../../case.ts";
import { interactionsOf } from "../../interactions/index.ts";
import type { Unit } from "../../units.ts";
import type { World } from "../../world.ts";
import { fuzzCase } from "./fuzz-case.ts";
import { invalidValues, validValues } from "./generated.ts";

/** Beyond that, more runs show little that another seed would not. */
const enoughRuns = 25;

/** Where nothing but an id and headers can vary. */
const fewRuns = 5;

/** *fuzz*: whole requests and messages made up from the schemas, right ones and wrong ones, by the run's seed. */
export function fuzzCases(_units: readonly Unit[], world: World): Case[] {
  const interactions = interactionsOf(world);
  const share = Math.floor(world.limits.requests / Math.max(1, interactions.length * 2));
  return interactions.flatMap((interaction) => {
    const varied = interaction.parts.some(({ place }) => place !== "header" && place !== "path");
    const runs = Math.min(varied ? enoughRuns : fewRuns, Math.max(1, share));
    return [fuzzCase(interaction, "valid", runs, validValues), fuzzCase(interaction, "invalid", runs, invalidValues)];
  });
}
