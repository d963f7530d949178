import { blockOf, rangeOfBlock } from "./event-signatures.ts";
import type { IdRange } from "./event-signatures.ts";
import { allows } from "./text-signature.ts";

/** Blocks that are read at once, at the most. */
const mostBlocks = 16;

/**
 * Where in a range of a log a text may be, in order. The first places are short, since a text that many events have is found
 * at once; then they double.
 * @param signatures of the first blocks; a text may be in any other
 */
export function* placesOf(
  text: string,
  signatures: readonly Uint8Array[],
  range: IdRange,
  descending: boolean,
): Generator<IdRange> {
  const allowed = allows(text);
  const isPossible = (block: number) => {
    const signature = signatures[block];
    return signature === undefined || allowed(signature);
  };
  const [first, last] = [blockOf(range.from), blockOf(range.to)];
  let most = 1;
  let run: number[] = [];
  for (let passed = 0; passed <= last - first; passed += 1) {
    const block = descending ? last - passed : first + passed;
    if (isPossible(block)) run.push(block);
    if (run.length === most || (run.length > 0 && run.at(-1) !== block)) {
      yield within(range, run);
      run = [];
      most = Math.min(most * 2, mostBlocks);
    }
  }
  if (run.length > 0) yield within(range, run);
}

/** What neighbouring blocks have of a range. */
function within({ from, to }: IdRange, blocks: readonly number[]): IdRange {
  return {
    from: Math.max(from, rangeOfBlock(Math.min(...blocks)).from),
    to: Math.min(to, rangeOfBlock(Math.max(...blocks)).to),
  };
}
