import assert from "node:assert/strict";
import { test } from "node:test";
import type { Finding, SpecDocument } from "../linters/finding.ts";
import { judge, staleWaivers, waivers } from "../waivers.ts";

const place = "#/paths/~1api~1reset-settings/post/responses";
const finding: Finding = {
  rule: "redocly/operation-2xx-response",
  severity: "error",
  message: "Operation must have at least one `2XX` response.",
  at: place,
  line: 1,
};
const gone = { deprecated: true, "x-deprecation": { state: "gone" }, responses: { 410: {}, 429: {}, 500: {} } };

function documentWith(operation: object): SpecDocument {
  const content = { paths: { "/api/reset-settings": { post: operation }, "/api/also-gone": { post: gone } } };
  return { name: "openapi.yaml", path: "/nowhere", text: "", kind: "openapi", content };
}

const cases = [
  { what: "a gone operation that answers 410 and errors", operation: gone, found: finding, covered: true },
  {
    what: "an operation that is not gone",
    operation: { ...gone, "x-deprecation": { state: "deprecated" } },
    found: finding,
    covered: false,
  },
  {
    what: "an operation that is not marked as deprecated",
    operation: { ...gone, deprecated: false },
    found: finding,
    covered: false,
  },
  { what: "an operation without 410", operation: { ...gone, responses: { 500: {} } }, found: finding, covered: false },
  {
    what: "an operation that redirects",
    operation: { ...gone, responses: { 410: {}, 302: {} } },
    found: finding,
    covered: false,
  },
  {
    what: "an operation with a default answer",
    operation: { ...gone, responses: { 410: {}, default: {} } },
    found: finding,
    covered: false,
  },
  {
    what: "another gone operation, which has no waiver,",
    operation: gone,
    found: { ...finding, at: "#/paths/~1api~1also-gone/post/responses" },
    covered: false,
  },
  { what: "another rule", operation: gone, found: { ...finding, rule: "redocly/operation-summary" }, covered: false },
] as const;

for (const { what, operation, found, covered } of cases) {
  test(`${what} is ${covered ? "waived" : "not waived"}`, () => {
    const [judged] = judge([found], documentWith(operation));
    assert.equal(judged?.waiver !== undefined, covered);
  });
}

test("a newer AsyncAPI is waived as news, not as a warning", () => {
  const news: Finding = { ...finding, rule: "spectral/asyncapi-latest-version", at: "#/asyncapi", severity: "info" };
  const [asNews, asWarning] = judge([news, { ...news, severity: "warning" }], documentWith(gone));
  assert.ok(asNews?.waiver);
  assert.equal(asWarning?.refused, "the waiver for this place asks that it is a hint, no warning");
});

test("a waiver that covers nothing is stale, rule by rule", () => {
  const known = waivers.filter(({ at }) => at === place);
  const judged = judge([finding], documentWith(gone), known);
  assert.deepEqual(staleWaivers(judged, known), [`spectral/operation-success-response at ${place}`]);
});
