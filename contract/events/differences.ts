import type { EventDifference } from "../differences.ts";

/** Where events, on purpose, are not upstream's. */
export const eventDifferences: readonly EventDifference[] = [
  {
    observations: ["edit"],
    topic: "`extras._diff_cache`",
    upstream: "a text or null, which the server keeps for itself",
    here: "absent",
    why: "a cache is no fact about the edit",
    change: "Read `extras.diff`.",
  },
];
