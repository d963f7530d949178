import type { AgentState, ConversationExecutionStatus } from "../../../contract/index.ts";

/** What the agent is doing, in the words of V1; null where what it was doing before decides. */
const statuses: Readonly<Record<AgentState, ConversationExecutionStatus | null>> = {
  loading: "idle",
  running: "running",
  awaiting_user_input: null,
  paused: "paused",
  stopped: "paused",
  finished: "finished",
  rejected: "finished",
  error: "error",
  awaiting_user_confirmation: "waiting_for_confirmation",
  user_confirmed: "running",
  user_rejected: "idle",
  rate_limited: "running",
};

/** Before these, an agent that waits for the user has answered. */
const working: ReadonlySet<AgentState | null> = new Set<AgentState | null>([
  "running",
  "user_confirmed",
  "rate_limited",
]);

/**
 * What the agent is doing, in the words of V1.
 * @param before the state before this one; null when there was none
 * @param reason as the log has it: a pause that has one is because of a loop
 */
export function executionStatus(
  state: AgentState,
  before: AgentState | null,
  reason = "",
): ConversationExecutionStatus {
  if (state === "paused" && reason !== "") return "stuck";
  return statuses[state] ?? (working.has(before) ? "finished" : "idle");
}

/** The state that an agent elsewhere is in when it reports a status. */
export function agentStateOf(status: ConversationExecutionStatus): { agent_state: AgentState; reason: string } {
  const states: Readonly<Record<ConversationExecutionStatus, AgentState>> = {
    idle: "loading",
    running: "running",
    paused: "paused",
    waiting_for_confirmation: "awaiting_user_confirmation",
    finished: "finished",
    error: "error",
    stuck: "paused",
  };
  return { agent_state: states[status], reason: status === "stuck" ? "The agent repeats itself." : "" };
}

/**
 * Whether a state is another status than the one before it. Of an agent that waits for the user it is not known which it had:
 * what comes then is told.
 */
export function changesStatus(state: AgentState, before: AgentState | null, reason: string): boolean {
  const earlier = before === null ? "idle" : statuses[before]; // a conversation begins idle
  return earlier === null || earlier !== executionStatus(state, before, reason);
}
