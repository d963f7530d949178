import * as z from "zod";
import { ConversationId, PageId, Timestamp, integerParameter } from "../primitives.ts";

/** The conversation of every example. */
export const exampleConversationId = "5f0c2b7e9d1a4c3e8b6f7a2d1c0e9f84";

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

export const ConversationVersion = z.enum(["V0", "V1"]).meta({
  id: "ConversationVersion",
  description:
    "The API that a conversation was created with. Both APIs serve every conversation; its socket speaks the protocol of this one.",
  examples: ["V0"],
});
export type ConversationVersion = z.infer<typeof ConversationVersion>;

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
    conversation_version: ConversationVersion,
    sub_conversation_ids: z.array(ConversationId).describe("Conversations that it began."),
  })
  .meta({
    id: "ConversationInfo",
    description: "A conversation.",
    examples: [
      {
        conversation_id: exampleConversationId,
        title: "Conversation 5f0c2",
        last_updated_at: "2026-11-22T10:15:30.123Z",
        status: "RUNNING",
        runtime_status: "STATUS$READY",
        selected_repository: "https://git.example/team/project.git",
        selected_branch: "main",
        git_provider: null,
        trigger: "openhands_api",
        num_connections: 1,
        url: `/api/conversations/${exampleConversationId}`,
        session_api_key: null,
        created_at: "2026-11-22T10:15:29.000Z",
        pr_number: [],
        conversation_version: "V0",
        sub_conversation_ids: [],
      },
    ],
  });
export type ConversationInfo = z.infer<typeof ConversationInfo>;

export const ConversationPage = z
  .object({
    results: z.array(ConversationInfo).describe("The conversations, newest first."),
    next_page_id: PageId.nullable().describe("Where the next page begins; null on the last one."),
  })
  .meta({
    id: "ConversationPage",
    description: "A page of conversations.",
    examples: [{ results: [], next_page_id: null }],
  });

/** Which part of a list of conversations is asked for. */
export const conversationPaging = {
  page_id: PageId.optional().describe("The `next_page_id` of the page before."),
  limit: integerParameter({ min: 1, max: 100 }).default(20).describe("How many to return at the most."),
};
