import { createHash } from "node:crypto";

/** The seed of one case: the same for the same run's seed and name, whichever other cases are run. */
export function seedOf(seed: number, name: string): number {
  return createHash("sha256").update(`${seed} ${name}`).digest().readInt32BE();
}
