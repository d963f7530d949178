import assert from "node:assert/strict";
import { join } from "node:path";
import { after, test } from "node:test";
import { pathToFileURL } from "node:url";
import { shareOf } from "../../conformance/cover/coverage.ts";
import { writeHtmlReport } from "../../conformance/report/html.ts";
import { junitText } from "../../conformance/report/junit.ts";
import type { CaseResult, Report } from "../../conformance/results.ts";
import { openBrowser } from "../support/browser.ts";
import { temporaryFolder } from "../support/start-server.ts";

/** What a server may answer in order to break out of a report. */
const hostile = `</pre></script><script>document.title = "broken out"</script> ]]> " & \u0000 \uD800`;

const results: CaseResult[] = [
  { name: "rest/things.get/200", phase: "examples", outcome: "passed", failures: [], exchanges: [], milliseconds: 12 },
  {
    name: `rest/things.${hostile}/404`,
    phase: "coverage",
    outcome: "failed",
    failures: [{ promise: "It fits.", where: "openapi.yaml#/paths", expected: "a thing", found: hostile }],
    exchanges: [{ sent: [`GET ${hostile}`], received: ["200", hostile], repeat: `curl '${hostile}'` }],
    milliseconds: 1500,
  },
  {
    name: "rest/things.get/429",
    phase: "examples",
    outcome: "skipped",
    reason: hostile,
    failures: [],
    exchanges: [],
    milliseconds: 0,
  },
];

const report: Report = {
  url: "http://127.0.0.1:3000/",
  gates: { v1: true, oidc: false },
  documents: { openapi: "openapi.yaml", asyncapi: "asyncapi.yaml" },
  startedAt: "2026-11-22T10:15:30.000Z",
  milliseconds: 61_000,
  seed: 7,
  phases: [
    { name: "examples", passed: 1, failed: 0, skipped: 1, milliseconds: 12 },
    { name: "coverage", passed: 0, failed: 1, skipped: 0, milliseconds: 1500 },
  ],
  results,
  coverage: [
    { name: "statuses", met: 1, declared: 4, unmet: ["rest/things.get/429", hostile, "c"] },
    { name: "messages", met: 4, declared: 4, unmet: [] },
  ],
  passed: 1,
  failed: 1,
  skipped: 1,
};

const browser = await openBrowser({ after });
const page = await browser.newPage();

test("the page shows what failed, what was not met and every case, and loads nothing", async (t) => {
  const file = join(await temporaryFolder(t), "report.html");
  await writeHtmlReport(file, report);
  const asked: string[] = [];
  page.on("request", (request) => asked.push(request.url()));
  await page.goto(pathToFileURL(file).href);
  assert.deepEqual(asked, [pathToFileURL(file).href]);
  assert.equal(await page.title(), "✗ 1 conformance of http://127.0.0.1:3000/");
  assert.equal(await page.locator("h1").innerText(), "1 case failed");
  assert.match(await page.locator(".failure").innerText(), /broken out.*It fits.*a thing.*curl/s);
  assert.equal(await page.locator(".cover").count(), 2);
  assert.deepEqual(await page.locator("#cases li:visible").count(), 3);
});

test("the cases can be filtered by name and outcome", async () => {
  await page.getByRole("searchbox").fill("429");
  assert.equal(await page.locator("#cases li:visible").count(), 1);
  assert.equal(await page.locator("#shown").innerText(), "1 shown");
  await page.getByRole("searchbox").fill("");
  await page.getByLabel("passed").uncheck();
  assert.equal(await page.locator("#cases li:visible").count(), 2);
});

test("JUnit XML is well-formed whatever a server answers, and counts what there is", async () => {
  const counted = await page.evaluate((xml) => {
    const parsed = new DOMParser().parseFromString(xml, "application/xml");
    const all = (name: string) => [...parsed.getElementsByTagName(name)];
    return {
      errors: all("parsererror").map(({ textContent }) => textContent),
      whole: ["tests", "failures", "skipped", "time"].map((name) => parsed.documentElement.getAttribute(name)),
      suites: all("testsuite").map((suite) => [suite.getAttribute("name"), suite.getAttribute("tests")]),
      failure: all("failure")[0]?.textContent,
    };
  }, junitText(report));
  assert.deepEqual(counted.errors, []);
  assert.deepEqual(counted.whole, ["3", "1", "1", "1.512"]);
  assert.deepEqual(counted.suites, [
    ["examples", "2"],
    ["coverage", "1"],
  ]);
  assert.match(counted.failure ?? "", /found: +<\/pre><\/script>/);
});

test("the share of what was met is that of all kinds together", () => {
  assert.equal(shareOf(report.coverage), 5 / 8);
  assert.equal(shareOf([]), 1);
});
