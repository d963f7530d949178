import type { Difference } from "../../differences.ts";

/** Of every operation that looks at a workspace, or puts files into it. */
export const startsNothing: Difference = {
  topic: "a stopped conversation",
  upstream: "its runtime is started",
  here: "works, and starts nothing",
  why: "its workspace is there all the same",
  change: "Nothing.",
};
