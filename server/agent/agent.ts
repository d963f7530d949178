import type { RuntimeStatus } from "../../contract/index.ts";
import type { Action, Observation } from "../conversations/event-draft.ts";

/** The names by which clients know the agent that answers here. */
export const agentNames: readonly string[] = ["CodeActAgent"];

/** What an agent is told when it is its turn. */
export interface Turn {
  /** What the user said. */
  readonly message: string;
  /** Whether the agent has not spoken in the conversation yet. */
  readonly first: boolean;
  /** What the user has not allowed the agent to do, since it last had a turn. */
  readonly rejected: Action | null;
  /** Ends whatever the agent waits for when it is stopped. */
  readonly signal: AbortSignal;
}

/** What an agent may do. What has no effect when an agent does it, such as a `loop_recovery`, is told and nothing more. */
export type AgentAction = Exclude<Action, { action: "system" | "recall" | "change_agent_state" }>;

/** What an agent may tell of itself: what came of what it did with its own tools. */
export type AgentObservation = Exclude<Observation, { observation: "agent_state_changed" | "recall" }>;

/** That the agent waits for its model, or goes on. */
export interface AgentWait {
  readonly state: "rate_limited" | "running";
}

/**
 * The Agent port: an agent answers one message with a stream of steps. Each `yield` of an action gives back what came of it
 * once it has been carried out; nothing for an action that nothing comes of, such as a message, nor for any other step. The
 * turn is over when the stream ends, after a `finish` or a `reject`, and when the user does not allow an action. Leaving the
 * stream early (`return`) stops the agent.
 */
export type Agent = (
  turn: Turn,
) => AsyncGenerator<AgentAction | AgentObservation | AgentWait, void, Observation | undefined>;

/** An agent with what the log says of it. */
export interface AgentDefinition {
  /** The model's name, as users set it. */
  readonly model: string;
  /** The first event of a conversation. */
  readonly systemPrompt: string;
  /** When actions wait for the user's consent: as the user's settings say, or always. */
  readonly confirmation: "as_set" | "always";
  readonly agent: Agent;
}

/** Thrown by an agent that cannot go on for a reason that programs know. The message is for a person. */
export class AgentFailure extends Error {
  readonly code: RuntimeStatus;

  constructor(code: RuntimeStatus, message: string) {
    super(message);
    this.name = "AgentFailure";
    this.code = code;
  }
}
