import type { Case } from "./case.ts";
import type { Phase, PhaseName } from "./phases/phase.ts";
import { createProbe, failureOf } from "./probe.ts";
import type { Probe } from "./probe.ts";
import { cleanUp, countMade, tidy } from "./resources.ts";
import type { CaseResult } from "./results.ts";
import { removeTokens } from "./tokens.ts";
import type { World } from "./world.ts";

/**
 * Runs the cases of the phases one after the other until a result is enough, then removes what they have made. A case
 * that throws has failed; the others still run. After the deadline the rest fails unrun, so that a run that was cut short is never green.
 */
export async function runCases(
  phases: readonly Phase[],
  world: World,
  onResult: (result: CaseResult) => void,
  isEnough: (result: CaseResult) => boolean,
): Promise<CaseResult[]> {
  const results: CaseResult[] = [];
  for (const { phase, entry } of phases.flatMap(({ name, cases }) =>
    cases.map((each) => ({ phase: name, entry: each })),
  )) {
    const result = Date.now() < world.limits.deadline ? await runCase(entry, phase, world) : unrun(entry, phase);
    results.push(result);
    onResult(result);
    if (isEnough(result)) break;
  }
  const cleanup = async (probe: Probe): Promise<void> => {
    await removeTokens(probe);
    await cleanUp(probe);
  };
  const cleaned = await runCase({ name: "cleanup", run: cleanup }, undefined, withTimeToCleanUp(world));
  if (cleaned.outcome === "passed") return results;
  onResult(cleaned);
  return [...results, cleaned];
}

async function runCase({ name, run }: Case, phase: PhaseName | undefined, world: World): Promise<CaseResult> {
  const probe = createProbe(world);
  const start = performance.now();
  const count = countMade(world);
  try {
    await run(probe);
  } catch (error) {
    probe.fail(failureOf(error));
  }
  // What goes wrong here goes wrong again at the end of the run, and is told there.
  await tidy(createProbe(world), count).catch(() => {});
  return {
    name,
    phase,
    outcome: probe.failures.length === 0 ? "passed" : "failed",
    failures: probe.failures,
    exchanges: probe.exchanges,
    milliseconds: Math.round(performance.now() - start),
  };
}

function unrun({ name }: Case, phase: PhaseName): CaseResult {
  const failure = {
    promise: "The run ends within --max-time.",
    where: undefined,
    expected: "time for every case",
    found: "the time was over before this one",
  };
  return { name, phase, outcome: "failed", failures: [failure], exchanges: [], milliseconds: 0 };
}

/** What a run has made is removed even when its time is over. */
function withTimeToCleanUp(world: World): World {
  const grace = 30_000;
  return { ...world, limits: { ...world.limits, deadline: Math.max(world.limits.deadline, Date.now() + grace) } };
}
