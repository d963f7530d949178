import type { DifferenceModel } from "../differences.ts";

/** The mistakes in one difference from upstream: a column of its row that says nothing. */
export function differenceMistakes({ where, ...difference }: DifferenceModel): string[] {
  const place = [where, difference.topic].filter(Boolean).join(": ") || "a general one";
  return Object.entries(difference)
    .filter(([, text]) => text.trim() === "")
    .map(([column]) => `differences, ${place}: ${column} is empty. Fix: say it.`);
}
