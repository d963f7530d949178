import { createProbe, failureOf } from "../probe.ts";
import type { Probe } from "../probe.ts";
import type { Failure } from "../results.ts";
import type { Interaction, Trial, Values } from "./interaction.ts";

/** What one attempt has shown. */
export interface Outcome {
  readonly failures: readonly Failure[];
  readonly exchanges: Probe["exchanges"];
}

/** Opens an interaction for a case, and closes it whatever happens. */
export async function withTrial(
  interaction: Interaction,
  probe: Probe,
  body: (trial: Trial) => Promise<void>,
): Promise<void> {
  const trial = await interaction.open(probe);
  probe.exchanges.length = 0; // what was needed is not what is tried
  try {
    await body(trial);
  } finally {
    await trial.close(probe);
  }
}

/** Sends values, apart from what the case has seen before. */
export async function attempt(trial: Trial, probe: Probe, values: Values): Promise<Outcome> {
  const own = createProbe(probe.world);
  try {
    await trial.attempt(own, values);
  } catch (error) {
    own.fail(failureOf(error)); // beside what has been found before
  }
  return own;
}
