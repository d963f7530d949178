// The judges are judged: each linter must find a fault that is there, and nothing where there is none.
import assert from "node:assert/strict";
import { test } from "node:test";
import { asyncApiParser } from "../linters/asyncapi-parser.ts";
import type { Linter, SpecDocument } from "../linters/finding.ts";
import { redocly } from "../linters/redocly.ts";
import { spectralAsyncApi, spectralOas } from "../linters/spectral.ts";
import { asyncApiWith, documentOf, openApiWith } from "./documents.ts";

interface Case {
  readonly linter: Linter;
  readonly what: string;
  readonly document: SpecDocument;
  /** `severity rule at`, of each finding. */
  readonly want: readonly string[];
}

const newer = "info asyncapi-latest-version #/asyncapi";
const goneOnly = { 410: { description: "Gone." } };
const unknownAction = { action: "shout" };

const cases: readonly Case[] = [
  { linter: redocly, what: "a sound OpenAPI document", document: openApiWith(), want: [] },
  { linter: redocly, what: "a sound AsyncAPI document", document: asyncApiWith(), want: [] },
  {
    linter: redocly,
    what: "an operation without a success",
    document: openApiWith({ responses: goneOnly }),
    want: ["error operation-2xx-response #/paths/~1things/get/responses"],
  },
  {
    linter: redocly,
    what: "an operation without a summary, which only the strict set refuses",
    document: openApiWith({ operation: { summary: undefined } }),
    want: ["error operation-summary #/paths/~1things/get/summary"],
  },
  {
    linter: redocly,
    what: "an action that AsyncAPI does not know",
    document: asyncApiWith(unknownAction),
    want: ["error struct #/operations/things.send/action"],
  },
  { linter: spectralOas, what: "a sound document", document: openApiWith(), want: [] },
  {
    linter: spectralOas,
    what: "an operation without a success",
    document: openApiWith({ responses: goneOnly }),
    want: ["warning operation-success-response #/paths/~1things/get/responses"],
  },
  { linter: spectralAsyncApi, what: "a sound document", document: asyncApiWith(), want: [newer] },
  {
    linter: spectralAsyncApi,
    what: "an action that AsyncAPI does not know",
    document: asyncApiWith(unknownAction),
    want: [newer, "error asyncapi-3-document-resolved #/operations/things.send/action"],
  },
  { linter: asyncApiParser, what: "a sound document", document: asyncApiWith(), want: [newer] },
  {
    linter: asyncApiParser,
    what: "a reference to a channel that is not there",
    document: asyncApiWith({ channel: { $ref: "#/channels/nothing" } }),
    want: [newer, "error invalid-ref #/operations/things.send/channel/$ref"],
  },
];

for (const { linter, what, document, want } of cases) {
  test(`${linter.name}: ${what}`, async () => {
    const found = await linter.lint(document);
    const got = found.map(({ severity, rule, at }) => `${severity} ${rule.slice(rule.indexOf("/") + 1)} ${at}`);
    assert.deepEqual(got.toSorted(), want.toSorted());
  });
}

test("redocly: a file that is no description is a failure of the run, not a document without findings", async () => {
  await assert.rejects(redocly.lint(documentOf("openapi", { nothing: "here" })), /Redocly gave no report on/);
});
