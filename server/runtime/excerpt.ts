/** Text of any length held in bounded memory: its first and last characters. */
export interface Excerpt {
  add(text: string): void;
  /** Whether characters are missing in `text()`. */
  truncated(): boolean;
  text(): string;
}

/**
 * Keeps the first and the last `half` characters (UTF-16 units; a surrogate pair is never split) of what is added.
 * A line in the middle says how many are missing. Twice `half` is upstream's limit for what a command printed
 * (reference/v0-api.md §6.3, `run`).
 */
export function createExcerpt(half = 15_000): Excerpt {
  let head = "";
  let tail = "";
  let dropped = 0;

  const trim = () => {
    const cut = tail.length - half;
    const from = isInsidePair(tail, cut) ? cut + 1 : cut;
    dropped += from;
    tail = tail.slice(from);
  };

  return {
    add(text) {
      const room = tail === "" ? Math.min(half - head.length, text.length) : 0;
      const cut = isInsidePair(text, room) ? room - 1 : room;
      head += text.slice(0, cut);
      tail += text.slice(cut);
      // Trimming at twice the size and not at each addition keeps the cost linear.
      if (tail.length > 2 * half) trim();
    },
    truncated: () => dropped + Math.max(0, tail.length - half) > 0,
    text() {
      if (tail.length > half) trim();
      if (dropped === 0) return head + tail;
      return `${head}\n[... ${dropped} characters left out ...]\n${tail}`;
    },
  };
}

/** Whether a cut at `index` would separate the two halves of a surrogate pair. */
function isInsidePair(text: string, index: number): boolean {
  return isHighSurrogate(text.charCodeAt(index - 1)) && isLowSurrogate(text.charCodeAt(index));
}

function isHighSurrogate(unit: number): boolean {
  return (unit & 0xfc00) === 0xd800;
}

function isLowSurrogate(unit: number): boolean {
  return (unit & 0xfc00) === 0xdc00;
}
