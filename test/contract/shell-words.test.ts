import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { shellWords } from "../../contract/shell-words.ts";

/** The wants are what Python's `shlex.split` gives. */
const cases: readonly { text: string; want: string[] | null }[] = [
  { text: "", want: [] },
  { text: " \t\r\n ", want: [] },
  { text: "--root /data -v", want: ["--root", "/data", "-v"] },
  { text: "  a\n\tb  ", want: ["a", "b"] },
  { text: "a\u00a0b", want: ["a\u00a0b"] },
  { text: `'a b' "c d"`, want: ["a b", "c d"] },
  { text: `'' ""`, want: ["", ""] },
  { text: `a''b`, want: ["ab"] },
  { text: `--name='a b'"c"d`, want: ["--name=a bcd"] },
  { text: `'a\\b"c'`, want: ['a\\b"c'] },
  { text: `"a\\"b\\\\c"`, want: ['a"b\\c'] },
  { text: `"\\$HOME \\n"`, want: ["\\$HOME \\n"] },
  { text: `"it's"`, want: ["it's"] },
  { text: `a\\ b`, want: ["a b"] },
  { text: `\\'a \\"b \\\\`, want: ["'a", '"b', "\\"] },
  { text: "a\\\nb", want: ["a\nb"] },
  { text: "a # b", want: ["a", "#", "b"] },
  { text: "$HOME `id` $(id) ; | & > *", want: ["$HOME", "`id`", "$(id)", ";", "|", "&", ">", "*"] },
  { text: `'a`, want: null },
  { text: `"a`, want: null },
  { text: `a"`, want: null },
  { text: `"a\\"`, want: null },
  { text: `'a\\'b'`, want: null },
  { text: "a\\", want: null },
  { text: "日本 '語 🎉'", want: ["日本", "語 🎉"] },
];

for (const { text, want } of cases)
  test(`${JSON.stringify(text)} is ${JSON.stringify(want)}`, () => {
    assert.deepEqual(shellWords(text), want);
  });

const quotings: readonly ((word: string) => string)[] = [
  (word) => `'${word.replaceAll("'", `'"'"'`)}'`,
  (word) => `"${word.replaceAll(/["\\]/g, "\\$&")}"`,
  (word) => (word === "" ? "''" : word.replaceAll(/[^]/g, "\\$&")),
];

test("whatever the words are, quoted they come back as they were", () => {
  const words = fc.array(fc.tuple(fc.string(), fc.constantFrom(...quotings)));
  fc.assert(
    fc.property(words, (list) => {
      const text = list.map(([word, quote]) => quote(word)).join(" ");
      assert.deepEqual(
        shellWords(text),
        list.map(([word]) => word),
      );
    }),
  );
});

test("a long text takes no longer than its length asks for", () => {
  assert.equal(shellWords(`"${"\\".repeat(100_001)}"`), null);
  assert.equal(shellWords("'".repeat(100_001)), null);
});
