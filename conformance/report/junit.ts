import { writeFile } from "node:fs/promises";
import type { CaseResult, Report } from "../results.ts";
import { escapeMarkup } from "./markup.ts";
import { failureBlock } from "./terminal.ts";

/** Writes the report as JUnit XML, which CI servers show: a suite for each phase, a test case for each case. */
export async function writeJunitReport(file: string, report: Report): Promise<void> {
  await writeFile(file, junitText(report));
}

/** The form that Jenkins, GitLab and GitHub's actions read: https://github.com/testmoapp/junitxml */
export function junitText(report: Report): string {
  const suites = [...Map.groupBy(report.results, ({ phase }) => phase ?? "run")];
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites${attributes({ name: `conformance of ${report.url}`, ...totals(report.results), timestamp: report.startedAt })}>`,
    ...suites.flatMap(([phase, results]) => suite(phase, results)),
    "</testsuites>",
    "",
  ].join("\n");
}

function suite(name: string, results: readonly CaseResult[]): string[] {
  return [`  <testsuite${attributes({ name, ...totals(results) })}>`, ...results.map(testCase), "  </testsuite>"];
}

function totals(results: readonly CaseResult[]) {
  const count = (outcome: CaseResult["outcome"]): number =>
    results.filter((result) => result.outcome === outcome).length;
  const milliseconds = results.reduce((sum, result) => sum + result.milliseconds, 0);
  return {
    tests: results.length,
    failures: count("failed"),
    errors: 0,
    skipped: count("skipped"),
    time: seconds(milliseconds),
  };
}

function testCase(result: CaseResult): string {
  const { name, phase = "run", outcome, milliseconds, reason = "" } = result;
  const start = `    <testcase${attributes({ name, classname: phase, time: seconds(milliseconds) })}`;
  if (outcome === "passed") return `${start}/>`;
  const inner =
    outcome === "skipped"
      ? `<skipped${attributes({ message: reason })}/>`
      : `<failure${attributes({ message: result.failures[0]?.found ?? "" })}>${escapeMarkup(failureBlock(result))}</failure>`;
  return `${start}>\n      ${inner}\n    </testcase>`;
}

function seconds(milliseconds: number): string {
  return (milliseconds / 1000).toFixed(3);
}

function attributes(values: Readonly<Record<string, string | number>>): string {
  return Object.entries(values)
    .map(([name, value]) => ` ${name}="${escapeMarkup(String(value)).replaceAll("\n", "&#10;")}"`)
    .join("");
}
