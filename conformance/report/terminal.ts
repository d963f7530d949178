import { styleText } from "node:util";
import type { Coverage } from "../cover/coverage.ts";
import type { CaseResult, Exchange, Failure, PhaseReport, Report } from "../results.ts";

/** Exchanges of a failed case that are shown: the last ones, where it went wrong. */
const shownExchanges = 2;

const marks = { passed: "✓", failed: "✗", skipped: "–" } as const;
const colours = { passed: "green", failed: "red", skipped: "gray" } as const;

/** `✓ rest/conversations.get/200`: one line for a case. */
export function caseLine(result: CaseResult): string {
  const { name, outcome, reason, failures } = result;
  const mark = styleText(colours[outcome], marks[outcome]);
  if (outcome === "skipped") return `${mark} ${name}: ${reason ?? ""}`;
  return outcome === "failed" && failures[0] ? `${mark} ${name}: ${failures[0].found}` : `${mark} ${name}`;
}

/** Every failure with all that is known about it, then the counts. The last line is `N passed, N failed`. */
export function reportText(report: Report): string {
  const failed = report.results.filter(({ outcome }) => outcome === "failed");
  return [...failed.map(failureBlock), summary(report)].join("\n\n");
}

/** All that is known about a case that failed, as text. */
export function failureBlock(result: CaseResult): string {
  const exchanges = result.exchanges.slice(-shownExchanges);
  return [
    `${styleText("red", marks.failed)} ${result.name}`,
    ...result.failures.map(failureText),
    ...exchanges.map(exchangeText),
  ].join("\n");
}

function failureText({ promise, where, expected, found }: Failure): string {
  return indent([
    `promise:  ${promise}`,
    ...(where === undefined ? [] : [`where:    ${where}`]),
    `expected: ${expected}`,
    `found:    ${found}`,
  ]);
}

function exchangeText({ sent, received, repeat }: Exchange): string {
  return indent(["sent:", ...sent.map(nested), "received:", ...received.map(nested), `again:    ${repeat}`]);
}

function nested(line: string): string {
  return `  ${line.replaceAll("\n", "\n    ")}`;
}

function indent(lines: readonly string[]): string {
  return lines.map((line) => `  ${line.replaceAll("\n", "\n  ")}`).join("\n");
}

function summary(report: Report): string {
  const { coverage, passed, failed, skipped } = report;
  return [
    `${report.url} against ${report.documents.openapi} and ${report.documents.asyncapi}, V1 ${onOff(report.gates.v1)}, OpenID ${onOff(report.gates.oidc)}:`,
    ...coverage.map(coverageText),
    "",
    `seed ${report.seed}`,
    ...report.phases.map(phaseText),
    "",
    outcomesText(passed, failed, skipped),
  ].join("\n");
}

function phaseText({ name, passed, failed, skipped, milliseconds }: PhaseReport): string {
  return `  ${name.padEnd(9)} ${(milliseconds / 1000).toFixed(1)} s, ${outcomesText(passed, failed, skipped)}`;
}

function outcomesText(passed: number, failed: number, skipped: number): string {
  return `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ""}`;
}

function coverageText({ name, met, declared }: Coverage): string {
  return `  ${name.padEnd(17)} ${met} of ${declared} declared were met`;
}

function onOff(isOn: boolean): string {
  return isOn ? "on" : "off";
}
