import * as z from "zod";
import type { Difference } from "../../differences.ts";
import { ConversationExecutionStatus, MetricsSnapshot } from "../../events/v1/state.ts";
import { exampleOf } from "../../examples.ts";
import { operation } from "../../operation.ts";
import {
  ConversationId,
  Timestamp,
  booleanParameter,
  momentParameter,
  repeatedParameter,
  uuidParameter,
} from "../../primitives.ts";
import { ConversationTrigger, ProviderType, exampleConversationId } from "../conversation-info.ts";
import { runningDifference } from "../differences/conversations.ts";
import { manyOf, mostIds, pageOf, paging } from "./page.ts";
import { SandboxStatus, exampleSandboxId } from "./sandbox-info.ts";
import { idsDifference, pagingDifference } from "./sandboxes.ts";
import { AppConversationStartRequest } from "./start-request.ts";
import { AppConversationStartTask, Count } from "./start-tasks.ts";

const AppConversation = z
  .object({
    id: ConversationId,
    created_by_user_id: z.string().nullable().describe("Whose it is."),
    sandbox_id: z.string().describe("The sandbox that it is in."),
    selected_repository: z.string().nullable().describe("The git repository that was cloned into the workspace."),
    selected_branch: z.string().nullable().describe("The branch that was checked out."),
    git_provider: ProviderType.nullable().describe("The repository's git host, when it is a known one."),
    title: z.string().nullable().describe("The title."),
    trigger: ConversationTrigger.nullable().describe("What began the conversation."),
    pr_number: z.array(z.int()).describe("The pull requests it is about."),
    llm_model: z.string().nullable().describe("The model that it was started with; null for that of the settings."),
    metrics: MetricsSnapshot.nullable().describe("What it has used."),
    parent_conversation_id: ConversationId.nullable().describe("The conversation that began it."),
    sub_conversation_ids: z.array(ConversationId).describe("Conversations that it began."),
    created_at: Timestamp.describe("When it was created."),
    updated_at: Timestamp.describe("When something last happened in it."),
    sandbox_status: SandboxStatus,
    execution_status: ConversationExecutionStatus.nullable().describe(
      "What the agent does; null unless the sandbox runs.",
    ),
    conversation_url: z
      .string()
      .nullable()
      .describe("Where its socket and its operations are: the host and port count. Null unless the sandbox runs."),
    session_api_key: z.string().nullable().describe("The sandbox's key; null unless the sandbox runs."),
  })
  .meta({
    id: "AppConversation",
    description: "A conversation, of either version of the API.",
    examples: [
      {
        id: exampleConversationId,
        created_by_user_id: "6f1e2d3c4b5a69788796a5b4c3d2e1f0",
        sandbox_id: exampleSandboxId,
        selected_repository: null,
        selected_branch: null,
        git_provider: null,
        title: `Conversation ${exampleConversationId}`,
        trigger: null,
        pr_number: [],
        llm_model: null,
        metrics: {
          model_name: "default",
          accumulated_cost: 0,
          max_budget_per_task: null,
          accumulated_token_usage: null,
        },
        parent_conversation_id: null,
        sub_conversation_ids: [],
        created_at: "2026-11-22T10:15:29.000Z",
        updated_at: "2026-11-22T10:15:30.123Z",
        sandbox_status: "PAUSED",
        execution_status: null,
        conversation_url: null,
        session_api_key: null,
      },
    ],
  });
export type AppConversation = z.output<typeof AppConversation>;

const AppConversationPage = pageOf(AppConversation, {
  id: "AppConversationPage",
  described: "The conversations, newest first.",
});

const AppConversations = manyOf(AppConversation, { id: "AppConversations", example: exampleOf(AppConversation) });

const StartTaskStates = z.array(AppConversationStartTask).meta({
  id: "AppConversationStartTaskStates",
  description: "The task as it was at each of its states; the last one is `READY` or `ERROR`.",
  examples: [[exampleOf(AppConversationStartTask)]],
});

const filters = {
  title__contains: z
    .string()
    .min(1)
    .max(1000)
    .optional()
    .describe("Only conversations with this in their title, upper and lower case alike."),
  created_at__gte: momentParameter().optional().describe("Only those created at this moment or later."),
  created_at__lt: momentParameter().optional().describe("Only those created before this moment."),
  updated_at__gte: momentParameter().optional().describe("Only those in which something last happened then or later."),
  updated_at__lt: momentParameter().optional().describe("Only those in which something last happened before."),
  include_sub_conversations: booleanParameter()
    .default(false)
    .describe("Whether to include conversations that another conversation began."),
};

const bothVersions: Difference = {
  topic: "which conversations",
  upstream: "those that were created with V1",
  here: "all of the caller's, whichever version they were created with",
  why: "a conversation started in one version can be read in the other",
  change: "Nothing: everything that V1 tells of a conversation is there for both.",
};

const literalTitle: Difference = {
  topic: "`title__contains`",
  upstream: "`%` and `_` stand for other characters",
  here: "they stand for themselves",
  why: "a search finds what was looked for",
  change: "Nothing.",
};

