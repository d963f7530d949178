import * as z from "zod";
import { operation } from "../operation.ts";
import { success } from "../primitives.ts";
import { exampleConversationId } from "./conversation-info.ts";
import { conversationParams } from "./conversations.ts";

const ExperimentRequest = z
  .object({
    config: z
      .record(z.string(), z.string())
      .nullable()
      .optional()
      .describe("The names of experiments, each with the variant; none when left out."),
  })
  .meta({
    id: "ExperimentRequest",
    description: "The experiments that the conversation is part of.",
    examples: [{ config: { condenser: "b" } }],
  });

const ExperimentResponse = z
  .object({
    success,
    stored: z
      .boolean()
      .describe("Whether this is what is stored now; false where there was something already, which stays."),
  })
  .meta({
    id: "ExperimentResponse",
    description: "The conversation's experiments are fixed.",
    examples: [{ success: true, stored: true }],
  });

export const experiments = {
  fix: operation({
    method: "POST",
    path: "/api/conversations/:conversation_id/exp-config",
    summary: "Fix the experiments of a conversation",
    description:
      "Says, once for all, which experiments the conversation is part of: a second call changes nothing. They are exported with its feedback.",
    tag: "Feedback",
    since: "0.1.0",
    security: "user",
    rateLimit: "user",
    params: conversationParams,
    body: ExperimentRequest,
    responses: { 200: ExperimentResponse },
    errors: ["conversation_not_found"],
    differences: [
      {
        topic: "the answer",
        upstream: "`false`, whether it was stored or there already; `true` when storing failed",
        here: '`{"success":true,"stored":…}`',
        why: "it says what it means",
        change: "Read `stored`.",
      },
    ],
    example: {
      request: { params: { conversation_id: exampleConversationId }, body: { config: { condenser: "b" } } },
      response: { success: true, stored: true },
    },
  }),
};
