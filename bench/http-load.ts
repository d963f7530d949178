import autocannon from "autocannon";
import type { Options } from "autocannon";
import type { Work } from "./figure.ts";

/** Sends one request again and again, over ten connections for a second and a half. @throws when one is not answered with success */
export async function httpLoad(options: Omit<Options, "connections" | "duration">): Promise<Work> {
  const result = await autocannon({ connections: 10, duration: 1.5, ...options });
  if (result.non2xx > 0 || result.errors > 0)
    throw new Error(`${options.url}: ${result.non2xx} answers were no success, ${result.errors} did not come`);
  return { operations: result["2xx"], seconds: result.duration };
}
