import type { Case } from "../case.ts";
import { goneCode } from "../operations.ts";
import { isOpen } from "../units.ts";
import type { Gates, Unit } from "../units.ts";

/** The phases of a run, in their order. Each can be run alone. */
export const phaseNames = ["examples", "coverage", "fuzz", "stateful", "versions", "auth"] as const;

export type PhaseName = (typeof phaseNames)[number];

/** The cases that belong together. */
export interface Phase {
  readonly name: PhaseName;
  readonly cases: readonly Case[];
}

/** The phase that has to show a unit. */
export function phaseOf(unit: Unit, gates: Gates): PhaseName {
  if (unit.kind === "security") return "auth";
  if (unit.kind === "refusal" && unit.code === goneCode) return "versions";
  if (unit.kind === "refusal") return unit.code === "scope_insufficient" ? "auth" : "examples";
  if (unit.kind === "close") return [4401, 4403].includes(unit.close.code) ? "auth" : "examples";
  if (unit.kind === "message") return "examples";
  const { operation, response } = unit;
  if (operation.deprecation?.state === "gone" || !isOpen(operation.gate, gates)) return "versions";
  return [401, 403].includes(response.status) ? "auth" : "examples";
}
