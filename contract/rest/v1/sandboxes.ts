import * as z from "zod";
import type { Difference } from "../../differences.ts";
import { exampleOf } from "../../examples.ts";
import { operation } from "../../operation.ts";
import { dependsOn, repeatedParameter, success } from "../../primitives.ts";
import { manyOf, mostIds, pageOf, paging } from "./page.ts";
import { SandboxId, SandboxInfo, exampleSandboxId, localSpecId, sandboxIdText } from "./sandbox-info.ts";

/** The path parameter of everything that belongs to one sandbox. */
export const sandboxParams = z.object({ sandbox_id: SandboxId });

const SandboxPage = pageOf(SandboxInfo, { id: "SandboxPage", described: "The sandboxes, newest first." });

const Sandboxes = manyOf(SandboxInfo, { id: "Sandboxes", example: exampleOf(SandboxInfo) });

const SandboxChanged = z.object({ success }).meta({
  id: "SandboxChanged",
  description: "The sandbox has been changed.",
  examples: [{ success: true }],
});

const oneEach: Difference = {
  topic: "sandboxes",
  upstream: "a container or a server process, its URL on a port of its own",
  here: "a folder of the server's machine with the processes in it; everything is reached at the server's own origin",
  why: "one server serves both versions, and a conversation of either can be read in the other",
  change: "Nothing: the agent-server is where `conversation_url` says.",
};

const ids: Difference = {
  topic: "`id`, `ids`",
  upstream: "500 for too many (100 of most, 101 of events and specs), 422 for none",
  here: "up to 100; 400 for more and for none",
  why: "a bound that can be relied on",
  change: "Ask for 100 at a time.",
};

/** Of every operation that takes ids. */
export const idsDifference = ids;

/** Of every operation that gives a page. */
export const pagingDifference: Difference = {
  topic: "`page_id` and `limit` of V1",
  upstream: "an offset, 0 for one that is none; 500 for a limit above 100",
  here: "opaque and stable while things come and go; 400 for a bad one, and for a limit outside 1 to 100",
  why: "a list can be read to its end",
  change: "Send back `next_page_id` unchanged.",
};

const example = { params: { sandbox_id: exampleSandboxId } };

const common = { tag: "Sandboxes", since: "0.1.0", security: "user", rateLimit: "user", gate: "v1" } as const;

export const sandboxes = {
  search: operation({
    ...common,
    method: "GET",
    path: "/api/v1/sandboxes/search",
    summary: "Search the sandboxes",
    description: "The caller's sandboxes, newest first. Each conversation has one, and several may share one.",
    query: z.object(paging),
    responses: { 200: SandboxPage },
    differences: [oneEach, pagingDifference],
    example: { request: { query: { limit: "20" } }, response: exampleOf(SandboxPage) },
  }),
  getMany: operation({
    ...common,
    method: "GET",
    path: "/api/v1/sandboxes",
    summary: "Get sandboxes by their ids",
    description: `Up to ${mostIds} of the caller's sandboxes.`,
    query: z.object({ id: repeatedParameter(sandboxIdText, mostIds).describe("The ids; repeated for each.") }),
    responses: { 200: Sandboxes },
    differences: [ids],
    example: { request: { query: { id: exampleSandboxId } }, response: [exampleOf(SandboxInfo)] },
  }),
  start: operation({
    ...common,
    method: "POST",
    path: "/api/v1/sandboxes",
    summary: "Start a sandbox",
    description: "Creates an empty workspace, which runs at once. Conversations can be started in it.",
    query: z.object({
      sandbox_spec_id: z.string().min(1).max(256).optional().describe("The spec; the first one when left out."),
    }),
    responses: { 200: SandboxInfo },
    errors: ["sandbox_spec_not_found"],
    idempotencyKey: true,
    produces: { sandbox_id: "id", sandbox: "id" },
    differences: [
      {
        topic: "an unknown `sandbox_spec_id`",
        upstream: "500",
        here: "404 `sandbox_spec_not_found`",
        why: "the client can mend it",
        change: "Expect 404.",
      },
      {
        topic: "running sandboxes",
        upstream: "the oldest are paused beyond 5",
        here: "an empty one costs nothing; of conversations, as many run as `MAX_RUNNING_CONVERSATIONS` says",
        why: "what costs something is what runs in them",
        change: "Nothing.",
      },
    ],
    example: { request: { query: { sandbox_spec_id: localSpecId } }, response: exampleOf(SandboxInfo) },
  }),
  pause: operation({
    ...common,
    method: "POST",
    path: "/api/v1/sandboxes/:sandbox_id/pause",
    summary: "Pause a sandbox",
    description:
      "Stops the agents of its conversations and ends every process in it. Files and events are kept. One that is paused is left as it is.",
    params: sandboxParams,
    responses: { 200: SandboxChanged },
    errors: ["sandbox_not_found"],
    example: { request: example, response: { success: true } },
  }),
  resume: operation({
    ...common,
    method: "POST",
    path: "/api/v1/sandboxes/:sandbox_id/resume",
    summary: "Resume a sandbox",
    description:
      "Starts its conversations again, which go on where they were; processes that the pause has ended stay ended. One that runs is left as it is.",
    params: sandboxParams,
    responses: { 200: SandboxChanged },
    errors: ["sandbox_not_found"],
    example: { request: example, response: { success: true } },
  }),
  delete: operation({
    ...common,
    method: "DELETE",
    path: "/api/v1/sandboxes/:sandbox",
    summary: "Delete a sandbox",
    description: "Deletes the sandbox with its processes, its files and its conversations.",
    params: z.object({ sandbox: SandboxId }),
    query: z.object({
      sandbox_id: sandboxIdText
        .optional()
        .describe("The sandbox again, as older clients send it: the path's, or 400.")
        .meta(dependsOn("the path")),
    }),
    responses: { 200: SandboxChanged },
    errors: ["sandbox_not_found"],
    differences: [
      {
        topic: "the sandbox's id",
        upstream: "counts in the query alone, where it is required; that of the path is ignored",
        here: "counts in the path; in the query it may be left out, and must not be another one",
        why: "a URL says what is deleted",
        change: "Nothing where both are the same.",
      },
      {
        topic: "its conversations",
        upstream: "stay, with the status `ARCHIVED`",
        here: "are deleted with it",
        why: "their workspace is gone",
        change: "Pause a sandbox whose conversations are to stay.",
      },
    ],
    example: { request: { params: { sandbox: exampleSandboxId } }, response: { success: true } },
  }),
};
