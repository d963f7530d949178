import { worstOf } from "../change.ts";
import { countsOf } from "./comparison.ts";
import type { Comparison } from "./comparison.ts";

/** For programs: every change with everything that is known about it. */
export function jsonReport({ old, new: next, changes }: Comparison): string {
  return JSON.stringify({ old, new: next, worst: worstOf(changes), counts: countsOf(changes), changes }, null, 2);
}
