import assert from "node:assert/strict";
import { test } from "node:test";
import { parse } from "yaml";
import { document } from "../../../scripts/emit/document.ts";

test("a document says where it comes from, keeps the order of its keys and repeats what is shared", () => {
  const shared = { type: "string" };
  assert.equal(
    document({ b: shared, a: [shared, "x".repeat(200)] }, "contract/rest/*.ts"),
    `# Generated from contract/rest/*.ts by scripts/generate.ts. Change the contract and run: npm run generate
b:
  type: string
a:
  - type: string
  - ${"x".repeat(200)}
`,
  );
});

for (const text of [
  "a: b",
  "# no comment",
  "</script>",
  "*/",
  "- one\n- two",
  "'\"",
  "null",
  "yes",
  "2026-11-22",
  "@1",
  "`a`",
  " a ",
  "…",
]) {
  test(`text stays text: ${JSON.stringify(text)}`, () => {
    assert.deepEqual(parse(document({ text, [text]: 1 }, "x")), { text, [text]: 1 });
  });
}
