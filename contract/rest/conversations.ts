import * as z from "zod";
import { exampleOf } from "../examples.ts";
import { operation } from "../operation.ts";
import { ConversationId, PageId, Timestamp, booleanParameter, integerParameter, success } from "../primitives.ts";

/** The path parameter of everything that belongs to one conversation. */
export const conversationParams = z.object({ conversation_id: ConversationId });

const exampleId = "5f0c2b7e9d1a4c3e8b6f7a2d1c0e9f84";

export const ConversationStatus = z.enum(["STARTING", "RUNNING", "STOPPED", "ARCHIVED", "ERROR"]).meta({
  id: "ConversationStatus",
  description: "Where the conversation is in its life.",
  examples: ["RUNNING"],
});
export type ConversationStatus = z.infer<typeof ConversationStatus>;

export const RuntimeStatus = z
  .enum([
    "STATUS$STOPPED",
    "STATUS$BUILDING_RUNTIME",
    "STATUS$STARTING_RUNTIME",
    "STATUS$RUNTIME_STARTED",
    "STATUS$SETTING_UP_WORKSPACE",
    "STATUS$SETTING_UP_GIT_HOOKS",
    "STATUS$READY",
    "STATUS$ERROR",
    "STATUS$ERROR_RUNTIME_DISCONNECTED",
    "STATUS$ERROR_LLM_AUTHENTICATION",
    "STATUS$ERROR_LLM_SERVICE_UNAVAILABLE",
    "STATUS$ERROR_LLM_INTERNAL_SERVER_ERROR",
    "STATUS$ERROR_LLM_OUT_OF_CREDITS",
    "STATUS$ERROR_LLM_CONTENT_POLICY_VIOLATION",
    "CHAT_INTERFACE$AGENT_RATE_LIMITED_STOPPED_MESSAGE",
    "STATUS$GIT_PROVIDER_AUTHENTICATION_ERROR",
    "STATUS$LLM_RETRY",
    "STATUS$ERROR_MEMORY",
  ])
  .meta({
    id: "RuntimeStatus",
    description: "Where the workspace's runtime is in its life.",
    examples: ["STATUS$READY"],
  });
export type RuntimeStatus = z.infer<typeof RuntimeStatus>;

export const ProviderType = z.enum(["github", "gitlab", "bitbucket", "azure_devops", "enterprise_sso"]).meta({
  id: "ProviderType",
  description: "A git host.",
  examples: ["github"],
});
export type ProviderType = z.infer<typeof ProviderType>;

export const ConversationTrigger = z
  .enum([
    "resolver",
    "gui",
    "suggested_task",
    "openhands_api",
    "slack",
    "microagent_management",
    "jira",
    "jira_dc",
    "linear",
    "bitbucket",
  ])
  .meta({
    id: "ConversationTrigger",
    description: "What began the conversation.",
    examples: ["openhands_api"],
  });
export type ConversationTrigger = z.infer<typeof ConversationTrigger>;

export const ConversationInfo = z
  .object({
    conversation_id: ConversationId,
    title: z.string().describe("The title."),
    last_updated_at: Timestamp.nullable().describe("When something last happened in it; null before anything has."),
    status: ConversationStatus,
    runtime_status: RuntimeStatus.nullable().describe("Where the runtime is; null while there is none."),
    selected_repository: z.string().nullable().describe("The git repository that was cloned into the workspace."),
    selected_branch: z.string().nullable().describe("The branch that was checked out."),
    git_provider: ProviderType.nullable().describe("The repository's git host, when it is a known one."),
    trigger: ConversationTrigger.nullable().describe("What began the conversation."),
    num_connections: z.int().min(0).describe("How many sockets are connected to it on this server."),
    url: z.string().nullable().describe("Where its operations live; null when it is stopped."),
    session_api_key: z
      .string()
      .nullable()
      .describe("A key for `url`, where another one is needed than the caller's; else null."),
    created_at: Timestamp.describe("When it was created."),
    pr_number: z.array(z.int()).describe("The pull requests it is about."),
    conversation_version: z.enum(["V0", "V1"]).describe("The API it was created with."),
    sub_conversation_ids: z.array(ConversationId).describe("Conversations that it began."),
  })
  .meta({
    id: "ConversationInfo",
    description: "A conversation.",
    examples: [
      {
        conversation_id: exampleId,
        title: "Conversation 5f0c2",
        last_updated_at: "2026-11-22T10:15:30.123Z",
        status: "RUNNING",
        runtime_status: "STATUS$READY",
        selected_repository: "https://git.example/team/project.git",
        selected_branch: "main",
        git_provider: null,
        trigger: "openhands_api",
        num_connections: 1,
        url: `/api/conversations/${exampleId}`,
        session_api_key: null,
        created_at: "2026-11-22T10:15:29.000Z",
        pr_number: [],
        conversation_version: "V0",
        sub_conversation_ids: [],
      },
    ],
  });
