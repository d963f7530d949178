import fc from "fast-check";
import { isDeepStrictEqual } from "node:util";
import type { Case } from "../../case.ts";
import { mismatchesOf } from "../../interactions/interaction.ts";
import type { Interaction, Part } from "../../interactions/interaction.ts";
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
        const all = tryingsOf(part, trial.base.get(part));
        for (const { what, at, value } of some(all, share, seedOf(probe.world.seed, name))) {
          const outcome = await attempt(trial, probe, new Map(trial.base).set(part, value));
          tell(probe, outcome, `${[part.name, ...at].join(".")}: ${what}, ${shown(value)}`);
          if (probe.failures.length >= mostFailures) return;
        }
      }),
  };
}

/** How many values there are to try for a part. */
export function countBoundaries(part: Part): number {
  return tryingsOf(part, undefined).length;
}

function tryingsOf(part: Part, usual: Json | undefined): Trying[] {
  const base = usual ?? exampleOf(part.schema.value, part.source);
  const candidates = candidatesOf(part.schema.value, part.source, base).filter(({ value, at }) => {
    const names = at.filter((name) => part.source.kept.has(name) || part.source.omitted.has(name));
    const isSafe = names.length === 0 || isDeepStrictEqual(value, base) || mismatchesOf(part, value).length > 0;
    return isSafe && isSendable(part, value);
  });
  const isAlways = part.place === "path" || part.place === "frame";
  return isAlways ? candidates : [{ what: "left out", at: [], value: undefined }, ...candidates];
}

/**
 * Some of the values, in their order; all of them where there are no more. What is near the whole comes first, since the kinds
 * of it are told there; a seed chooses among the rest.
 */
function some(values: readonly Trying[], count: number, seed: number): readonly Trying[] {
  if (values.length <= count) return values;
  const near = values.filter(({ at }) => at.length <= 1).slice(0, count);
  const rest = values.filter((value) => !near.includes(value));
  const length = Math.min(rest.length, count - near.length);
  const chosen = fc.shuffledSubarray(rest, { minLength: length, maxLength: length });
  const kept = new Set([...near, ...(fc.sample(chosen, { seed, numRuns: 1 })[0] ?? [])]);
  return values.filter((value) => kept.has(value));
}
