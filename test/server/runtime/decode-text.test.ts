import assert from "node:assert/strict";
import { describe, test } from "node:test";
import * as fc from "fast-check";
import { decodeText } from "../../../server/runtime/decode-text.ts";

const BOM = "\u{feff}";

function utf16be(text: string): Buffer {
  return Buffer.from(text, "utf16le").swap16();
}

describe("what the bytes say:", () => {
  const cases: [name: string, given: string | Buffer, want: string | null][] = [
    ["nothing", "", ""],
    ["UTF-8", "ä€😀\r\n\ttab\n", "ä€😀\r\n\ttab\n"],
    ["UTF-8 with a byte order mark", `${BOM}text`, "text"],
    ["a later byte order mark", `a${BOM}b`, `a${BOM}b`],
    ["UTF-16 LE", Buffer.from(`${BOM}Grüße 😀\n`, "utf16le"), "Grüße 😀\n"],
    ["UTF-16 BE", utf16be(`${BOM}Grüße 😀\n`), "Grüße 😀\n"],
    ["UTF-16 with half a character", Buffer.from([0xff, 0xfe, 0x41, 0x00, 0x42]), null],
    ["UTF-16 with half a pair", Buffer.from([0xff, 0xfe, 0x00, 0xd8, 0x41, 0x00]), null],
    ["UTF-16 without a byte order mark", Buffer.from("text without a mark", "utf16le"), null],
    ["UTF-32", Buffer.from("fffe000041000000", "hex"), null],
    ["windows-1252", Buffer.from([0x80, 0x35, 0x20, 0x93, 0xfc, 0x94]), "€5 “ü”"],
    ["windows-1252 without a character for a byte", Buffer.from([0x41, 0x81]), "A\u{81}"],
    [
      "windows-1252 in a long text",
      Buffer.from("plain\n".repeat(500) + "Köln", "latin1"),
      "plain\n".repeat(500) + "Köln",
    ],
    [
      "colours and the end of a DOS file",
      Buffer.from("\u{1b}[31mK\xf6ln\u{1b}[m\u{1a}", "latin1"),
      "\u{1b}[31mKöln\u{1b}[m\u{1a}",
    ],
    ["NUL", "a\0b", null],
    ["NUL far behind", `${"text\n".repeat(300)}\0`, null],
    ["NUL after windows-1252", Buffer.from("K\xf6ln\0", "latin1"), null],
    ["a control character after windows-1252", Buffer.from("K\xf6ln\u{1}", "latin1"), null],
    ["PNG", Buffer.from("89504e470d0a1a0a0000000d49484452", "hex"), null],
    ["PDF", "%PDF-1.7\n", null],
    ["gzip", Buffer.from("1f8b0800000000000003", "hex"), null],
  ];
  for (const [name, given, want] of cases) {
    test(name, () => assert.equal(decodeText(Buffer.from(given)), want));
  }
});

test("a text is the same in every encoding", () => {
  const letters = fc.string({ unit: fc.constantFrom("a", "\n", "ü", "€", "ÿ"), minLength: 1 });
  const codes: Record<string, number> = { a: 0x61, "\n": 0x0a, ü: 0xfc, "€": 0x80, ÿ: 0xff };
  fc.assert(
    fc.property(letters, (text) => {
      assert.equal(decodeText(Buffer.from(`a${text}`)), `a${text}`);
      assert.equal(decodeText(Buffer.from(BOM + text, "utf16le")), text);
      assert.equal(decodeText(utf16be(BOM + text)), text);
      // "Aü" is no UTF-8, whatever follows.
      const legacy = Buffer.from([0x41, 0xfc, ...Array.from(text, (letter) => codes[letter] ?? 0)]);
      assert.equal(decodeText(legacy), `Aü${text}`);
    }),
  );
});