const subConversations: Difference = {
  topic: "`sub_conversation_ids`",
  upstream: "empty in a search",
  here: "always filled in",
  why: "a conversation is the same wherever it is shown",
  change: "Nothing.",
};

const startDifferences: readonly Difference[] = [
  {
    topic: "`title`",
    upstream: "ignored",
    here: "the conversation's title",
    why: "it was said",
    change: "Nothing.",
  },
  {
    topic: "an unknown `parent_conversation_id`, a `conversation_id` that is taken",
    upstream: "500, and an open conversation of that id is taken over",
    here: "404 `conversation_not_found`, 409 `conversation_exists`",
    why: "the client can mend it, and an id means one conversation",
    change: "Expect 404 and 409.",
  },
  {
    topic: "a paused `sandbox_id`",
    upstream: "is resumed, and the task fails nevertheless",
    here: "is resumed, and the conversation starts",
    why: "it runs by then",
    change: "Nothing.",
  },
  {
    topic: "`selected_repository`",
    upstream: "`owner/name`; cloned into a folder of the repository's name",
    here: "also a `https://` or `file://` URL; cloned as the workspace's root, which paths may call by the repository's name",
    why: "a URL says where a repository is, and both versions show the same files",
    change: "Nothing.",
  },
  {
    topic: "`.openhands/setup.sh`, `.openhands/pre-commit.sh`",
    upstream: "a setup script that fails is passed over",
    here: "the task ends in `ERROR`, with the script's output in `detail`",
    why: "an agent in a workspace that is not set up does harm",
    change: "Mend the script.",
  },
  {
    topic: "`processors`",
    upstream: "run on every event",
    here: "accepted, and shown in the task; titles and logs need none",
    why: "nothing runs code on a client's behalf",
    change: "Nothing.",
  },
  runningDifference,
];

const exampleStart = {
  conversation_id: exampleConversationId,
  initial_message: { content: [{ type: "text", text: "Hello." }] },
} as const;

const common = { tag: "App conversations", since: "0.1.0", security: "user", rateLimit: "user", gate: "v1" } as const;

export const appConversations = {
  search: operation({
    ...common,
    method: "GET",
    path: "/api/v1/app-conversations/search",
    summary: "Search the conversations",
    description: "The caller's conversations, newest first. Pages stay stable while conversations come and go.",
    query: z.object({ ...filters, ...paging }),
    responses: { 200: AppConversationPage },
    differences: [bothVersions, literalTitle, subConversations, pagingDifference],
    example: { request: { query: { limit: "20" } }, response: exampleOf(AppConversationPage) },
  }),
  count: operation({
    ...common,
    method: "GET",
    path: "/api/v1/app-conversations/count",
    summary: "Count the conversations",
    description: "How many conversations a search with the same filters finds.",
    query: z.object(filters),
    responses: { 200: Count },
    differences: [
      {
        topic: "the count",
        upstream: "includes sub-conversations and those of V0, which the search leaves out",
        here: "that of the search with the same filters, `include_sub_conversations` among them",
        why: "a count that a list can be held against",
        change: "Nothing.",
      },
    ],
    example: { response: 0 },
  }),
  getMany: operation({
    ...common,
    method: "GET",
    path: "/api/v1/app-conversations",
    summary: "Get conversations by their ids",
    description: `Up to ${mostIds} of the caller's conversations.`,
    query: z.object({ ids: repeatedParameter(uuidParameter(), mostIds).describe("The ids; repeated for each.") }),
    responses: { 200: AppConversations },
    differences: [bothVersions, idsDifference],
    example: { request: { query: { ids: exampleConversationId } }, response: [exampleOf(AppConversation)] },
  }),
  start: operation({
    ...common,
    method: "POST",
    path: "/api/v1/app-conversations",
    summary: "Start a conversation",
    description:
      "Begins to start a conversation and answers with the task that does so, in its first state. Ask for the task until it is `READY`, which says the conversation's id, or `ERROR`, which says why.",
    body: AppConversationStartRequest,
    responses: { 200: AppConversationStartTask },
    errors: ["conversation_not_found", "conversation_exists"],
    idempotencyKey: true,
    asynchronous: true,
    differences: startDifferences,
    names: { conversation_id: "conversation_id" },
    example: { request: { body: exampleStart }, response: exampleOf(AppConversationStartTask) },
  }),
  streamStart: operation({
    ...common,
    method: "POST",
    path: "/api/v1/app-conversations/stream-start",
    summary: "Start a conversation and watch",
    description:
      "The same, but the answer goes on until the task has ended: a list of the task's states, each sent when it is reached. It is 200 also when the last one is `ERROR`. A client that leaves does not stop the task.",
    body: AppConversationStartRequest,
    responses: { 200: StartTaskStates },
    errors: ["conversation_not_found", "conversation_exists"],
    differences: startDifferences,
    asynchronous: true,
    names: { conversation_id: "conversation_id" },
    example: { request: { body: exampleStart }, response: [exampleOf(AppConversationStartTask)] },
  }),
};
