import * as z from "zod";
import { McpConfig } from "../mcp.ts";
import { ConversationId, dependsOn } from "../primitives.ts";
import { ProviderType, exampleConversationId } from "./conversation-info.ts";

const repository = z.string().min(1).max(2048);
const aRepository = "A git repository to clone into the workspace, as a `https://` or `file://` URL.";

const TaskType = z
  .enum(["MERGE_CONFLICTS", "FAILING_CHECKS", "UNRESOLVED_COMMENTS", "OPEN_ISSUE", "OPEN_PR", "CREATE_MICROAGENT"])
  .meta({ id: "TaskType", description: "What a task on a git host is about.", examples: ["FAILING_CHECKS"] });

const SuggestedTask = z
  .object({
    git_provider: ProviderType,
    task_type: TaskType,
    repo: z.string().min(1).max(2048).describe("The repository that the task is in, such as `team/project`."),
    issue_number: z.int().min(0).describe("The number of the issue or pull request; 0 where there is none."),
    title: z.string().describe("What the issue or pull request is called."),
  })
  .meta({
    id: "SuggestedTask",
    description: "Something to do on a git host.",
    examples: [
      {
        git_provider: "github",
        task_type: "FAILING_CHECKS",
        repo: "team/project",
        issue_number: 42,
        title: "Fix the flaky test",
      },
    ],
  });
export type SuggestedTask = z.output<typeof SuggestedTask>;

const CreateMicroagent = z
  .object({
    repo: repository.describe(aRepository),
    git_provider: ProviderType.nullable().optional().describe("The repository's git host."),
    title: z.string().nullable().optional().describe("Accepted for older clients, and ignored."),
  })
  .meta({
    id: "CreateMicroagent",
    description: "The repository that a microagent is to be written for.",
    examples: [{ repo: "https://git.example/team/project.git", git_provider: null }],
  });

const imageUrl = z
  .string()
  .regex(/^(https?:\/\/|data:image\/)\S+$/, "must be a URL that begins with https://, http:// or data:image/");

/** What a conversation begins with: reference/v0-api.md §3.6. */
export const CreateConversationRequest = z
  .strictObject({
    repository: repository.nullable().optional().describe(aRepository),
    git_provider: ProviderType.nullable().optional().describe("The repository's git host, as it is to be shown."),
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
      .describe("The first message, sent as soon as the workspace is ready. An empty one is none."),
    image_urls: z
      .array(imageUrl)
      .nullable()
      .optional()
      .describe("Images for the first message; without a text, they are a message of their own."),
    replay_json: z
      .string()
      .nullable()
      .optional()
      .describe(
        "A trajectory as a JSON text: the list of events that `GET …/trajectory` has in `trajectory`. They become the log, with ids and times of their own, and nothing in them is carried out again. Not together with a first message.",
      )
      .meta(dependsOn("the form of the JSON in it, and the other fields")),
    suggested_task: SuggestedTask.nullable()
      .optional()
      .describe("A task, from which the first message is made. `initial_user_msg` follows in the same message."),
    create_microagent: CreateMicroagent.nullable()
      .optional()
      .describe(
        "That a microagent is to be written. Supplies `repository` and `git_provider` where they are left out.",
      ),
    conversation_instructions: z
      .string()
      .nullable()
      .optional()
      .describe("What the agent should know in this conversation. It is recalled with the first message."),
    mcp_config: McpConfig.nullable()
      .optional()
      .describe(
        "The MCP servers of this conversation, instead of those of the settings. Stored encrypted, never shown.",
      ),
    conversation_id: ConversationId.optional()
      .describe("The id that the conversation is to have. Refused unless the operator allows it.")
      .meta(dependsOn("whether the operator lets clients choose ids")),
  })
  .meta({
    id: "CreateConversationRequest",
    description: "What the conversation begins with. Unknown fields are refused.",
    examples: [
      { initial_user_msg: "Hello." },
      {
        repository: "https://git.example/team/project.git",
        selected_branch: "main",
        initial_user_msg: "What is in this picture?",
        image_urls: ["https://images.example/screenshot.png"],
        conversation_instructions: "Answer in one sentence.",
      },
      { conversation_id: exampleConversationId },
    ],
  });
export type CreateConversationRequest = z.output<typeof CreateConversationRequest>;
