import * as z from "zod";
import { exampleOf } from "../../examples.ts";
import { operation } from "../../operation.ts";
import { ConversationId, Timestamp, momentParameter, repeatedParameter, uuidParameter } from "../../primitives.ts";
import { manyOf, mostIds, pageOf, paging } from "./page.ts";
import { idsDifference, pagingDifference } from "./sandboxes.ts";
import { AppConversationStartRequest } from "./start-request.ts";

/** The task of every example. */
export const exampleTaskId = "1c0e9f845f0c2b7e9d1a4c3e8b6f7a2d";

export const AppConversationStartTaskStatus = z
  .enum([
    "WORKING",
    "WAITING_FOR_SANDBOX",
    "PREPARING_REPOSITORY",
    "RUNNING_SETUP_SCRIPT",
    "SETTING_UP_GIT_HOOKS",
    "SETTING_UP_SKILLS",
    "STARTING_CONVERSATION",
    "READY",
    "ERROR",
  ])
  .meta({
    id: "AppConversationStartTaskStatus",
    description: "What is being done to start a conversation. `READY` and `ERROR` stay.",
    examples: ["READY"],
  });
export type AppConversationStartTaskStatus = z.infer<typeof AppConversationStartTaskStatus>;

export const AppConversationStartTask = z
  .object({
    id: ConversationId.describe("Identifies the task."),
    created_by_user_id: z.string().nullable().describe("Who asked for it."),
    status: AppConversationStartTaskStatus,
    detail: z.string().nullable().describe("Why it failed, for a person; null unless the status is `ERROR`."),
    app_conversation_id: ConversationId.nullable().describe("The conversation; null until the status is `READY`."),
    sandbox_id: z.string().nullable().describe("The conversation's sandbox; null until there is one."),
    agent_server_url: z
      .string()
      .nullable()
      .describe("Where the sandbox is reached; null until the status is `STARTING_CONVERSATION`."),
    request: AppConversationStartRequest.describe("What was asked for, with what the parent supplies."),
    created_at: Timestamp.describe("When it was asked for."),
    updated_at: Timestamp.describe("When the status was reached."),
  })
  .meta({
    id: "AppConversationStartTask",
    description: "How far the start of a conversation has come.",
    examples: [
      {
        id: exampleTaskId,
        created_by_user_id: "6f1e2d3c4b5a69788796a5b4c3d2e1f0",
        status: "WORKING",
        detail: null,
        app_conversation_id: null,
        sandbox_id: null,
        agent_server_url: null,
        request: exampleOf(AppConversationStartRequest),
        created_at: "2026-11-22T10:15:29.000Z",
        updated_at: "2026-11-22T10:15:29.000Z",
      },
    ],
  });
export type AppConversationStartTask = z.output<typeof AppConversationStartTask>;

const AppConversationStartTaskPage = pageOf(AppConversationStartTask, {
  id: "AppConversationStartTaskPage",
  described: "The tasks, in the order that was asked for.",
});

const AppConversationStartTasks = manyOf(AppConversationStartTask, {
  id: "AppConversationStartTasks",
  example: exampleOf(AppConversationStartTask),
});

export const Count = z
  .int()
  .min(0)
  .meta({ id: "Count", description: "How many there are.", examples: [0] });

const SortOrder = z.enum(["CREATED_AT", "CREATED_AT_DESC", "UPDATED_AT", "UPDATED_AT_DESC"]).meta({
  id: "AppConversationStartTaskSortOrder",
  description: "By creation or by the last change; `_DESC`: the latest first.",
  examples: ["CREATED_AT_DESC"],
});
export type StartTaskSortOrder = z.infer<typeof SortOrder>;

const filters = {
  conversation_id__eq: uuidParameter().optional().describe("Only tasks that have started this conversation."),
  created_at__gte: momentParameter().optional().describe("Only tasks of this moment and later."),
};

const common = { tag: "App conversations", since: "0.1.0", security: "user", rateLimit: "user", gate: "v1" } as const;

export const startTasks = {
  search: operation({
    ...common,
    method: "GET",
    path: "/api/v1/app-conversations/start-tasks/search",
    summary: "Search the start tasks",
    description: "How far the starts of the caller's conversations have come.",
    query: z.object({
      ...filters,
      sort_order: SortOrder.default("CREATED_AT_DESC").describe("The order of the list."),
      ...paging,
    }),
    responses: { 200: AppConversationStartTaskPage },
    differences: [pagingDifference],
    example: { request: { query: { limit: "20" } }, response: exampleOf(AppConversationStartTaskPage) },
  }),
  count: operation({
    ...common,
    method: "GET",
    path: "/api/v1/app-conversations/start-tasks/count",
    summary: "Count the start tasks",
    description: "How many tasks a search with the same filters finds.",
    query: z.object(filters),
    responses: { 200: Count },
    example: { response: 0 },
  }),
  getMany: operation({
    ...common,
    method: "GET",
    path: "/api/v1/app-conversations/start-tasks",
    summary: "Get start tasks by their ids",
    description: `Up to ${mostIds} of the caller's tasks. Whoever starts a conversation asks here until it is \`READY\`.`,
    query: z.object({ ids: repeatedParameter(uuidParameter(), mostIds).describe("The ids; repeated for each.") }),
    responses: { 200: AppConversationStartTasks },
    differences: [idsDifference],
    example: { request: { query: { ids: exampleTaskId } }, response: [exampleOf(AppConversationStartTask)] },
  }),
};
