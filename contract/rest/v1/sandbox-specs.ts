import * as z from "zod";
import { exampleOf } from "../../examples.ts";
import { operation } from "../../operation.ts";
import { Timestamp, repeatedParameter } from "../../primitives.ts";
import { manyOf, mostIds, pageOf, paging } from "./page.ts";
import { localSpecId } from "./sandbox-info.ts";
import { idsDifference, pagingDifference } from "./sandboxes.ts";

const SandboxSpecInfo = z
  .object({
    id: z.string().describe("What a sandbox is started from it by."),
    command: z.array(z.string()).nullable().describe("What is run in it at first; null where that is nothing."),
    created_at: Timestamp.describe("When the spec was made."),
    initial_env: z.record(z.string(), z.string()).describe("Variables of the environment that it begins with."),
    working_dir: z.string().describe("The folder that commands start in, as paths in requests name it."),
  })
  .meta({
    id: "SandboxSpecInfo",
    description: "What a sandbox can be started from.",
    examples: [
      {
        id: localSpecId,
        command: null,
        created_at: "2026-11-22T00:00:00.000Z",
        initial_env: {},
        working_dir: "/workspace/project",
      },
    ],
  });
export type SandboxSpecInfo = z.infer<typeof SandboxSpecInfo>;

/** The spec that there is: a folder of the server's machine. */
export const localSpec: SandboxSpecInfo = exampleOf(SandboxSpecInfo);

const SandboxSpecInfoPage = pageOf(SandboxSpecInfo, {
  id: "SandboxSpecInfoPage",
  described: "The specs, the default one first.",
});

const SandboxSpecs = manyOf(SandboxSpecInfo, { id: "SandboxSpecs", example: exampleOf(SandboxSpecInfo) });

const common = { tag: "Sandboxes", since: "0.1.0", security: "user", rateLimit: "user", gate: "v1" } as const;

export const sandboxSpecs = {
  search: operation({
    ...common,
    method: "GET",
    path: "/api/v1/sandbox-specs/search",
    summary: "Search the sandbox specs",
    description: "What sandboxes can be started from.",
    query: z.object(paging),
    responses: { 200: SandboxSpecInfoPage },
    differences: [pagingDifference],
    example: { request: { query: { limit: "20" } }, response: { items: [localSpec], next_page_id: null } },
  }),
  getMany: operation({
    ...common,
    method: "GET",
    path: "/api/v1/sandbox-specs",
    summary: "Get sandbox specs by their ids",
    description: `Up to ${mostIds} specs.`,
    query: z.object({
      id: repeatedParameter(z.string().min(1).max(256), mostIds).describe("The ids; repeated for each."),
    }),
    responses: { 200: SandboxSpecs },
    differences: [idsDifference],
    example: { request: { query: { id: localSpecId } }, response: [localSpec] },
  }),
};
