import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { allows, createSignature, folded } from "../../../server/store/text-signature.ts";

function signatureOf(texts: readonly string[]): Uint8Array {
  const signature = createSignature();
  for (const text of texts) signature.add(text);
  return signature.finish();
}

/** Letters that are written otherwise in upper case, some with more characters, and characters of several units. */
const letter = fc.constantFrom(...Array.from("aBzßŉİıσςΣéЖ語漢字🙂𐐨 .:0_%\\"));
const text = fc.oneof(fc.string({ unit: letter, maxLength: 40 }), fc.string({ unit: "grapheme" }));

test("a signature allows for every part of what was signed, in upper and lower case", () => {
  const part = fc.tuple(fc.array(text, { minLength: 1, maxLength: 80 }), fc.nat(), fc.nat(), fc.nat(12), fc.nat(2));
  const property = fc.property(part, ([texts, which, start, length, writing]) => {
    const signed = texts[which % texts.length] ?? "";
    const begin = start % (signed.length + 1);
    const piece = signed.slice(begin, begin + length).toWellFormed();
    const wanted = [piece, piece.toLowerCase(), piece.toUpperCase()][writing] ?? piece;
    fc.pre(folded(signed).includes(folded(wanted))); // lower case may be of another letter: "ı", "I", "i"
    assert.ok(allows(wanted)(signatureOf(texts)));
  });
  fc.assert(property, { numRuns: 2000 });
});

test("a signature rules out nearly every text that is not there, however little or much was signed", () => {
  for (const count of [1, 64, 2000]) {
    const texts = Array.from(
      { length: count },
      (_, index) => `{"id":${index},"message":"event ${index * 7919} of a log"}`,
    );
    const signature = signatureOf(texts);
    const absent = Array.from({ length: 500 }, (_, index) => `q${(index * 104_729 + 65_537).toString(36)}x`);
    const allowed = absent.filter((word) => allows(word)(signature));
    assert.ok(allowed.length < 50, `${count} texts: ${allowed.length} of 500 allowed`);
    assert.ok(signature.length <= 64 + count * 32, `${count} texts: ${signature.length} bytes`);
  }
});

test("texts of one to three characters are told apart too, where they are not of a single ASCII character", () => {
  const signature = signatureOf(["the fox, 漢字を読む", "größer"]);
  for (const present of ["", "x", "fo", "FOX", "漢", "漢字", "を読む", "ÖSS", "ß"])
    assert.ok(allows(present)(signature), present);
  for (const absent of ["語", "漢語", "qz", "zqx", "Ж", "äy"]) assert.ok(!allows(absent)(signature), absent);
  assert.ok(allows("q")(signature), "nothing is known of a single ASCII character");
});

test("the texts are signed each for itself", () => {
  assert.ok(!allows("endbegin")(signatureOf(["the end", "beginning"])));
});
