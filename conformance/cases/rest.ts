import type { AnswerUnit, Unit } from "../units.ts";
import type { World } from "../world.ts";
import type { Case } from "./case.ts";
import { planFor } from "./recipes.ts";

/** A case for each answer of the OpenAPI document that this runner can bring about. */
export function restCases(units: readonly Unit[], world: World): Case[] {
  return units.filter((unit) => unit.kind === "answer").flatMap((unit) => answerCase(unit, world) ?? []);
}

function answerCase(unit: AnswerUnit, world: World): Case | undefined {
  const plan = planFor(unit, world);
  if (!plan) return undefined;
  const { name, response, code, accept } = unit;
  return {
    name,
    run: async (probe) => void (await probe.call(await plan(probe), { status: response.status, code, accept })),
  };
}
