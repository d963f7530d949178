import assert from "node:assert/strict";
import { test } from "node:test";
import type { Difference } from "../../../contract/index.ts";
import { emitDifferences } from "../../../scripts/emit/differences.ts";
import { modelOf, operationWith } from "../small-contract.ts";

const difference: Difference = { upstream: "200", here: "404", why: "it is not there", change: "Expect 404." };

function rowsOf(differences: readonly Difference[]): readonly string[] {
  return emitDifferences(modelOf({ one: operationWith({ differences }) })).match(/^\|.*\|$/gm) ?? [];
}

test("a row for each difference, its topic after its place", () => {
  assert.deepEqual(rowsOf([difference, { ...difference, topic: "an absent one" }]), [
    "| where | upstream | here | why | what a client must change |",
    "| --- | --- | --- | --- | --- |",
    "| `GET /things` | 200 | 404 | it is not there | Expect 404. |",
    "| `GET /things`: an absent one | 200 | 404 | it is not there | Expect 404. |",
  ]);
});

test("a general difference has its topic for a place", () => {
  const model = { ...modelOf({}), differences: [{ ...difference, where: "", topic: "every error" }] };
  assert.match(emitDifferences(model), /^\| every error \| 200 \| 404 \|/m);
});

test("no text breaks out of its cell", () => {
  const [, , row] = rowsOf([{ upstream: "a | b", here: "`c | <d>`", why: "<b>\n| e", change: "f `<g>` <h>" }]);
  assert.equal(row, "| `GET /things` | a \\| b | `c \\| <d>` | \\<b> \\| e | f `<g>` \\<h> |");
});

test("the page says where it comes from and ends in one line break", () => {
  const page = emitDifferences(modelOf({}));
  assert.match(page, /^<!-- Generated from contract\/ by scripts\/generate\.ts\. Run npm run generate\. -->\n\n# /);
  assert.match(page, /[^\n]\n$/);
});
