import * as z from "zod";
import { AgentState, RecallType } from "../shared.ts";

const MicroagentKnowledge = z
  .object({
    name: z.string().describe("The microagent's name."),
    trigger: z.string().describe("The word that triggered it."),
    content: z.string().describe("What it knows."),
  })
  .meta({
    id: "MicroagentKnowledge",
    description: "Knowledge that a word in a message triggered.",
    examples: [{ name: "git", trigger: "commit", content: "Use the imperative mood." }],
  });

export const AgentStateChangedExtras = z
  .object({
    agent_state: AgentState,
    reason: z
      .string()
      .default("")
      .describe("Why, when there is something to say: for `error`, what failed and what to do."),
  })
  .meta({
    id: "AgentStateChangedExtras",
    description: "The new state.",
    examples: [{ agent_state: "running", reason: "" }],
  });

export const ErrorExtras = z
  .object({
    error_id: z.string().default("").describe("A code for programs, such as `AGENT_ERROR$BAD_ACTION`; may be empty."),
  })
  .meta({
    id: "ErrorExtras",
    description: "Which error.",
    examples: [{ error_id: "AGENT_ERROR$BAD_ACTION" }],
  });

export const RecallExtras = z
  .object({
    recall_type: RecallType,
    repo_name: z.string().describe("The repository's name."),
    repo_directory: z.string().describe("Where the repository lies."),
    repo_branch: z.string().describe("The branch that is checked out."),
    repo_instructions: z.string().describe("Instructions found in the repository."),
    additional_agent_instructions: z.string().describe("Instructions from the environment."),
    date: z.string().describe("Today's date, `YYYY-MM-DD`."),
    conversation_instructions: z.string().describe("Instructions given when the conversation was created."),
    working_dir: z.string().describe("The workspace's root, as commands see it."),
    runtime_hosts: z.record(z.string(), z.int()).describe("Web hosts of the workspace: URL to port."),
    custom_secrets_descriptions: z
      .record(z.string(), z.string())
      .describe("Names and descriptions of the user's secrets."),
    microagent_knowledge: z.array(MicroagentKnowledge).describe("Knowledge that the message triggered."),
  })
  .meta({
    id: "RecallExtras",
    description: "What was recalled.",
    examples: [
      {
        recall_type: "workspace_context",
        repo_name: "",
        repo_directory: "",
        repo_branch: "",
        repo_instructions: "",
        additional_agent_instructions: "",
        date: "2026-11-22",
        conversation_instructions: "",
        working_dir: ".",
        runtime_hosts: {},
        custom_secrets_descriptions: {},
        microagent_knowledge: [],
      },
    ],
  });

/** The extras of an observation that has nothing to say besides its `content`. */
function noExtras(id: string) {
  return z.object({}).meta({ id, description: "Nothing more.", examples: [{}] });
}

export const ThinkExtras = noExtras("ThinkExtras");
export const SuccessExtras = noExtras("SuccessExtras");
export const UserRejectedExtras = noExtras("UserRejectedExtras");
export const CondenseExtras = noExtras("CondenseExtras");
export const LoopDetectionExtras = noExtras("LoopDetectionExtras");
export const NullExtras = noExtras("NullExtras");
