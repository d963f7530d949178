import { agentNames } from "../../agent/agent.ts";
import { errorObservation } from "../event-draft.ts";
import type { Observation } from "../event-draft.ts";
import type { Executable } from "../execute.ts";

/** Lets the conversation's agent answer a task within the turn that is under way. @returns what came of it */
export type AskAgent = (task: string) => Promise<Observation>;

/** Asks an agent of this server for help. All names of an agent mean the one of the conversation. */
export function delegate({ args }: Executable<"delegate">, ask: AskAgent): Promise<Observation> | Observation {
  if (!agentNames.includes(args.agent))
    return badDelegation(`There is no agent ${args.agent}. Ask one of ${agentNames.join(", ")}.`);
  const { task } = args.inputs;
  if (typeof task !== "string" || task === "")
    return badDelegation("The agent was given nothing to do. Put the task into `inputs.task`, as a text.");
  return ask(task);
}

function badDelegation(message: string): Observation {
  return errorObservation(message, "AGENT_ERROR$BAD_ACTION");
}
