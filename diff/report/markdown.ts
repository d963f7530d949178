import { severities } from "../change.ts";
import type { Change, Severity } from "../change.ts";
import { shown } from "../text.ts";
import { countText, fewMeeters, groupsOf, placeText } from "./comparison.ts";
import type { Comparison, Group } from "./comparison.ts";

/** How many operations are named with a change. */
const shownOperations = 8;

const titles: Readonly<Record<Severity, string>> = { breaking: "Breaking", risky: "Risky", safe: "Safe" };

/** For a pull request or a release: a section for each class; safe changes are folded away. */
export function markdownReport({ old, new: next, changes }: Comparison): string {
  const sections = severities.toReversed().flatMap((severity) => {
    const some = changes.filter((change) => change.severity === severity);
    if (some.length === 0) return [];
    return severity === "safe" ? [folded(some)] : [`### ${titles[severity]}`, groupsOf(some).map(item).join("\n")];
  });
  const head = `## API changes: ${code(old)} → ${code(next)}`;
  return [head, `${countText(changes)}.`, ...sections].join("\n\n");
}

function item(change: Group): string {
  const { what, why, action, before, after, rule } = change;
  const hasValues = before !== undefined || after !== undefined;
  const values = hasValues ? [`${code(shown(before))} → ${code(shown(after))}`] : [];
  const where = [...fewMeeters(change, shownOperations).map(escaped), code(placeText(change))].join("; ");
  return [`- **${escaped(what)}** (${code(rule)})`, where, ...values, `${escaped(why)} _${escaped(action)}_`].join(
    "  \n  ",
  );
}

function folded(changes: Change[]): string {
  const lines = groupsOf(changes).map(
    (change) => `- ${escaped(change.what)} (${code(change.rule)}) ${code(placeText(change))}`,
  );
  return `<details>\n<summary>${changes.length} safe</summary>\n\n${lines.join("\n")}\n\n</details>`;
}

/** What a document says must not become markup here. Code that is in backticks already stays as it is. */
function escaped(text: string): string {
  return text
    .split(/(`[^`]*`)/)
    .map((part, index) => (index % 2 === 1 ? part : part.replaceAll(/[\\<>*_|[\]#]/g, String.raw`\$&`)))
    .join("")
    .replaceAll("\n", " ");
}

/** As code, whatever backticks it has itself. */
function code(text: string): string {
  const longest = Math.max(0, ...[...text.matchAll(/`+/g)].map(([run]) => run.length));
  const fence = "`".repeat(longest + 1);
  const space = longest > 0 ? " " : "";
  return `${fence}${space}${text.replaceAll("\n", " ")}${space}${fence}`;
}
