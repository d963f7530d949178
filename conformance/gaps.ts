import { readFile } from "node:fs/promises";
import { parse } from "yaml";
import { DocumentError, messageOf } from "./documents.ts";
import { matches } from "./glob.ts";
import { isObject } from "./json.ts";
import type { CaseResult } from "./results.ts";

/** Cases that are known not to pass, or not to exist, and why. */
export interface Gap {
  /** A pattern on the names of cases: `*` within one part, `**` across parts. */
  readonly pattern: string;
  readonly reason: string;
}

/** The file that is shipped with the runner. */
export const shippedGaps = new URL("known-gaps.yaml", import.meta.url);

/**
 * Reads a file of known gaps: a YAML list of `{ pattern, reason }`.
 * @throws {DocumentError} when it cannot be read or is no such list
 */
export async function loadGaps(file: string | URL): Promise<Gap[]> {
  let value: unknown;
  try {
    value = parse(await readFile(file, "utf8"));
  } catch (error) {
    throw new DocumentError(`The known gaps cannot be read from ${String(file)}: ${messageOf(error)}`, {
      cause: error,
    });
  }
  if (value === null) return [];
  if (!Array.isArray(value)) throw new DocumentError(`${String(file)} is no list of { pattern, reason }.`);
  return value.map((entry: unknown) => {
    const { pattern, reason } = isObject(entry) ? entry : {};
    if (typeof pattern !== "string" || typeof reason !== "string" || reason.trim() === "")
      throw new DocumentError(
        `${String(file)}: each entry needs a pattern and a reason, not ${JSON.stringify(entry)}.`,
      );
    return { pattern, reason: reason.trim() };
  });
}

/** The gap that a name falls into. */
export function gapFor(gaps: readonly Gap[], name: string): Gap | undefined {
  return gaps.find(({ pattern }) => matches(pattern, name));
}

/** The results with each failure that is a known gap turned into a skip. */
export function excused(results: readonly CaseResult[], gaps: readonly Gap[]): CaseResult[] {
  return results.map((result) => {
    const gap = result.outcome === "failed" ? gapFor(gaps, result.name) : undefined;
    return gap ? { ...result, outcome: "skipped", reason: gap.reason } : result;
  });
}

/**
 * A failed result for each gap that has expired: no case has such a name, or one that has it passes. A gap that nobody
 * needs would hide the next real failure.
 */
export function expired(gaps: readonly Gap[], names: readonly string[], results: readonly CaseResult[]): CaseResult[] {
  return gaps.flatMap(({ pattern }) => {
    const passing = results.filter(({ name, outcome }) => outcome === "passed" && matches(pattern, name));
    const found = names.some((name) => matches(pattern, name))
      ? passing.map(({ name }) => `${name} passes`).join(", ")
      : "no case has such a name";
    return found === "" ? [] : [expiredResult(pattern, found)];
  });
}

function expiredResult(pattern: string, found: string): CaseResult {
  const failure = {
    promise: "Every entry of the known gaps is still needed. Fix: remove it, or make its pattern narrower.",
    where: undefined,
    expected: `cases named ${pattern} that do not pass`,
    found,
  };
  return {
    name: `known-gaps/${pattern}`,
    phase: undefined,
    outcome: "failed",
    failures: [failure],
    exchanges: [],
    milliseconds: 0,
  };
}
