import fc from "fast-check";
import { isDeepStrictEqual } from "node:util";
import type { Case } from "../../case.ts";
import { mismatchesOf } from "../../interactions/interaction.ts";
import type { Interaction, Part, Trial } from "../../interactions/interaction.ts";
import { isSendable } from "../../interactions/sendable.ts";
import { shown, tell } from "../../interactions/told.ts";
import { attempt, withTrial } from "../../interactions/trying.ts";
import { seedOf } from "../../seeds.ts";
import type { Json } from "../../json.ts";
import { candidatesOf, exampleOf } from "../../values/candidates.ts";
import type { Candidate } from "../../values/candidates.ts";

/** What is tried of one part; undefined leaves the part out. */
interface Trying extends Omit<Candidate, "value"> {
  readonly value: Json | undefined;
}

/** A case in which so much is wrong has told enough. */
const mostFailures = 10;

/**
 * `rest/conversations.list/coverage/query.limit`: one part at the edges of its schema, the others as they should be.
 * @param share how many requests it may send; where there is more to try, the seed chooses
 */
export function boundaryCase(interaction: Interaction, part: Part, share: number): Case {
  const name = `${interaction.name}/coverage/${part.name}`;
  return {
    name,
    run: (probe) =>
      withTrial(interaction, probe, async (trial) => {
        const all = tryingsOf(part, trial);
        for (const { what, at, value } of some(all, share, seedOf(probe.world.seed, name))) {
          const outcome = await attempt(trial, probe, new Map(trial.base).set(part, value));
          tell(probe, outcome, `${[part.name, ...at].join(".")}: ${what}, ${shown(value)}`);
          if (probe.failures.length >= mostFailures) return;
        }
      }),
  };
}

function tryingsOf(part: Part, trial: Trial): Trying[] {
  const base = trial.base.get(part) ?? exampleOf(part.schema.value, part.source);
  const candidates = candidatesOf(part.schema.value, part.source, base).filter(({ value, at }) => {
    const names = at.filter((name) => part.source.kept.has(name) || part.source.omitted.has(name));
    const isSafe = names.length === 0 || isDeepStrictEqual(value, base) || mismatchesOf(part, value).length > 0;
    return isSafe && isSendable(part, value);
  });
  const isAlways = part.place === "path" || part.place === "frame";
  return isAlways ? candidates : [{ what: "left out", at: [], value: undefined }, ...candidates];
}

/** Some of the values, chosen by a seed, in their order; all of them where there are no more. */
function some<T>(values: readonly T[], count: number, seed: number): readonly T[] {
  if (values.length <= count) return values;
  const [chosen] = fc.sample(fc.shuffledSubarray([...values.keys()], { minLength: count, maxLength: count }), {
    seed,
    numRuns: 1,
  });
  const kept = new Set(chosen);
  return values.filter((_, index) => kept.has(index));
}
