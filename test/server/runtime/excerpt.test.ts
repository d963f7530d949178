import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { createExcerpt } from "../../../server/runtime/excerpt.ts";

function excerptOf(half: number, ...texts: string[]) {
  const excerpt = createExcerpt(half);
  for (const text of texts) excerpt.add(text);
  return { text: excerpt.text(), truncated: excerpt.truncated() };
}

const cases: [name: string, texts: string[], want: string][] = [
  ["nothing", [], ""],
  ["as much as fits", ["abcdef"], "abcdef"],
  ["one too many", ["abcdefg"], "abc\n[... 1 characters left out ...]\nefg"],
  ["in pieces", ["ab", "cde", "f", "ghij"], "abc\n[... 4 characters left out ...]\nhij"],
  ["a pair at the end of the head", ["ab😀cdefgh"], "ab\n[... 5 characters left out ...]\nfgh"],
  ["a pair at the start of the tail", ["abcdefg😀hi"], "abc\n[... 6 characters left out ...]\nhi"],
];
for (const [name, texts, want] of cases) {
  test(name, () => assert.deepEqual(excerptOf(3, ...texts), { text: want, truncated: want.includes("left out") }));
}

test("keeps 15,000 characters at both ends by default", () => {
  const excerpt = createExcerpt();
  excerpt.add("a".repeat(20_000));
  excerpt.add("b".repeat(20_000));
  assert.equal(excerpt.text(), `${"a".repeat(15_000)}\n[... 10000 characters left out ...]\n${"b".repeat(15_000)}`);
});

test("does not depend on how the text arrives", () => {
  fc.assert(
    fc.property(fc.array(fc.string({ unit: "grapheme" })), fc.integer({ min: 2, max: 20 }), (texts, half) => {
      assert.deepEqual(excerptOf(half, ...texts), excerptOf(half, texts.join("")));
      assert.ok(excerptOf(half, ...texts).text.isWellFormed());
    }),
  );
});
