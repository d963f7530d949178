import type { Model } from "../model/model.ts";
import { markdownTable } from "./markdown.ts";

/** `docs/upstream-differences.md`: where this API, on purpose, does something else than upstream. */
export function emitDifferences({ differences }: Model): string {
  const rows = differences.map(({ where, topic, upstream, here, why, change }) => [
    [where, topic].filter(Boolean).join(": "),
    upstream,
    here,
    why,
    change,
  ]);
  return [
    "<!-- Generated from contract/ by scripts/generate.ts. Run npm run generate. -->",
    "",
    "# Differences from upstream",
    "",
    `Where this API, on purpose, does something else than upstream's V0 API (OpenHands 0.62.0). What is not listed is meant to be the same. "Nothing" in the last column: a client of upstream works as it is.`,
    "",
    markdownTable(["where", "upstream", "here", "why", "what a client must change"], rows),
  ].join("\n");
}
