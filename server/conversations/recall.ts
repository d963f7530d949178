import type { EventDraft } from "../store/store.ts";
import { draftAction, draftObservation } from "./event-draft.ts";

/** Before a message is answered, what may help with it is recalled: at the first the workspace's context, later knowledge. */
export function recallAction(message: string, first: boolean, cause: number): EventDraft {
  const recall_type = first ? "workspace_context" : "knowledge";
  return draftAction(
    { action: "recall", args: { recall_type, query: message, thought: "" } },
    { source: "user", cause },
  );
}

/** What was recalled. There is no knowledge yet that a later message could trigger. */
export function recallObservation(
  first: boolean,
  repository: { name: string; branch: string },
  cause: number,
): EventDraft {
  if (!first)
    return draftObservation({ observation: "null", content: "", extras: {} }, { source: "environment", cause });
  const extras = {
    recall_type: "workspace_context" as const,
    repo_name: repository.name,
    repo_directory: repository.name === "" ? "" : ".",
    repo_branch: repository.branch,
    repo_instructions: "",
    additional_agent_instructions: "",
    date: new Date().toISOString().slice(0, 10),
    conversation_instructions: "",
    working_dir: ".",
    runtime_hosts: {},
    custom_secrets_descriptions: {},
    microagent_knowledge: [],
  };
  return draftObservation(
    { observation: "recall", content: "Added workspace context", extras },
    { source: "environment", cause },
  );
}
