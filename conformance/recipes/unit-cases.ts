import type { Case } from "../case.ts";
import type { AnswerUnit, Unit } from "../units.ts";
import type { World } from "../world.ts";
import { planFor } from "./rest.ts";
import { closeCase } from "./socket-close.ts";
import { messageCase } from "./socket-messages.ts";
import { refusalCase } from "./socket-refusals.ts";
import { securityCase } from "./socket-security.ts";

/** A case for each of the units that this runner knows how to bring about. It has the unit's name. */
export function unitCases(units: readonly Unit[], world: World): Case[] {
  return units.flatMap((unit) => unitCase(unit, world) ?? []);
}

function unitCase(unit: Unit, world: World): Case | undefined {
  if (unit.kind === "answer") return answerCase(unit, world);
  if (unit.kind === "message") return messageCase(unit);
  if (unit.kind === "refusal") return refusalCase(unit);
  return unit.kind === "close" ? closeCase(unit) : securityCase(unit);
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
