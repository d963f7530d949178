import * as z from "zod";
import { EventId, Timestamp } from "../primitives.ts";
import { ToolCallMetadata } from "./model-calls.ts";

/** Who caused an event. */
export const EventSource = z.enum(["agent", "user", "environment"]).meta({
  id: "EventSource",
  description: "Who caused the event: the agent, the user, or the environment that both work in.",
  examples: ["agent"],
});
export type EventSource = z.infer<typeof EventSource>;

/** What the agent is doing. */
export const AgentState = z
  .enum([
    "loading",
    "running",
    "awaiting_user_input",
    "paused",
    "stopped",
    "finished",
    "rejected",
    "error",
    "awaiting_user_confirmation",
    "user_confirmed",
    "user_rejected",
    "rate_limited",
  ])
  .meta({ id: "AgentState", description: "What the agent is doing.", examples: ["running"] });
export type AgentState = z.infer<typeof AgentState>;

/** Whether an action waits for the user's consent. */
export const ActionConfirmationStatus = z.enum(["confirmed", "rejected", "awaiting_confirmation"]).meta({
  id: "ActionConfirmationStatus",
  description:
    "Whether the user has consented to the action. What a client sends itself is never held back: `confirmed` stands there whatever it sends.",
  examples: ["confirmed"],
});

/** How risky an action is judged to be. */
/** A range and not four constants: of these, generators of clients (kubb 4) cannot write the negative one. */
export const ActionSecurityRisk = z
  .int()
  .min(-1)
  .max(2)
  .meta({
    id: "ActionSecurityRisk",
    description: "How risky the action is: -1 unknown, 0 low, 1 medium, 2 high.",
    examples: [-1],
  });

export const FileReadSource = z.enum(["oh_aci", "default"]).meta({
  id: "FileReadSource",
  description: "Which reader is meant: `oh_aci` the file editor's view, `default` plain text.",
  examples: ["default"],
});

export const FileEditSource = z.enum(["llm_based_edit", "oh_aci"]).meta({
  id: "FileEditSource",
  description: "Which editor is meant: `oh_aci` edits by exact text, `llm_based_edit` by a model.",
  examples: ["oh_aci"],
});

export const RecallType = z.enum(["workspace_context", "knowledge"]).meta({
  id: "RecallType",
  description:
    "What is recalled: the workspace's context (once, at the first message) or knowledge that a message triggers.",
  examples: ["workspace_context"],
});

/** The keys that every event has at its top level, in the order in which they are written. */
export const envelope = {
  id: EventId,
  timestamp: Timestamp.describe("When the event was appended to the log."),
  source: EventSource,
  message: z.string().describe("The event in a sentence, for a person. May be empty."),
  cause: EventId.optional().describe(
    "The id of the action that this event is the result of. An action that was held back stands in the log again once the user has decided, with the one that waited as its cause.",
  ),
  tool_call_metadata: ToolCallMetadata.optional(),
};

/** `confirmation_state`, which every action carries that may have to wait for the user's consent. */
export const confirmation = { confirmation_state: ActionConfirmationStatus.default("confirmed") };

/** `thought`, which most actions carry. */
export const thought = { thought: z.string().default("").describe("Why the action is taken.") };

/** `security_risk`, which actions with an effect carry. */
export const risk = { security_risk: ActionSecurityRisk.default(-1) };

/** An example's envelope: one moment, so that documents stay the same from run to run. */
export function exampleEnvelope(id: number, source: EventSource, message: string) {
  return { id, timestamp: "2026-11-22T10:15:30.123Z", source, message };
}
