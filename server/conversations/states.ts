import type { ActionRequest, AgentState } from "../../contract/index.ts";
import { ApiError } from "../api-error.ts";
import type { EventDraft } from "../store/store.ts";
import { draftObservation } from "./event-draft.ts";

/** The states that a user may ask for, each with the states in which that means something. */
const transitions: Partial<Record<AgentState, readonly AgentState[] | "any">> = {
  stopped: "any",
  finished: "any",
  rejected: "any",
  paused: ["running", "rate_limited", "user_confirmed"],
  running: ["paused"],
  user_confirmed: ["awaiting_user_confirmation"],
  user_rejected: ["awaiting_user_confirmation"],
};

/** Whether a user may ask an agent in one state for another one. */
export function mayBecome(next: AgentState, state: AgentState): boolean {
  const from = transitions[next];
  return from === "any" || (from?.includes(state) ?? false);
}

/** @throws {ApiError} `agent_state_conflict`, with what is allowed */
export function assertMayBecome(next: AgentState, state: AgentState): void {
  if (!mayBecome(next, state)) throw new ApiError("agent_state_conflict", conflict(next, state));
}

function conflict(next: AgentState, state: AgentState): string {
  const now = (Object.keys(transitions) as AgentState[]).filter((name) => mayBecome(name, state));
  return `The agent is ${state} and cannot become ${next} now. It can become ${now.join(" or ")}.`;
}

/** Whether an action is one that the agent's state may forbid. */
export function isIntervention({ action }: Pick<ActionRequest, "action">): boolean {
  return action === "change_agent_state" || action === "loop_recovery";
}

/**
 * The state that counts as entered once a user has asked for it, so that nothing can be asked for that it excludes. What ends a
 * turn excludes nothing: whether it has come to that is for the agent to say.
 */
export function stateAskedFor(action: ActionRequest): AgentState | null {
  if (action.action !== "change_agent_state") return null;
  const { agent_state } = action.args;
  return transitions[agent_state] === "any" ? null : agent_state;
}

/** The observation that tells the agent's state. */
export function stateChanged(state: AgentState, reason = ""): EventDraft {
  return draftObservation(
    { observation: "agent_state_changed", content: "", extras: { agent_state: state, reason } },
    { source: "environment" },
  );
}
