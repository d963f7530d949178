import * as z from "zod";
import type { Difference } from "../../differences.ts";
import { dependsOn } from "../../primitives.ts";
import { sandboxIdText } from "./sandbox-info.ts";

/** The folder that all paths in a sandbox begin with, and the one in it that is the workspace. */
export const sandboxRoot = "/workspace";
export const sandboxProject = "/workspace/project";

/** A path in a sandbox, as the rest of a URL's path. */
export function sandboxPath(what: string, example: string) {
  return z
    .string()
    .min(1)
    .max(4096)
    .describe(
      `${what} An absolute path below \`/workspace/project\`, which is the workspace; \`/workspace\` and the repository's name in it mean the same. Its slashes may be encoded or not.`,
    )
    .meta({ examples: [example] });
}

/** Which sandbox is meant, where the key does not say so. */
export const whichSandbox = {
  sandbox_id: sandboxIdText
    .optional()
    .describe("The sandbox. Needed unless the request is made with its key, which says so itself.")
    .meta(dependsOn("the key of the request: left out, one of a user is refused")),
};

export const pathDifference: Difference = {
  topic: "paths, and whose they are",
  upstream: "any path of the container, which has one key",
  here: "paths below `/workspace` are the sandbox's workspace, others are refused; a user's key works too, with `sandbox_id`",
  why: "the server's machine is not the sandbox's business",
  change: "Nothing below `/workspace`.",
};
