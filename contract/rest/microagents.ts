import * as z from "zod";
import { exampleOf } from "../examples.ts";
import { operation } from "../operation.ts";
import { ConversationPage, conversationPaging, exampleConversationId } from "./conversation-info.ts";
import { conversationParams } from "./conversations.ts";

const MicroagentInput = z
  .object({
    name: z.string().describe("The input's name."),
    description: z.string().describe("What it is."),
  })
  .meta({
    id: "MicroagentInput",
    description: "Something that a microagent wants to be told.",
    examples: [{ name: "branch", description: "The branch to release." }],
  });

const ConversationMicroagent = z
  .object({
    name: z.string().describe("The name, from the front matter or the file's path."),
    type: z
      .enum(["repo", "knowledge"])
      .describe("`repo` is told at the beginning of a conversation, `knowledge` when a message holds a trigger."),
    content: z.string().describe("The text, without the front matter."),
    triggers: z.array(z.string()).describe("What brings it up when a message holds it, upper and lower case alike."),
    inputs: z.array(MicroagentInput).describe("What it wants to be told."),
    tools: z.array(z.string()).describe("The names of the MCP servers that it brings, those run as child processes."),
  })
  .meta({
    id: "ConversationMicroagent",
    description: "Something that the repository has to say to agents.",
    examples: [
      {
        name: "git",
        type: "knowledge",
        content: "Use the imperative mood.",
        triggers: ["commit"],
        inputs: [],
        tools: [],
      },
    ],
  });

const MicroagentList = z.object({ microagents: z.array(ConversationMicroagent).describe("The microagents.") }).meta({
  id: "MicroagentList",
  description: "The microagents of a workspace.",
  examples: [{ microagents: [exampleOf(ConversationMicroagent)] }],
});

export const microagents = {
  list: operation({
    method: "GET",
    path: "/api/conversations/:conversation_id/microagents",
    summary: "List the microagents",
    description:
      "What the workspace has to say to agents at this moment: `.openhands_instructions`, `.cursorrules`, `AGENTS.md` and `AGENT.md` at its root, and the Markdown files in `.openhands/microagents`, whose YAML front matter may have `name`, `type`, `triggers`, `inputs` and `mcp_tools`. A file whose front matter cannot be read is listed as `knowledge` with its whole text and without triggers: it is seen, and never told. What git ignores, and a `README.md`, is left out.",
    tag: "Workspace",
    since: "0.1.0",
    security: "user",
    rateLimit: "user",
    params: conversationParams,
    responses: { 200: MicroagentList },
    errors: ["conversation_not_found"],
    differences: [
      {
        upstream: "404 unless the agent loop runs and its memory is ready",
        here: "at any time, from the workspace",
        why: "files need no agent",
        change: "Nothing.",
      },
    ],
    example: {
      request: { params: { conversation_id: exampleConversationId } },
      response: { microagents: [exampleOf(ConversationMicroagent)] },
    },
  }),
  conversations: operation({
    method: "GET",
    path: "/api/microagent-management/conversations",
    summary: "List the conversations that write microagents",
    description:
      "The caller's conversations on one repository that were created with `create_microagent`, newest first. Pages stay stable while conversations come and go.",
    tag: "Conversations",
    since: "0.1.0",
    security: "user",
    rateLimit: "user",
    query: z.object({
      selected_repository: z.string().min(1).describe("The repository, as `selected_repository` of the conversations."),
      ...conversationPaging,
    }),
    responses: { 200: ConversationPage },
    differences: [
      {
        topic: "pull requests",
        upstream: "only where the last one is open, or nothing is known of it",
        here: "nothing is known of them: all conversations",
        why: "no git host is asked",
        change: "Nothing.",
      },
      {
        topic: "`page_id`",
        upstream: "a malformed one is tolerated",
        here: "400",
        why: "as in every other list",
        change: "Nothing.",
      },
    ],
    example: {
      request: { query: { selected_repository: "https://git.example/team/project.git", limit: "20" } },
      response: { results: [], next_page_id: null },
    },
  }),
};
