import type { Action, Observation } from "../conversations/event-draft.ts";

/** What an agent is told when it is its turn. */
export interface Turn {
  /** What the user said. */
  readonly message: string;
  /** Whether the agent has not spoken in the conversation yet. */
  readonly first: boolean;
}

/** What an agent may do. */
export type AgentAction = Extract<
  Action,
  { action: "message" | "run" | "read" | "write" | "edit" | "think" | "finish" }
>;

/**
 * The Agent port: an agent answers one message with a stream of actions. Each `yield` gives back what came of the action
 * once it has been carried out; nothing for a message. The turn is over when the stream ends; after a `finish` the agent
 * counts as finished, otherwise as waiting for the user. Leaving the stream early (`return`) stops the agent.
 */
export type Agent = (turn: Turn) => AsyncGenerator<AgentAction, void, Observation | undefined>;

/** An agent with what the log says of it. */
export interface AgentDefinition {
  /** The model's name, as users set it. */
  readonly model: string;
  /** The first event of a conversation. */
  readonly systemPrompt: string;
  readonly agent: Agent;
}
