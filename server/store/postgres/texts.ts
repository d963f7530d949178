// PostgreSQL's texts hold every character but NUL (https://www.postgresql.org/docs/current/datatype-character.html), JSON's
// and so ours every one. NUL is stored as a pair that begins with a noncharacter, which Unicode sets aside for such use.

const mark = "\u{10FFFF}";
const [nul, markItself] = [`${mark}0`, `${mark}1`];

/** A parameter as PostgreSQL takes it. */
export function encoded(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(encoded);
  if (typeof value !== "string" || !(value.includes("\0") || value.includes(mark))) return value;
  return value.replaceAll(mark, markItself).replaceAll("\0", nul);
}

/** A text as it was before it was `encoded`. */
export function decoded(text: string): string {
  return text.includes(mark) ? text.replaceAll(nul, "\0").replaceAll(markItself, mark) : text;
}
