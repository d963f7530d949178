import type { PhaseName } from "./phases/phase.ts";
import type { Coverage } from "./cover/coverage.ts";

/** One promise that was not kept. */
export interface Failure {
  /** What was promised, in a sentence: `A header that the document calls required is there.` */
  readonly promise: string;
  /** Where the document promises it: `openapi.yaml#/paths/…`; undefined for a rule that holds everywhere. */
  readonly where: string | undefined;
  readonly expected: string;
  readonly found: string;
}

/** What went over the wire, for a person: credentials are masked and long texts cut. */
export interface Exchange {
  /** `GET http://…` or `CONNECT ws://…`, then headers and body; a socket's frames one a line. */
  readonly sent: readonly string[];
  readonly received: readonly string[];
  /** A command that does it again; the API key is `$OPENHANDS_API_KEY`. */
  readonly repeat: string;
}

/** How a case ended. A skipped case is a known gap. */
export type Outcome = "passed" | "failed" | "skipped";

export interface CaseResult {
  readonly name: string;
  /** Undefined for what belongs to the whole run: its cleaning up, and gaps that have expired. */
  readonly phase: PhaseName | undefined;
  readonly outcome: Outcome;
  /** Why it was skipped. */
  readonly reason?: string;
  readonly failures: readonly Failure[];
  readonly exchanges: readonly Exchange[];
  readonly milliseconds: number;
}

/** How a phase went. */
export interface PhaseReport {
  readonly name: PhaseName;
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
  readonly milliseconds: number;
}

/** All that a run has found. */
export interface Report {
  readonly url: string;
  readonly gates: { readonly v1: boolean; readonly oidc: boolean };
  /** Where the documents were read from. */
  readonly documents: { readonly openapi: string; readonly asyncapi: string };
  /** RFC 3339, UTC. */
  readonly startedAt: string;
  readonly milliseconds: number;
  /** What all that was made up in the run was made from: the same seed makes the same up again. */
  readonly seed: number;
  /** The phases in which a case was run, in their order. */
  readonly phases: readonly PhaseReport[];
  readonly results: readonly CaseResult[];
  /** How much of what the documents declare was met, kind by kind. */
  readonly coverage: readonly Coverage[];
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

/** How each of the phases went that has results. */
export function phaseReports(names: readonly PhaseName[], results: readonly CaseResult[]): PhaseReport[] {
  return names.flatMap((name) => {
    const own = results.filter(({ phase }) => phase === name);
    if (own.length === 0) return [];
    const milliseconds = own.reduce((sum, result) => sum + result.milliseconds, 0);
    return [
      {
        name,
        passed: countOf(own, "passed"),
        failed: countOf(own, "failed"),
        skipped: countOf(own, "skipped"),
        milliseconds,
      },
    ];
  });
}

/** How many of the results ended in one way. */
export function countOf(results: readonly CaseResult[], outcome: Outcome): number {
  return results.filter((result) => result.outcome === outcome).length;
}
