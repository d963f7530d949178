import { ActionRequest } from "../../contract/index.ts";
import type { AgentAction } from "./agent.ts";

/**
 * An action with its defaults filled in, from the fields that matter.
 * @throws when the fields do not fit the contract, which is a fault of the agent
 */
export function action<Name extends AgentAction["action"]>(
  name: Name,
  args: Partial<Extract<AgentAction, { action: Name }>["args"]>,
): AgentAction {
  return ActionRequest.parse({ action: name, args }) as AgentAction; // the parse proves it; its type is that of all actions
}
