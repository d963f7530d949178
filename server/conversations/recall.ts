import type { Workspace } from "../runtime/runtime.ts";
import type { SecretInfo } from "../secrets/custom-secrets.ts";
import type { EventDraft } from "../store/store.ts";
import type { Observation } from "./event-draft.ts";
import { draftAction, draftObservation } from "./event-draft.ts";
import { readMicroagents, repositoryInstructions, triggeredKnowledge } from "./microagents.ts";

/**
 * Recalls what may help with a message: at the first the workspace's context, later the knowledge that it triggers.
 * @returns the observation
 */
export type Recall = (message: string, first: boolean, cause: number) => Promise<EventDraft>;

export interface RecallOptions {
  readonly workspace: Workspace;
  /** As it is shown; empty when there is none. */
  readonly repository: string;
  readonly branch: string;
  /** What was said at the conversation's creation; may be empty. */
  readonly instructions: string;
  /** The user's secrets, without their values. */
  readonly secrets: () => Promise<readonly SecretInfo[]>;
}

/** Before a message is answered, it is said what is to be recalled for it. */
export function recallAction(message: string, first: boolean, cause: number): EventDraft {
  const recall_type = first ? "workspace_context" : "knowledge";
  return draftAction(
    { action: "recall", args: { recall_type, query: message, thought: "" } },
    { source: "user", cause },
  );
}

export function createRecall(options: RecallOptions): Recall {
  const { workspace, repository, branch, instructions, secrets } = options;
  return async (message, first, cause) => {
    const microagents = await readMicroagents(workspace);
    const knowledge = triggeredKnowledge(microagents, message);
    if (!first) return drafted(knowledge.length === 0 ? nothing : recalled({ microagent_knowledge: knowledge }), cause);
    const descriptions = (await secrets()).map(({ name, description }) => [name, description]);
    const context = recalled({
      recall_type: "workspace_context",
      repo_name: repository,
      repo_directory: repository === "" ? "" : ".",
      repo_branch: branch,
      repo_instructions: repositoryInstructions(microagents),
      date: new Date().toISOString().slice(0, 10),
      conversation_instructions: instructions,
      working_dir: ".",
      custom_secrets_descriptions: Object.fromEntries(descriptions),
      microagent_knowledge: knowledge,
    });
    return drafted(context, cause);
  };
}

type Recalled = Extract<Observation, { observation: "recall" }>;

const nothing: Observation = { observation: "null", content: "", extras: {} };

/** @param found what is not empty */
function recalled(found: Partial<Recalled["extras"]>): Recalled {
  const extras = {
    recall_type: "knowledge" as const,
    repo_name: "",
    repo_directory: "",
    repo_branch: "",
    repo_instructions: "",
    additional_agent_instructions: "",
    date: "",
    conversation_instructions: "",
    working_dir: "",
    runtime_hosts: {},
    custom_secrets_descriptions: {},
    microagent_knowledge: [],
    ...found,
  };
  const content = extras.recall_type === "knowledge" ? "Added microagent knowledge" : "Added workspace context";
  return { observation: "recall", content, extras };
}

function drafted(observation: Observation, cause: number): EventDraft {
  return draftObservation(observation, { source: "environment", cause });
}
