import * as z from "zod";
import { uuidParameter } from "../../primitives.ts";
import { ConversationTrigger, ProviderType } from "../conversation-info.ts";
import { sandboxIdText } from "./sandbox-info.ts";
import { SendMessageRequest } from "./send-message.ts";

export const AgentType = z.enum(["default", "plan"]).meta({
  id: "AgentType",
  description: "What the agent is to do: `plan` writes a plan to `PLAN.md` and carries out nothing.",
  examples: ["default"],
});
export type AgentType = z.infer<typeof AgentType>;

const SetTitleCallbackProcessor = z
  .object({ kind: z.literal("SetTitleCallbackProcessor").describe("Gives the conversation a title.") })
  .meta({
    id: "SetTitleCallbackProcessor",
    description: "Gives the conversation a title after its first message.",
    examples: [{ kind: "SetTitleCallbackProcessor" }],
  });

const LoggingCallbackProcessor = z
  .object({ kind: z.literal("LoggingCallbackProcessor").describe("Logs events.") })
  .meta({
    id: "LoggingCallbackProcessor",
    description: "Logs events. The server logs what it does in any case.",
    examples: [{ kind: "LoggingCallbackProcessor" }],
  });

const GithubV1CallbackProcessor = z
  .object({
    kind: z.literal("GithubV1CallbackProcessor").describe("Reports to GitHub."),
    github_view_data: z.record(z.string(), z.unknown()).default({}).describe("What is to be reported on."),
    should_request_summary: z.boolean().default(true).describe("Whether to ask the agent for a summary."),
    should_extract: z.boolean().default(true).describe("Whether to take the summary from its answer."),
    inline_pr_comment: z.boolean().default(false).describe("Whether to comment in the pull request."),
  })
  .meta({
    id: "GithubV1CallbackProcessor",
    description: "Reports to GitHub. Accepted for older clients; this server reports nothing.",
    examples: [
      {
        kind: "GithubV1CallbackProcessor",
        github_view_data: {},
        should_request_summary: true,
        should_extract: true,
        inline_pr_comment: false,
      },
    ],
  });

const EventCallbackProcessor = z
  .discriminatedUnion("kind", [SetTitleCallbackProcessor, LoggingCallbackProcessor, GithubV1CallbackProcessor])
  .meta({
    id: "EventCallbackProcessor",
    description: "What is to be done with the events of a conversation.",
    examples: [{ kind: "SetTitleCallbackProcessor" }],
  });

/** As upstream writes this one id: with dashes. */
const dashedUuid = z
  .string()
  .regex(/^([0-9a-f]{32}|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12})$/i, "must be a UUID, dashes may be left out")
  .transform((text) =>
    text
      .replaceAll("-", "")
      .toLowerCase()
      .replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-"),
  )
  .pipe(z.string().regex(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/));

export const AppConversationStartRequest = z
  .object({
    sandbox_id: sandboxIdText.nullable().default(null).describe("The sandbox; null for the parent's, else a new one."),
    conversation_id: dashedUuid
      .nullable()
      .default(null)
      .describe("The id that the conversation is to have; null for a new one. Shown with dashes, as nowhere else."),
    initial_message: SendMessageRequest.nullable()
      .default(null)
      .describe("What is said first. It is answered at once, whatever its `run` says."),
    system_message_suffix: z
      .string()
      .nullable()
      .default(null)
      .describe("What the agent should know in this conversation. It is recalled with the first message."),
    processors: z
      .array(EventCallbackProcessor)
      .nullable()
      .default(null)
      .describe("What is to be done with the conversation's events."),
    llm_model: z
      .string()
      .min(1)
      .max(256)
      .nullable()
      .default(null)
      .describe("The model; null for the parent's, else that of the settings."),
    selected_repository: z
      .string()
      .min(1)
      .max(2048)
      .nullable()
      .default(null)
      .describe(
        "A git repository to clone: `owner/name` at the host that `git_provider` names, or a `https://` or `file://` URL.",
      ),
    selected_branch: z
      .string()
      .min(1)
      .max(255)
      .nullable()
      .default(null)
      .describe("The branch to check out instead of the default."),
    git_provider: ProviderType.nullable()
      .default(null)
      .describe("The repository's git host, for which a token must be stored when it is not a URL."),
    title: z
      .string()
      .max(200)
      .regex(/\S/, "must hold more than space")
      .trim()
      .pipe(
        z
          .string()
          .max(200)
          .regex(/^\S([\s\S]*\S)?$/),
      )
      .nullable()
      .default(null)
      .describe("The title; null for one made of the id. Space around it is dropped."),
    trigger: ConversationTrigger.nullable().default(null).describe("What begins the conversation."),
    pr_number: z.array(z.int()).max(1000).default([]).describe("The pull requests it is about."),
    parent_conversation_id: uuidParameter()
      .nullable()
      .default(null)
      .describe("The conversation that begins this one, whose sandbox, repository, branch and model it gets."),
    agent_type: AgentType.default("default"),
  })
  .meta({
    id: "AppConversationStartRequest",
    description: "What a conversation is started with. Everything may be left out.",
    examples: [
      {
        sandbox_id: null,
        conversation_id: null,
        initial_message: { role: "user", content: [{ type: "text", text: "Hello.", cache_prompt: false }], run: true },
        system_message_suffix: null,
        processors: null,
        llm_model: null,
        selected_repository: null,
        selected_branch: null,
        git_provider: null,
        title: null,
        trigger: null,
        pr_number: [],
        parent_conversation_id: null,
        agent_type: "default",
      },
    ],
  });
export type AppConversationStartRequest = z.output<typeof AppConversationStartRequest>;
