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

/** What tells that an agent elsewhere has reported it: its words are shown as they came. */
export const reported = "An agent elsewhere has reported it.";
const reportedLoop = "An agent elsewhere has reported that it repeats itself.";

export function isReported(reason: string): boolean {
  return reason === reported || reason === reportedLoop;
}

/**
 * What the agent is doing, in the words of V1.
 * @param before the state before this one; null when there was none
 * @param reason as the log has it: a pause that has one is because of a loop
 */
export function executionStatus(
  state: AgentState,
  before: AgentState | null,
  reason: string,
): ConversationExecutionStatus {
  if (state === "paused" && reason !== "" && reason !== reported) return "stuck";
  return statuses[state] ?? (working.has(before) ? "finished" : "idle");
}

/** The state of an agent elsewhere that reports a status. */
export function agentStateOf(status: ConversationExecutionStatus): { agent_state: AgentState; reason: string } {
  return { agent_state: reportedStates[status], reason: status === "stuck" ? reportedLoop : reported };
}

const reportedStates: Readonly<Record<ConversationExecutionStatus, AgentState>> = {
  idle: "loading",
  running: "running",
  paused: "paused",
  waiting_for_confirmation: "awaiting_user_confirmation",
  finished: "finished",
  error: "error",
  stuck: "paused",
};

/**
 * Whether a state of an agent of this server is another status than the one before it. Of an agent that waits for the user it
 * is not known which it had: what comes then is told.
 */
export function changesStatus(state: AgentState, before: AgentState | null, reason: string): boolean {
  const earlier = before === null ? "idle" : statuses[before]; // a conversation begins idle
  return earlier === null || earlier !== executionStatus(state, before, reason);
}
