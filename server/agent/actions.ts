import { ActionEvent } from "../../contract/index.ts";
import type { AgentAction } from "./agent.ts";

const argsSchemas = new Map(
  ActionEvent.options.map((option) => [option.shape.action.value as string, option.shape.args]),
);

/**
 * An action with its defaults filled in, from the fields that matter.
 * @throws when the fields do not fit the contract, which is a fault of the agent
 */
export function action<Name extends AgentAction["action"]>(
  name: Name,
  args: Partial<Extract<AgentAction, { action: Name }>["args"]>,
): Extract<AgentAction, { action: Name }> {
  // the parse proves it; its type is that of all args
  return { action: name, args: argsSchemas.get(name)?.parse(args) } as unknown as Extract<
    AgentAction,
    { action: Name }
  >;
}
