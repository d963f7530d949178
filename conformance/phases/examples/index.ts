import type { Case } from "../../case.ts";
import { unitCases } from "../../recipes/unit-cases.ts";
import type { Unit } from "../../units.ts";
import type { World } from "../../world.ts";
import { badFrameCases } from "./bad-frames.ts";
import { everyTypeCases, requestCases } from "./events.ts";

/** *examples*: every operation, answer, message and example in the documents, as they stand there. */
export function examplesCases(units: readonly Unit[], world: World): Case[] {
  return [
    ...unitCases(units, world),
    ...world.channels.flatMap((channel) => [
      ...badFrameCases(channel),
      ...requestCases(channel),
      ...everyTypeCases(world, channel),
    ]),
  ];
}