export type ConversationInfo = z.infer<typeof ConversationInfo>;

const ConversationPage = z
  .object({
    results: z.array(ConversationInfo).describe("The conversations, newest first."),
    next_page_id: PageId.nullable().describe("Where the next page begins; null on the last one."),
  })
  .meta({
    id: "ConversationPage",
    description: "A page of conversations.",
    examples: [{ results: [], next_page_id: null }],
  });

const CreateConversationRequest = z
  .strictObject({
    repository: z
      .string()
      .min(1)
      .max(2048)
      .nullable()
      .optional()
      .describe("A git repository to clone into the workspace, as a `https://` or `file://` URL."),
    selected_branch: z
      .string()
      .min(1)
      .max(255)
      .nullable()
      .optional()
      .describe("The branch to check out instead of the default."),
    initial_user_msg: z
      .string()
      .nullable()
      .optional()
      .describe("The first message, sent as soon as the workspace is ready."),
  })
  .meta({
    id: "CreateConversationRequest",
    description: "What the conversation begins with. Unknown fields are refused.",
    examples: [{ initial_user_msg: "Hello." }],
  });

const ConversationResponse = z
  .object({
    success,
    status: z.literal("ok").describe("Always `ok`."),
    conversation_id: ConversationId,
    message: z.string().nullable().describe("What happened, for a person, when there is something to say."),
    conversation_status: ConversationStatus.nullable().describe("Where the conversation is now."),
  })
  .meta({
    id: "ConversationResponse",
    description: "The conversation after a change.",
    examples: [
      {
        success: true,
        status: "ok",
        conversation_id: exampleId,
        message: null,
        conversation_status: "STARTING",
      },
    ],
  });
export type ConversationResponse = z.infer<typeof ConversationResponse>;

const RenameConversationRequest = z
  .strictObject({
    title: z.string().trim().min(1).max(200).describe("The new title; space around it is dropped."),
  })
  .meta({
    id: "RenameConversationRequest",
    description: "The new title. Unknown fields are refused.",
    examples: [{ title: "Fix the flaky test" }],
  });

const RenameConversationResponse = z.object({ success }).meta({
  id: "RenameConversationResponse",
  description: "The title has been changed.",
  examples: [{ success: true }],
});

const DeleteConversationResponse = z.object({ success }).meta({
  id: "DeleteConversationResponse",
  description: "The conversation, its events and its workspace are gone.",
  examples: [{ success: true }],
});

const StartConversationRequest = z
  .object({
    providers_set: z
      .array(ProviderType)
      .nullable()
      .optional()
      .describe(
        "The git hosts that the client has tokens for. Accepted for older clients; the server knows them itself.",
      ),
  })
  .meta({
    id: "StartConversationRequest",
    description: "How to start. May be left out.",
    examples: [{}],
  });

