import { readFile, writeFile } from "node:fs/promises";
import type { Coverage } from "../cover/coverage.ts";
import type { CaseResult, Exchange, Failure, PhaseReport, Report } from "../results.ts";
import { escapeMarkup } from "./markup.ts";

/** Writes the report as one page that needs nothing but itself: no other file, no network. */
export async function writeHtmlReport(file: string, report: Report): Promise<void> {
  const [style, script] = await Promise.all([asset("page.css"), asset("page.js")]);
  await writeFile(file, htmlText(report, { style, script }));
}

function asset(name: string): Promise<string> {
  return readFile(new URL(`assets/${name}`, import.meta.url), "utf8");
}

/** @param page what the page looks like and does */
export function htmlText(report: Report, page: { readonly style: string; readonly script: string }): string {
  const { passed, failed, skipped } = report;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>${failed === 0 ? "✓" : `✗ ${failed}`} conformance of ${escapeMarkup(report.url)}</title>
<style>${page.style}</style>
</head>
<body>
<header class="${failed === 0 ? "good" : "bad"}">
<h1>${failed === 0 ? "Keeps its promises" : `${failed} ${failed === 1 ? "case" : "cases"} failed`}</h1>
<p>${escapeMarkup(report.url)} against ${escapeMarkup(report.documents.openapi)} and ${escapeMarkup(report.documents.asyncapi)}</p>
<ul class="facts">
${[
  `${passed} passed`,
  `${failed} failed`,
  `${skipped} skipped`,
  duration(report.milliseconds),
  report.startedAt,
  `V1 ${report.gates.v1 ? "on" : "off"}`,
  `OpenID ${report.gates.oidc ? "on" : "off"}`,
  `seed ${report.seed}`,
]
  .map((fact) => `<li>${escapeMarkup(fact)}</li>`)
  .join("\n")}
</ul>
</header>
<main>
${failures(report.results)}
${coverage(report.coverage)}
${phases(report.phases)}
${cases(report.results)}
</main>
<script>${page.script}</script>
</body>
</html>
`;
}

function failures(results: readonly CaseResult[]): string {
  const failed = results.filter(({ outcome }) => outcome === "failed");
  if (failed.length === 0) return "";
  return `<section><h2>Failures</h2>${failed.map(failure).join("\n")}</section>`;
}

function failure(result: CaseResult, index: number): string {
  return `<details class="failure"${index < 5 ? " open" : ""}>
<summary><code>${escapeMarkup(result.name)}</code> <span>${escapeMarkup(result.failures[0]?.found ?? "")}</span></summary>
${result.failures.map(promise).join("\n")}
${result.exchanges.slice(-shownExchanges).map(exchange).join("\n")}
</details>`;
}

/** The last ones, where it went wrong; a report in JSON has all. */
const shownExchanges = 2;

function promise({ promise, where, expected, found }: Failure): string {
  const rows = { promise, where, expected, found };
  return `<dl>${Object.entries(rows)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `<dt>${name}</dt><dd>${escapeMarkup(value ?? "")}</dd>`)
    .join("")}</dl>`;
}

function exchange({ sent, received, repeat }: Exchange): string {
  return `<div class="exchange"><div><h3>sent</h3><pre>${escapeMarkup(sent.join("\n"))}</pre></div>
<div><h3>received</h3><pre>${escapeMarkup(received.join("\n"))}</pre></div></div>
<h3>again</h3><pre class="again">${escapeMarkup(repeat)}</pre>`;
}

function coverage(rows: readonly Coverage[]): string {
  return `<section><h2>Coverage</h2><p class="lead">What the documents declare, and how much of it the run has met.</p>
${rows.map(covered).join("\n")}</section>`;
}

function covered({ name, met, declared, unmet }: Coverage): string {
  const share = declared === 0 ? 1 : met / declared;
  const bar = `<span class="name">${escapeMarkup(name)}</span><meter min="0" max="1" value="${share.toFixed(4)}"></meter><span class="figure">${met} of ${declared}</span>`;
  if (unmet.length === 0) return `<div class="cover">${bar}</div>`;
  return `<details class="cover"><summary>${bar}</summary><ul>${unmet.map((each) => `<li><code>${escapeMarkup(each)}</code></li>`).join("")}</ul></details>`;
}

function phases(reports: readonly PhaseReport[]): string {
  const rows = reports.map(
    ({ name, passed, failed, skipped, milliseconds }) =>
      `<tr><th scope="row">${name}</th><td>${passed}</td><td class="${failed > 0 ? "failed" : ""}">${failed}</td><td>${skipped}</td><td>${duration(milliseconds)}</td></tr>`,
  );
  return `<section><h2>Phases</h2><table>
<thead><tr><th scope="col">phase</th><th scope="col">passed</th><th scope="col">failed</th><th scope="col">skipped</th><th scope="col">time</th></tr></thead>
<tbody>${rows.join("\n")}</tbody></table></section>`;
}

function cases(results: readonly CaseResult[]): string {
  return `<section><h2>Cases</h2>
<p class="filter"><input id="filter" type="search" placeholder="Filter by name" aria-label="Filter the cases by name">
${(["passed", "failed", "skipped"] as const).map((outcome) => `<label><input type="checkbox" name="outcome" value="${outcome}" checked> ${outcome}</label>`).join("\n")}
<output id="shown">${results.length} shown</output></p>
<ul id="cases">${results.map(caseRow).join("\n")}</ul></section>`;
}

const marks = { passed: "✓", failed: "✗", skipped: "–" } as const;

function caseRow({ name, outcome, reason, milliseconds }: CaseResult): string {
  const why = reason === undefined ? "" : ` <span>${escapeMarkup(reason)}</span>`;
  return `<li class="${outcome}"><b title="${outcome}">${marks[outcome]}</b><code>${escapeMarkup(name)}</code>${why}<time>${milliseconds} ms</time></li>`;
}

function duration(milliseconds: number): string {
  const seconds = milliseconds / 1000;
  return seconds < 60 ? `${seconds.toFixed(1)} s` : `${Math.floor(seconds / 60)} min ${Math.round(seconds % 60)} s`;
}
