// A signature tells of a few texts together what none of them holds, in a fraction of their length: a Bloom filter with two
// bits for each piece of one, two and four characters. Pieces of four tell words apart far better than the usual three: of
// blocks of source code and prose that have a rare word nowhere, five times as many have all its threes as have its fours.
// Pieces of one and two are for shorter texts, which in Chinese are whole words; a single one of ASCII is not worth a bit.

const asciiLetters = 128;

/** Bytes of a signature in the making. It holds half a megabyte of prose; of more it tells less and less. */
const workingBytes = 2 ** 15;

const leastBytes = 2 ** 6;

/** Of a signature's bits no more than one in so many is set, unless it is as long as can be. */
const bitsPerMark = 3;

/**
 * How the signatures of this process are made: those of another scheme say nothing to it. What is upper case is for Unicode to
 * say, and changes with its versions.
 */
export const signatureScheme: string = `1/${process.versions["unicode"]}`;

/**
 * Makes upper and lower case alike. Upper case, since lower case depends on what stands around a letter: the end of "ΑΣ" is
 * another one than the middle of "ΑΣΑ".
 */
export function folded(text: string): string {
  return text.toUpperCase();
}

/** A signature in the making. */
export interface SignatureBuilder {
  add(text: string): void;
  finish(): Uint8Array;
}

export function createSignature(): SignatureBuilder {
  const bits = new Uint8Array(workingBytes);
  const pairs = new Uint8Array(asciiLetters ** 2);
  return {
    add(text) {
      markPieces(bits, pairs, folded(text));
    },
    finish() {
      markPairs(bits, pairs);
      const words = new Uint32Array(bits.buffer);
      const marks = setBits(words);
      let length = leastBytes;
      while (length < workingBytes && length * 8 < marks * bitsPerMark) length *= 2;
      return new Uint8Array(narrowed(words, length / 4).buffer);
    },
  };
}

/** @param pairs those of ASCII, which are noted here and marked once: there are few, and they come again and again */
function markPieces(bits: Uint8Array, pairs: Uint8Array, letters: string): void {
  let before = 0;
  let lastFour = 0;
  for (let index = 0; index < letters.length; index += 1) {
    const letter = letters.charCodeAt(index);
    lastFour = (lastFour << 8) ^ letter;
    if (letter >= asciiLetters) mark(bits, letter);
    if (before < asciiLetters && letter < asciiLetters) pairs[before * asciiLetters + letter] = 1;
    else mark(bits, pairOf(before, letter));
    if (index >= 3) mark(bits, lastFour);
    before = letter;
  }
}

function markPairs(bits: Uint8Array, pairs: Uint8Array): void {
  for (let first = 0; first < asciiLetters; first += 1) {
    const start = first * asciiLetters;
    let second = pairs.indexOf(1, start) - start; // most letters are the first of none
    for (; second >= 0 && second < asciiLetters; second += 1)
      if (pairs[start + second] === 1) mark(bits, pairOf(first, second));
  }
}

function mark(bits: Uint8Array, piece: number): void {
  setBit(bits, onePlace(piece));
  setBit(bits, otherPlace(piece));
}

function setBit(bits: Uint8Array, place: number): void {
  const index = (place >>> 3) & (workingBytes - 1);
  bits[index] = (bits[index] ?? 0) | (1 << (place & 7));
}

function hasBit(bits: Uint8Array, place: number): boolean {
  return ((bits[(place >>> 3) & (bits.length - 1)] ?? 0) & (1 << (place & 7))) !== 0;
}

function setBits(words: Uint32Array): number {
  let sum = 0;
  for (let index = 0; index < words.length; index += 1) {
    const word = words[index] ?? 0;
    if (word === 0) continue;
    const pairs = word - ((word >>> 1) & 0x5555_5555);
    const quads = (pairs & 0x3333_3333) + ((pairs >>> 2) & 0x3333_3333);
    sum += Math.imul((quads + (quads >>> 4)) & 0x0f0f_0f0f, 0x0101_0101) >>> 24;
  }
  return sum;
}

/** What a piece marks in a narrow signature is what it marks in a wide one, without the upper bits of the place. */
function narrowed(words: Uint32Array, length: number): Uint32Array {
  const narrow = words.slice(0, length);
  for (let index = length; index < words.length; index += 1) {
    const place = index & (length - 1);
    narrow[place] = (narrow[place] ?? 0) | (words[index] ?? 0);
  }
  return narrow;
}

/** @returns whether a signature allows for the text, in upper or lower case: if it does not, no signed text holds it */
export function allows(text: string): (signature: Uint8Array) => boolean {
  const places = piecesOf(folded(text)).flatMap((piece) => [onePlace(piece), otherPlace(piece)]);
  return (signature) => places.every((place) => hasBit(signature, place));
}

/** The pieces that tell most: the longest that there are. As numbers of 32 bits, which is what four letters of ASCII have. */
function piecesOf(letters: string): number[] {
  const starts = (length: number) => Array.from({ length: letters.length - length + 1 }, (_, index) => index);
  const at = (index: number) => letters.charCodeAt(index);
  if (letters.length >= 4)
    return starts(4).map((start) => [0, 1, 2, 3].reduce((four, offset) => (four << 8) ^ at(start + offset), 0));
  if (letters.length >= 2) return starts(2).map((start) => pairOf(at(start), at(start + 1)));
  return letters.length === 1 && at(0) >= asciiLetters ? [at(0)] : [];
}

function pairOf(first: number, second: number): number {
  return (first << 16) ^ second;
}

// Two numbers of a piece whose lower bits are as good as random: products, whose upper bits depend on the whole piece.

function onePlace(piece: number): number {
  const product = Math.imul(piece, 0x9e37_79b1);
  return product ^ (product >>> 15);
}

function otherPlace(piece: number): number {
  const product = Math.imul(piece, 0x85eb_ca6b);
  return product ^ (product >>> 14);
}
