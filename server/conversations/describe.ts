import type { ActionRequest } from "../../contract/index.ts";
import type { Action, Observation } from "./event-draft.ts";

/** The top-level `message` of an action: the event in a sentence, for a person. */
export function describeAction(action: Action | ActionRequest): string {
  switch (action.action) {
    case "message":
    case "system":
      return action.args.content;
    case "run":
      return `Running command: ${action.args.command}`;
    case "read":
      return `Reading file: ${action.args.path}`;
    case "write":
      return `Writing file: ${action.args.path}`;
    case "edit":
      return "";
    case "think":
      return `I am thinking…: ${action.args.thought}`;
    case "finish":
      return action.args.thought || action.args.final_thought || "All done! What's next on the agenda?";
    case "change_agent_state":
      return `Agent state changed to ${action.args.agent_state}`;
    case "recall":
      return action.args.recall_type === "workspace_context"
        ? "Retrieving workspace context"
        : `Retrieving knowledge for: ${action.args.query.slice(0, 50)}`;
    case "null":
      return "No action";
  }
}

/** The top-level `message` of an observation: the event in a sentence, for a person. */
export function describeObservation(observation: Observation): string {
  switch (observation.observation) {
    case "run":
      return `Command \`${observation.extras.command}\` executed with exit code ${observation.extras.metadata.exit_code}.`;
    case "read":
      return `I read the file ${observation.extras.path}.`;
    case "write":
      return `I wrote to the file ${observation.extras.path}.`;
    case "edit":
      return `I edited the file ${observation.extras.path}.`;
    case "agent_state_changed":
      return "";
    case "null":
      return "No observation";
    case "error":
    case "recall":
    case "think":
      return observation.content;
  }
}
