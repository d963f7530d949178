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
    case "run_ipython":
      return `Running Python code: ${action.args.code}`;
    case "browse":
      return `Browsing ${action.args.url}`;
    case "browse_interactive":
      return `Using the browser: ${action.args.browser_actions}`;
    case "read":
      return `Reading file: ${action.args.path}`;
    case "write":
      return `Writing file: ${action.args.path}`;
    case "edit":
    case "loop_recovery":
      return "";
    case "call_tool_mcp":
      return `Calling the MCP tool ${action.args.name}`;
    case "think":
      return `I am thinking…: ${action.args.thought}`;
    case "finish":
      return action.args.thought || action.args.final_thought || "All done! What's next on the agenda?";
    case "reject":
      return describeRejection(action.args.outputs["reason"]);
    case "delegate":
      return `Asking ${action.args.agent} for help with this task.`;
    case "change_agent_state":
      return `Agent state changed to ${action.args.agent_state}`;
    case "recall":
      return action.args.recall_type === "workspace_context"
        ? "Retrieving workspace context"
        : `Retrieving knowledge for: ${action.args.query.slice(0, 50)}`;
    case "condensation":
      return action.args.summary === null ? "Forgetting events" : `Summary: ${action.args.summary}`;
    case "condensation_request":
      return "Requesting a condensation of the conversation";
    case "task_tracking":
      return action.args.command === "view" ? "Viewing the list of tasks" : describePlan(action.args.task_list.length);
    case "null":
      return "No action";
  }
}

function describeRejection(reason: unknown): string {
  return typeof reason === "string" && reason !== "" ? `The task was rejected: ${reason}` : "The task was rejected.";
}

function describePlan(tasks: number): string {
  return `Planning ${tasks === 1 ? "1 task" : `${tasks} tasks`}`;
}

/** The top-level `message` of an observation: the event in a sentence, for a person. */
export function describeObservation(observation: Observation): string {
  switch (observation.observation) {
    case "run":
      return `Command \`${observation.extras.command}\` executed with exit code ${observation.extras.metadata.exit_code}.`;
    case "run_ipython":
      return observation.success ? "Python code executed." : "Python code failed.";
    case "browse":
      return observation.extras.error ? "The browser failed." : `Visited ${observation.extras.url}`;
    case "read":
      return `I read the file ${observation.extras.path}.`;
    case "write":
      return `I wrote to the file ${observation.extras.path}.`;
    case "edit":
      return `I edited the file ${observation.extras.path}.`;
    case "download":
      return `Downloaded ${observation.extras.file_path}`;
    case "agent_state_changed":
      return "";
    case "null":
      return "No observation";
    case "condense":
    case "delegate":
    case "error":
    case "loop_detection":
    case "mcp":
    case "recall":
    case "success":
    case "task_tracking":
    case "think":
    case "user_rejected":
      return observation.content;
  }
}
