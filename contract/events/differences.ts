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
  {
    topic: "known secrets",
    upstream: "hidden in nested objects; a list and the top-level `message` keep them",
    here: "hidden everywhere: custom secrets, the keys of settings and MCP servers, tokens of git hosts",
    why: "a secret beside its masked copy is no secret",
    change: "Nothing.",
  },
];