export const conversations = {
  create: operation({
    method: "POST",
    path: "/api/conversations",
    summary: "Create a conversation",
    description:
      "Creates a conversation with a workspace of its own and starts it. A repository is checked before anything is created, and cloned in the background: the status is `STARTING` until the workspace is ready.",
    tag: "Conversations",
    since: "0.1.0",
    security: "user",
    rateLimit: "user",
    body: CreateConversationRequest,
    responses: { 200: ConversationResponse },
    errors: ["repository_unavailable"],
    idempotencyKey: true,
    differences: [
      {
        topic: "a repository that cannot be read",
        upstream: "400, and the conversation stays behind",
        here: "400 `repository_unavailable`, before anything is created",
        why: "a failure leaves nothing",
        change: "Nothing.",
      },
    ],
    produces: { conversation_id: "conversation_id" },
    example: {
      request: { body: { initial_user_msg: "Hello." } },
      response: {
        success: true,
        status: "ok",
        conversation_id: exampleId,
        message: null,
        conversation_status: "STARTING",
      },
    },
  }),
  list: operation({
    method: "GET",
    path: "/api/conversations",
    summary: "List the conversations",
    description: "The caller's conversations, newest first. Pages stay stable while conversations come and go.",
    tag: "Conversations",
    since: "0.1.0",
    security: "user",
    rateLimit: "user",
    query: z.object({
      page_id: PageId.optional().describe("The `next_page_id` of the page before."),
      limit: integerParameter({ min: 1, max: 100 }).default(20).describe("How many to return at the most."),
      selected_repository: z.string().optional().describe("Only conversations on this repository."),
      conversation_trigger: ConversationTrigger.optional().describe("Only conversations that this began."),
      include_sub_conversations: booleanParameter()
        .default(false)
        .describe("Whether to include conversations that another conversation began."),
    }),
    responses: { 200: ConversationPage },
    example: {
      request: { query: { limit: "20" } },
      response: { results: [], next_page_id: null },
    },
  }),
  get: operation({
    method: "GET",
    path: "/api/conversations/:conversation_id",
    summary: "Get a conversation",
    description: "One conversation of the caller.",
    tag: "Conversations",
    since: "0.1.0",
    security: "user",
    rateLimit: "user",
    params: conversationParams,
    responses: { 200: ConversationInfo },
    errors: ["conversation_not_found"],
    example: {
      request: { params: { conversation_id: exampleId } },
      response: exampleOf(ConversationInfo),
    },
  }),
  rename: operation({
    method: "PATCH",
    path: "/api/conversations/:conversation_id",
    summary: "Rename a conversation",
    description: "Gives the conversation a new title. Connected sockets get an `info` status with it.",
    tag: "Conversations",
    since: "0.1.0",
    security: "user",
    rateLimit: "user",
    params: conversationParams,
    body: RenameConversationRequest,
    responses: { 200: RenameConversationResponse },
    errors: ["conversation_not_found"],
    example: {
      request: { params: { conversation_id: exampleId }, body: { title: "Fix the flaky test" } },
      response: { success: true },
    },
  }),
  delete: operation({
    method: "DELETE",
    path: "/api/conversations/:conversation_id",
    summary: "Delete a conversation",
    description:
      "Stops the conversation and deletes it with its events and its workspace. Its sockets are closed with 4404.",
    tag: "Conversations",
    since: "0.1.0",
    security: "user",
    rateLimit: "user",
    params: conversationParams,
    responses: { 200: DeleteConversationResponse },
    errors: ["conversation_not_found"],
    example: { request: { params: { conversation_id: exampleId } }, response: { success: true } },
  }),
  start: operation({
    method: "POST",
    path: "/api/conversations/:conversation_id/start",
    summary: "Start a conversation",
    description: "Starts a stopped conversation again. A conversation that runs is left as it is.",
    tag: "Conversations",
    since: "0.1.0",
    security: "user",
    rateLimit: "user",
    params: conversationParams,
    body: StartConversationRequest,
    optionalBody: true,
    responses: { 200: ConversationResponse },
    errors: ["conversation_not_found"],
    example: {
      request: { params: { conversation_id: exampleId }, body: {} },
      response: {
        success: true,
        status: "ok",
        conversation_id: exampleId,
        message: null,
        conversation_status: "RUNNING",
      },
    },
  }),
  stop: operation({
    method: "POST",
    path: "/api/conversations/:conversation_id/stop",
    summary: "Stop a conversation",
    description:
      "Stops the agent and ends its running command. Events and workspace are kept. A conversation that is stopped is left as it is; `conversation_status` is the status after the stop.",
    tag: "Conversations",
    since: "0.1.0",
    security: "user",
    rateLimit: "user",
    params: conversationParams,
    responses: { 200: ConversationResponse },
    errors: ["conversation_not_found"],
    example: {
      request: { params: { conversation_id: exampleId } },
      response: {
        success: true,
        status: "ok",
        conversation_id: exampleId,
        message: "The conversation has been stopped.",
        conversation_status: "STOPPED",
      },
    },
  }),
};
