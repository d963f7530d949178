import * as z from "zod";
import type { Difference } from "../../differences.ts";
import { exampleOf } from "../../examples.ts";
import { operation } from "../../operation.ts";
import { success, uuidParameter } from "../../primitives.ts";
import { exampleConversationId } from "../conversation-info.ts";

const AgentControlled = z.object({ success }).meta({
  id: "AgentControlled",
  description: "The agent has been told. What comes of it stands in the events.",
  examples: [{ success: true }],
});

const ConfirmationResponse = z
  .object({
    accept: z.boolean().describe("Whether the agent may do it."),
    reason: z
      .string()
      .max(10_000)
      .default("User rejected the action.")
      .describe("Why not: the agent's log keeps it. Of no effect where it may."),
  })
  .meta({
    id: "ConfirmationResponse",
    description: "What the user says to an action that waits.",
    examples: [{ accept: false, reason: "Not on this branch." }],
  });

const answered: Difference = {
  topic: "an unknown conversation",
  upstream: "400",
  here: "404 `conversation_not_found`",
  why: "it is absent",
  change: "Expect 404.",
};

const atOnce: Difference = {
  topic: "`run`, and `respond_to_confirmation` with `accept`",
  upstream: "answer when the run has ended",
  here: "answer at once",
  why: "a run may take hours, a request may not",
  change: "Follow the events.",
};

const request = { params: { conversation_id: exampleConversationId } };

const common = {
  method: "POST",
  tag: "V1 events",
  since: "0.1.0",
  security: "user",
  sandboxKey: true,
  rateLimit: "user",
  gate: "v1",
  params: z.object({ conversation_id: uuidParameter().describe("The conversation; with dashes or without.") }),
} as const;

export const agentControl = {
  pause: operation({
    ...common,
    path: "/api/conversations/:conversation_id/pause",
    summary: "Pause the agent",
    description:
      "The agent does nothing more until it is run again, or the user says something. Of no effect on an agent that does nothing.",
    responses: { 200: AgentControlled },
    errors: ["conversation_not_found", "conversation_not_running"],
    differences: [
      answered,
      {
        topic: "an idle agent",
        upstream: "is paused",
        here: "stays idle",
        why: "it does nothing that could be paused",
        change: "Nothing.",
      },
    ],
    example: { request, response: exampleOf(AgentControlled) },
  }),
  run: operation({
    ...common,
    path: "/api/conversations/:conversation_id/run",
    summary: "Let the agent run",
    description:
      "An agent that is paused goes on, and one that waits for consent has it. Of no effect on an agent that has nothing to do: a message is what it answers.",
    responses: { 200: AgentControlled },
    errors: ["conversation_not_found", "conversation_not_running"],
    differences: [atOnce],
    example: { request, response: exampleOf(AgentControlled) },
  }),
  respondToConfirmation: operation({
    ...common,
    path: "/api/conversations/:conversation_id/events/respond_to_confirmation",
    summary: "Allow an action, or not",
    description:
      "Answers an agent that waits for the user's consent, in the status `waiting_for_confirmation`. What is allowed is done; what is not has a `UserRejectObservation` with the reason.",
    body: ConfirmationResponse,
    responses: { 200: AgentControlled },
    errors: ["conversation_not_found", "conversation_not_running", "agent_state_conflict"],
    differences: [
      atOnce,
      {
        topic: "`accept: false`",
        upstream: "pauses, which has no effect; `reason` is lost",
        here: "the action is rejected: a `UserRejectObservation` with the reason, then the status `idle`",
        why: "a no is an answer",
        change: "Nothing.",
      },
      {
        topic: "`respond_to_confirmation` when nothing waits",
        upstream: "accepted",
        here: "409 `agent_state_conflict`",
        why: "consent is to something",
        change: "Treat 409 as decided already.",
      },
    ],
    example: { request: { ...request, body: { accept: true } }, response: exampleOf(AgentControlled) },
  }),
};
