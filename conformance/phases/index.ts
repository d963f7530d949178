import { isOpen } from "../units.ts";
import type { Unit } from "../units.ts";
import type { World } from "../world.ts";
import { authCases } from "./auth/index.ts";
import { coverageCases } from "./coverage/index.ts";
import { examplesCases } from "./examples/index.ts";
import { fuzzCases } from "./fuzz/index.ts";
import { phaseNames, phaseOf } from "./phase.ts";
import type { Phase, PhaseName } from "./phase.ts";
import { statefulCases } from "./stateful/index.ts";
import { versionsCases } from "./versions/index.ts";
import type { Case } from "../case.ts";

/** The cases of a phase, from the units that it has to show and all that the documents say. */
type PhaseCases = (units: readonly Unit[], world: World) => Case[];

const cases: Readonly<Record<PhaseName, PhaseCases>> = {
  examples: examplesCases,
  coverage: coverageCases,
  fuzz: fuzzCases,
  stateful: statefulCases,
  versions: versionsCases,
  auth: authCases,
};

/** The phases of a run in their order, each with its cases in the order in which they run. */
export function phasesOf(units: readonly Unit[], world: World): Phase[] {
  const open = { ...world, channels: world.channels.filter(({ gate }) => isOpen(gate, world.gates)) };
  return phaseNames.map((name) => {
    const own = units.filter((unit) => phaseOf(unit, world.gates) === name);
    // That a closed gate is closed is for *versions* to show; to the others, what is behind it is not there.
    return { name, cases: cases[name](own, name === "versions" ? world : open) };
  });
}
