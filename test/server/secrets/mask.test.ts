import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { createMask } from "../../../server/secrets/mask.ts";

const hide = (text: string, ...values: string[]) => createMask(values)?.hide(text);

test("each occurrence of each value is replaced", () => {
  assert.equal(hide("a b a c", "a", "c"), "<secret_hidden> b <secret_hidden> <secret_hidden>");
});

test("a value that holds another one is replaced whole", () => {
  assert.equal(hide("token-123", "token", "token-123"), "<secret_hidden>");
});

test("a value is text, not a pattern", () => {
  assert.equal(hide("aXb a.b $&", "a.b", "$&"), "aXb <secret_hidden> <secret_hidden>");
});

test("a value inside JSON text is replaced too", () => {
  const value = 'two\nlines "quoted"';
  assert.equal(hide(JSON.stringify({ value }), value), '{"value":"<secret_hidden>"}');
});

test("nothing is hidden by values that are everywhere", () => {
  assert.equal(createMask(["", " ", "\n"]), null);
  assert.equal(createMask([]), null);
});

test("no value survives, and texts without one stay as they are", () => {
  const values = fc.array(fc.string({ minLength: 3, unit: "grapheme" }), { minLength: 1, maxLength: 5 });
  const parts = fc.array(fc.oneof(fc.string({ unit: "grapheme" }), fc.nat(4)), { maxLength: 10 });
  fc.assert(
    fc.property(values, parts, (secrets, pieces) => {
      const text = pieces.map((piece) => (typeof piece === "number" ? (secrets[piece] ?? "") : piece)).join("");
      const mask = createMask(secrets);
      const found = secrets.filter((secret) => secret.trim() !== "" && text.includes(secret));
      if (found.length === 0) return;
      assert.ok(mask?.mayHide(JSON.stringify(text)), "what holds a value is never passed over");
      // A value may be made anew where the marker meets its neighbours; taking the markers out shows what is left.
      for (const rest of (mask?.hide(text) ?? text).split("<secret_hidden>"))
        for (const secret of found) assert.ok(!rest.includes(secret), rest);
    }),
  );
});
