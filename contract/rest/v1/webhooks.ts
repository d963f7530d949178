import * as z from "zod";
import type { Difference } from "../../differences.ts";
import { ReportedV1Event } from "../../events/v1/event.ts";
import { ConversationState, MetricsSnapshot } from "../../events/v1/state.ts";
import { exampleOf } from "../../examples.ts";
import { operation } from "../../operation.ts";
import { momentParameter, success, uuidParameter } from "../../primitives.ts";
import { exampleConversationId } from "../conversation-info.ts";
import { SandboxId, exampleSandboxId } from "./sandbox-info.ts";

const ReportedConversation = ConversationState.extend({
  title: z.string().max(200).nullable().optional().describe("Its title where it runs; null for none."),
  metrics: MetricsSnapshot.nullable().optional().describe("What it has used."),
  created_at: momentParameter().optional().describe("When it was created there."),
  updated_at: momentParameter().optional().describe("When something last happened there."),
}).meta({
  id: "ReportedConversation",
  description: "A conversation as an agent elsewhere tells of it: reference of agent servers, `ConversationInfo`.",
  examples: [exampleOf(ConversationState)],
});
export type ReportedConversation = z.output<typeof ReportedConversation>;

/** An agent that waits for an answer to this many events at once does something wrong. */
const mostEvents = 1000;

const ReportedEvents = z
  .array(ReportedV1Event)
  .max(mostEvents)
  .meta({
    id: "ReportedEvents",
    description: `Up to ${mostEvents} events, in the order of the log.`,
    examples: [[exampleOf(ReportedV1Event)]],
  });

const WebhookReceived = z.object({ success }).meta({
  id: "WebhookReceived",
  description: "What was reported is stored.",
  examples: [{ success: true }],
});

const whoReports: Difference = {
  topic: "who may report",
  upstream: "whoever has the sandbox's key; 401 for an unknown sandbox and for another one's key",
  here: "the sandbox's key, or one of its user's; 404 for a sandbox that is not the key's",
  why: "401 is about the key, 404 about the sandbox",
  change: "Nothing.",
};

const common = {
  tag: "Webhooks",
  since: "0.1.0",
  security: "user",
  sandboxKey: true,
  rateLimit: "user",
  gate: "v1",
} as const;

export const webhooks = {
  conversation: operation({
    ...common,
    method: "POST",
    path: "/api/v1/webhooks/:sandbox_id/conversations",
    summary: "Report a conversation",
    description:
      "Tells of a conversation whose agent runs elsewhere. One that is not known is created in the sandbox; of a known one, the model is noted, and the title where it has none yet.",
    params: z.object({ sandbox_id: SandboxId }),
    body: ReportedConversation,
    responses: { 200: WebhookReceived },
    errors: ["sandbox_not_found", "conversation_not_found"],
    differences: [
      whoReports,
      {
        topic: "a known conversation",
        upstream: "its times are set to now, its metrics and its parent are lost; 401 for one of another user",
        here: "all of that is kept; 404 for one of another user",
        why: "a report tells what is new",
        change: "Nothing.",
      },
    ],
    example: {
      request: { params: { sandbox_id: exampleSandboxId }, body: exampleOf(ReportedConversation) },
      response: { success: true },
    },
  }),
  events: operation({
    ...common,
    method: "POST",
    path: "/api/v1/webhooks/:sandbox_id/events/:conversation_id",
    summary: "Report events",
    description:
      "Appends events of an agent that runs elsewhere to the log of a conversation, in their order. An event that is reported again within a day, by its id, is not appended again.",
    params: z.object({ sandbox_id: SandboxId, conversation_id: uuidParameter() }),
    body: ReportedEvents,
    responses: { 200: WebhookReceived },
    errors: ["sandbox_not_found", "conversation_not_found"],
    differences: [
      whoReports,
      {
        topic: "events that cannot be stored",
        upstream: "200, whether or not they are stored; those of an unknown conversation are not",
        here: "404 for an unknown conversation, 400 for what is no event; 200 means stored",
        why: "whoever is told of success throws them away",
        change: "Keep the events and send them again.",
      },
      {
        topic: "an event that comes twice",
        upstream: "is stored under its id",
        here: "the same, for a day; it gets an id of this log",
        why: "an id says where in the log an event is",
        change: "Nothing.",
      },
    ],
    example: {
      request: {
        params: { sandbox_id: exampleSandboxId, conversation_id: exampleConversationId },
        body: exampleOf(ReportedEvents),
      },
      response: { success: true },
    },
  }),
  secret: operation({
    method: "GET",
    path: "/api/v1/webhooks/secrets",
    summary: "Get a token of a git provider",
    description:
      "The token that a user has stored for one git provider, for an agent that runs elsewhere: what the access token is made out for. It is good for 14 days.",
    tag: "Webhooks",
    since: "0.1.0",
    security: "accessToken",
    rateLimit: "address",
    gate: "v1",
    download: { mediaType: "text/plain", fileName: "secret.txt", description: "The token, and nothing else." },
    responses: {},
    errors: ["provider_token_not_found"],
    differences: [
      {
        topic: "`X-Access-Token`",
        upstream: "500 when it is missing or malformed",
        here: "401 `unauthenticated`, `invalid_credentials`",
        why: "that is what 401 is for",
        change: "Nothing.",
      },
    ],
    example: {},
  }),
};
