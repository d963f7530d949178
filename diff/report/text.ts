import { styleText } from "node:util";
import { severities } from "../change.ts";
import type { Change } from "../change.ts";
import { shown } from "../text.ts";
import { countText, fewMeeters, groupsOf, meeters, placeText } from "./comparison.ts";
import type { Comparison, Group } from "./comparison.ts";

/** How many operations are named with a change. */
const shownOperations = 4;

const colours = { breaking: "red", risky: "yellow", safe: "green" } as const;

/** For a person at a terminal: breaking and risky changes in full, safe ones a line each, the counts last. */
export function textReport({ old, new: next, changes }: Comparison): string {
  const blocks = severities.toReversed().flatMap((severity) => {
    const some = changes.filter((change) => change.severity === severity);
    return severity === "safe" ? safeLines(some) : groupsOf(some).map(block);
  });
  return [...blocks, `${old} → ${next}: ${countText(changes)}`].join("\n\n");
}

function block(change: Group): string {
  const { severity, rule, what, before, after, why, action } = change;
  const head = `${styleText(colours[severity], severity)} ${rule}: ${what}`;
  const hasValues = before !== undefined || after !== undefined;
  return [
    head,
    ...operationLines(change),
    `  at:   ${placeText(change)}`,
    ...(hasValues ? [`  old:  ${shown(before)}`, `  new:  ${shown(after)}`] : []),
    `  why:  ${directionText(change)}${why}`,
    `  do:   ${action}`,
  ].join("\n");
}

function operationLines(change: Change): string[] {
  return fewMeeters(change, shownOperations).map((operation) => `  in:   ${operation}`);
}

function directionText({ direction }: Change): string {
  if (direction === "request") return "(what clients send) ";
  return direction === "response" ? "(what clients get) " : "";
}

function safeLines(changes: Change[]): string[] {
  if (changes.length === 0) return [];
  const lines = groupsOf(changes).map((change) => {
    const [first, ...others] = meeters(change);
    const more = others.length > 0 ? ` and ${others.length} more` : "";
    const where = first === undefined ? placeText(change) : `${first}${more}`;
    return `${styleText(colours.safe, "safe")} ${change.rule}: ${change.what} ${styleText("gray", where)}`;
  });
  return [lines.join("\n")];
}
