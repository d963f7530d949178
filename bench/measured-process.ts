// Loaded into each process that the bench starts (with --expose-gc): it ends with the bench, however that ends, and tells,
// when asked, how much memory it holds without its garbage.
import type { Held } from "./processes.ts";

process.on("disconnect", () => process.exit());
process.on("message", () => {
  globalThis.gc?.();
  setImmediate(() => {
    globalThis.gc?.(); // what was let go of by what the first has collected
    const { heapUsed, external, rss } = process.memoryUsage();
    process.send?.({ held: heapUsed + external, resident: rss } satisfies Held);
  });
});
process.channel?.unref(); // to be asked is no reason to live
