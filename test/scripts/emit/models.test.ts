import assert from "node:assert/strict";
import { test } from "node:test";
import { emitServerModels } from "../../../scripts/emit/models.ts";

test("models: one name a line, in the order given", () => {
  const [, , ...rest] = emitServerModels(["a/one", 'b/"two"']).split("\n");
  assert.equal(
    rest.join("\n"),
    `/** The language models of a maintained catalogue, as \`vendor/model\`, sorted. */
export const catalogueModels: readonly string[] = [
  "a/one",
  "b/\\"two\\"",
];
`,
  );
});
