import fc from "fast-check";
import type { Case } from "../../case.ts";
import type { Interaction, Values } from "../../interactions/interaction.ts";
import { shown, tell } from "../../interactions/told.ts";
import { attempt, withTrial } from "../../interactions/trying.ts";
import type { Outcome } from "../../interactions/trying.ts";
import { seedOf } from "../../seeds.ts";
import type { Generator } from "./generated.ts";

/** How often a smaller case is tried once one has failed. */
const mostShrinks = 100;

/** `rest/secrets.create/fuzz/invalid`: made-up values of one kind; the smallest that shows what is wrong is told. */
export function fuzzCase(interaction: Interaction, kind: "valid" | "invalid", runs: number, generate: Generator): Case {
  const name = `${interaction.name}/fuzz/${kind}`;
  return {
    name,
    run: (probe) =>
      withTrial(interaction, probe, async (trial) => {
        const values = generate(trial);
        if (!values) return;
        let worst: { values: Values; outcome: Outcome } | undefined;
        let shrinks = 0;
        const keeps = async (made: Values): Promise<boolean> => {
          if (worst && (shrinks += 1) > mostShrinks) return true;
          const outcome = await attempt(trial, probe, made);
          if (outcome.failures.length > 0) worst = { values: made, outcome };
          return outcome.failures.length === 0;
        };
        const seed = seedOf(probe.world.seed, name);
        const { numShrinks } = await fc.check(fc.asyncProperty(values, keeps), { seed, numRuns: runs });
        if (worst)
          tell(probe, worst.outcome, `${told(worst.values)}; --seed ${probe.world.seed}, shrunk ${numShrinks} times`);
      }),
  };
}

function told(values: Values): string {
  return [...values].map(([part, value]) => `${part.name} ${shown(value)}`).join(", ");
}
