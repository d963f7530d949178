import * as z from "zod";
import type { Difference } from "../differences.ts";
import { operation } from "../operation.ts";
import { ConversationId, EventId, dependsOn, success } from "../primitives.ts";
import { exampleConversationId } from "./conversation-info.ts";
import { conversationParams } from "./conversations.ts";

const SubmitFeedbackRequest = z
  .object({
    polarity: z.enum(["positive", "negative"]).describe("Whether the user is content."),
    permissions: z.enum(["public", "private"]).default("private").describe("Whether the user lets others see it."),
    version: z.string().default("").describe("The version of the client."),
    email: z.string().default("").describe("Where the user can be asked."),
  })
  .meta({
    id: "SubmitFeedbackRequest",
    description: "What the user thinks of the conversation so far. Other fields are ignored.",
    examples: [{ polarity: "positive", permissions: "private", version: "1.0", email: "ada@example.com" }],
  });

const submitted = {
  success: true as const,
  statusCode: 200 as const,
  body: { message: "Thank you for your feedback.", feedback_id: "9d1a4c3e8b6f7a2d1c0e9f845f0c2b7e", password: "" },
};

const SubmitFeedbackResponse = z
  .object({
    success,
    statusCode: z.literal(200).describe("Always 200; older clients read it."),
    body: z
      .object({
        message: z.string().describe("What happened, for a person."),
        feedback_id: z.string().describe("The feedback's id."),
        password: z.string().describe("Always empty: there is no page that it would open."),
      })
      .describe("What was stored."),
  })
  .meta({ id: "SubmitFeedbackResponse", description: "The feedback has been stored.", examples: [submitted] });

const reason = z.string().nullable();
const metadata = z.record(z.string(), z.unknown()).nullable();

const RateConversationRequest = z
  .object({
    conversation_id: ConversationId,
    event_id: EventId.nullable()
      .optional()
      .describe("The event that is rated; the conversation when left out.")
      .meta(dependsOn("the events of the conversation")),
    rating: z.int().min(1).max(5).describe("From 1, bad, to 5, good."),
    reason: reason.optional().describe("Why, in words or as a code of the client's."),
    metadata: metadata.optional().describe("Whatever else the client wants to keep with it."),
  })
  .meta({
    id: "RateConversationRequest",
    description: "How good something was. A later rating of the same thing replaces an earlier one in what is shown.",
    examples: [{ conversation_id: exampleConversationId, event_id: 0, rating: 5, metadata: { source: "web" } }],
  });

const RateConversationResponse = z
  .object({
    success,
    status: z.literal("success").describe("Always `success`."),
    message: z.string().describe("What happened, for a person."),
  })
  .meta({
    id: "RateConversationResponse",
    description: "The rating has been stored.",
    examples: [{ success: true, status: "success", message: "The rating has been stored." }],
  });

const EventRating = z
  .discriminatedUnion("exists", [
    z.object({ exists: z.literal(false).describe("Nobody has rated the event.") }),
    z.object({
      exists: z.literal(true).describe("The event has been rated."),
      rating: z.int().min(1).max(5).describe("From 1, bad, to 5, good."),
      reason: reason.describe("Why; null when that was not said."),
      metadata: metadata.describe("What the client has kept with it."),
    }),
  ])
  .meta({
    id: "EventRating",
    description: "Whether an event has been rated, and how the last time.",
    examples: [{ exists: true, rating: 5, reason: null, metadata: { source: "web" } }],
  });

const EventRatings = z.record(z.string(), EventRating).meta({
  id: "EventRatings",
  description: "The rating of every event of the conversation, by the event's id.",
  examples: [{ "0": { exists: false }, "1": { exists: true, rating: 5, reason: null, metadata: null } }],
});

const metadataDifference: Difference = {
  topic: "`metadata`",
  upstream: "not stored",
  here: "stored, and shown with the rating",
  why: "the web client sends it, and expects it back",
  change: "Nothing.",
};

export const feedback = {
  submit: operation({
    method: "POST",
    path: "/api/conversations/:conversation_id/submit-feedback",
    summary: "Give feedback on a conversation",
    description:
      "Stores what the user thinks, with the conversation as it is at this moment. It is for the operator of this server, and is deleted with the conversation.",
    tag: "Feedback",
    since: "0.1.0",
    security: "user",
    rateLimit: "user",
    params: conversationParams,
    body: SubmitFeedbackRequest,
    idempotencyKey: true,
    responses: { 200: SubmitFeedbackResponse },
    errors: ["conversation_not_found"],
    differences: [
      {
        topic: "where it goes",
        upstream: "to an external service, whose answer is passed on",
        here: "to the operator of this server; `password` is empty",
        why: "no third party is told",
        change: "Show no link to a page of the feedback.",
      },
      {
        topic: "malformed input",
        upstream: "500",
        here: "400",
        why: "it is not the server that failed",
        change: "Nothing.",
      },
    ],
    example: {
      request: { params: { conversation_id: exampleConversationId }, body: { polarity: "positive", version: "1.0" } },
      response: submitted,
    },
  }),
  rate: operation({
    method: "POST",
    path: "/feedback/conversation",
    summary: "Rate a conversation or an event",
    description: "Stores a rating. It is for the operator of this server, and is deleted with the conversation.",
    tag: "Feedback",
    since: "0.1.0",
    security: "user",
    rateLimit: "user",
    body: RateConversationRequest,
    idempotencyKey: true,
    responses: { 201: RateConversationResponse },
    errors: ["conversation_not_found"],
    differences: [
      {
        topic: "credentials",
        upstream: "none are asked for",
        here: "needed, and of the user whose conversation it is",
        why: "a rating is its user's",
        change: "Send credentials.",
      },
      {
        topic: "`event_id`",
        upstream: "any integer",
        here: "400 for one that the log does not hold",
        why: "a rating is of something",
        change: "Nothing.",
      },
      metadataDifference,
    ],
    example: {
      request: { body: { conversation_id: exampleConversationId, event_id: 0, rating: 5, reason: "Well done." } },
      response: { success: true, status: "success", message: "The rating has been stored." },
    },
  }),
  ratings: operation({
    method: "GET",
    path: "/feedback/conversation/:conversation_id/batch",
    summary: "Get the ratings of a conversation's events",
    description: "The last rating of each event. Ratings of the conversation as a whole are not among them.",
    tag: "Feedback",
    since: "0.1.0",
    security: "user",
    rateLimit: "user",
    params: conversationParams,
    responses: { 200: EventRatings },
    errors: ["conversation_not_found"],
    differences: [metadataDifference],
    example: {
      request: { params: { conversation_id: exampleConversationId } },
      response: { "0": { exists: false } },
    },
  }),
};
