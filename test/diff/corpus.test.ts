import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { compareDocuments } from "../../diff/compare.ts";
import { rules } from "../../diff/rules.ts";
import { corpus } from "./corpus/index.ts";
import { echo, today, verdictsOn } from "./corpus/pair.ts";

describe("the corpus", () => {
  for (const pair of corpus) {
    test(pair.name, () => {
      assert.deepEqual(verdictsOn(pair.old, pair.new).toSorted(), pair.forth.toSorted(), "forth");
      assert.deepEqual(verdictsOn(pair.new, pair.old).toSorted(), pair.back.toSorted(), "back");
    });
  }

  test("has no change between a document and itself", () => {
    for (const { name, old, new: next } of corpus) {
      assert.deepEqual(compareDocuments([old], [old], today), [], name);
      assert.deepEqual(compareDocuments([next], [next], today), [], name);
    }
  });

  test("has each rule twice, and a name for each pair", () => {
    const told = corpus.flatMap(({ forth, back }) => [...new Set(forth.map(ruleOf)), ...new Set(back.map(ruleOf))]);
    // They are about a document that is not there, which no pair can show: the command's tests do.
    const alone = ["document-added", "document-removed"];
    const rare = Object.keys(rules).filter((rule) => told.filter((other) => other === rule).length < 2);
    assert.deepEqual(rare, alone);
    assert.equal(new Set(corpus.map(({ name }) => name)).size, corpus.length);
    assert.ok(corpus.length >= 80, `${corpus.length} pairs`);
  });

  test("has an old and a new document of one kind", () => {
    for (const { old, new: next } of corpus) assert.equal(old.kind, next.kind);
  });
});

test("what is changed once and met twice is one change that names who meets it", () => {
  const [change, ...others] = compareDocuments([echo({ enum: ["a"] })], [echo({ enum: ["a", "b"] })], today);
  assert.equal(others.length, 1);
  assert.deepEqual(change?.uses, ["POST /echo: response 200"]);
  assert.equal(change?.old, "/paths/~1echo/post/responses/200/content/application~1json/schema/enum");
  assert.equal(change?.after, "b");
});

function ruleOf(verdict: string): string {
  return verdict.slice(0, verdict.indexOf(" "));
}
