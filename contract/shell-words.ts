/**
 * Splits a text into words as a POSIX shell would, by the rules of Python's `shlex.split`, which upstream uses: white space
 * separates; `'…'` is taken as it is; in `"…"` a backslash hides `"` and `\`; elsewhere it hides whatever follows. Nothing
 * is expanded, and `#` begins no comment.
 * @returns null when a quote has no end, or nothing follows the last backslash
 * @see https://docs.python.org/3/library/shlex.html#parsing-rules
 */
export function shellWords(text: string): string[] | null {
  const words: string[] = [];
  const part = /[ \t\r\n]+|'([^']*)'|"((?:[^"\\]|\\[^])*)"|\\([^])|([^ \t\r\n'"\\]+)/y;
  let word: string | null = null;
  while (part.lastIndex < text.length) {
    const match = part.exec(text);
    if (!match) return null;
    const [, single, double, hidden, plain] = match;
    const piece = single ?? double?.replaceAll(/\\(["\\])/g, "$1") ?? hidden ?? plain;
    if (piece !== undefined) word = (word ?? "") + piece;
    else if (word !== null) {
      words.push(word);
      word = null;
    }
  }
  return word === null ? words : [...words, word];
}
