import assert from "node:assert/strict";

/** The growth of this process from now on: a sanity check, for something that holds much more than it may. */
export function watchMemory() {
  const before = process.memoryUsage.rss();
  let peak = before;
  const look = () => {
    peak = Math.max(peak, process.memoryUsage.rss());
  };
  return {
    look,
    requireGrowthBelow(bytes: number): void {
      look();
      const grown = peak - before;
      assert.ok(grown < bytes, `grew by ${Math.round(grown / 1024 / 1024)} MiB`);
    },
  };
}
