import * as z from "zod";
import { exampleOf } from "../examples.ts";
import { operation } from "../operation.ts";
import { ConversationId, booleanParameter, success } from "../primitives.ts";
import { CreateConversationRequest } from "./conversation-creation.ts";
import {
  creationDifferences,
  listDifferences,
  runningDifference,
  stopDifferences,
} from "./differences/conversations.ts";
import {
  ConversationInfo,
  ConversationPage,
  ConversationStatus,
  ConversationTrigger,
  ProviderType,
  conversationPaging,
  exampleConversationId,
} from "./conversation-info.ts";

/** The path parameter of everything that belongs to one conversation. */
export const conversationParams = z.object({ conversation_id: ConversationId });

const ConversationResponse = z
  .object({
    success,
    status: z.literal("ok").describe("Always `ok`."),
    conversation_id: ConversationId,
    message: z.string().nullable().describe("What happened, for a person, when there is something to say."),
    conversation_status: ConversationStatus.nullable().describe("Where the conversation is now."),
  })
  .meta({
    id: "ConversationResponse",
    description: "The conversation after a change.",
    examples: [
      {
        success: true,
        status: "ok",
        conversation_id: exampleConversationId,
        message: null,
        conversation_status: "STARTING",
      },
    ],
  });
export type ConversationResponse = z.infer<typeof ConversationResponse>;

const RenameConversationRequest = z
  .strictObject({
    title: z
      .string()
      .max(200)
      .regex(/\S/, "must hold more than space")
      .trim()
      .describe("The new title; space around it is dropped."),
  })
  .meta({
    id: "RenameConversationRequest",
    description: "The new title. Unknown fields are refused.",
    examples: [{ title: "Fix the flaky test" }],
  });

const RenameConversationResponse = z.object({ success }).meta({
  id: "RenameConversationResponse",
  description: "The title has been changed.",
  examples: [{ success: true }],
});

const DeleteConversationResponse = z.object({ success }).meta({
  id: "DeleteConversationResponse",
  description: "The conversation, its events and its workspace are gone.",
  examples: [{ success: true }],
});

const StartConversationRequest = z
  .object({
    providers_set: z
      .array(ProviderType)
      .nullable()
      .optional()
      .describe(
        "The git hosts that the client has tokens for. Accepted for older clients; the server knows them itself.",
      ),
  })
  .meta({
    id: "StartConversationRequest",
    description: "How to start. May be left out.",
    examples: [{}],
  });

export const conversations = {
  create: operation({
    method: "POST",
    path: "/api/conversations",
    summary: "Create a conversation",
    description:
      "Creates a conversation with a workspace of its own and starts it. A repository is checked before anything is created, and cloned in the background: the status is `STARTING` until the workspace is ready. Where that is more than may run at a time, the running one that has been quiet the longest is stopped.",
    tag: "Conversations",
    since: "0.1.0",
    security: "user",
    rateLimit: "user",
    body: CreateConversationRequest,
    responses: { 200: ConversationResponse },
    errors: ["repository_unavailable", "conversation_exists"],
    idempotencyKey: true,
    differences: [...creationDifferences, runningDifference],
    produces: { conversation_id: "conversation_id" },
    example: {
      request: { body: { initial_user_msg: "Hello." } },
      response: {
        success: true,
        status: "ok",
        conversation_id: exampleConversationId,
        message: null,
        conversation_status: "STARTING",
      },
    },
  }),
  list: operation({
    method: "GET",
    path: "/api/conversations",
    summary: "List the conversations",
    description: "The caller's conversations, newest first. Pages stay stable while conversations come and go.",
    tag: "Conversations",
    since: "0.1.0",
    security: "user",
    rateLimit: "user",
    query: z.object({
      ...conversationPaging,
      selected_repository: z.string().optional().describe("Only conversations on this repository."),
      conversation_trigger: ConversationTrigger.optional().describe("Only conversations that this began."),
      include_sub_conversations: booleanParameter()
        .default(false)
        .describe("Whether to include conversations that another conversation began."),
    }),
    responses: { 200: ConversationPage },
    differences: listDifferences,
    example: {
      request: { query: { limit: "20" } },
      response: { results: [], next_page_id: null },
    },
  }),
  get: operation({
    method: "GET",
    path: "/api/conversations/:conversation_id",
    summary: "Get a conversation",
    description: "One conversation of the caller.",
    tag: "Conversations",
    since: "0.1.0",
    security: "user",
    rateLimit: "user",
    params: conversationParams,
    responses: { 200: ConversationInfo },
    errors: ["conversation_not_found"],
    example: {
      request: { params: { conversation_id: exampleConversationId } },
      response: exampleOf(ConversationInfo),
    },
  }),
  rename: operation({
    method: "PATCH",
    path: "/api/conversations/:conversation_id",
    summary: "Rename a conversation",
    description: "Gives the conversation a new title. Connected sockets get an `info` status with it.",
    tag: "Conversations",
    since: "0.1.0",
    security: "user",
    rateLimit: "user",
    params: conversationParams,
    body: RenameConversationRequest,
    responses: { 200: RenameConversationResponse },
    errors: ["conversation_not_found"],
    example: {
      request: { params: { conversation_id: exampleConversationId }, body: { title: "Fix the flaky test" } },
      response: { success: true },
    },
  }),
  delete: operation({
    method: "DELETE",
    path: "/api/conversations/:conversation_id",
    summary: "Delete a conversation",
    description:
      "Stops the conversation and deletes it with its events and its workspace. Its sockets are closed with 4404.",
    tag: "Conversations",
    since: "0.1.0",
    security: "user",
    rateLimit: "user",
    params: conversationParams,
    responses: { 200: DeleteConversationResponse },
    errors: ["conversation_not_found"],
    example: { request: { params: { conversation_id: exampleConversationId } }, response: { success: true } },
  }),
  start: operation({
    method: "POST",
    path: "/api/conversations/:conversation_id/start",
    summary: "Start a conversation",
    description: "Starts a stopped conversation again. A conversation that runs is left as it is.",
    tag: "Conversations",
    since: "0.1.0",
    security: "user",
    rateLimit: "user",
    params: conversationParams,
    body: StartConversationRequest,
    optionalBody: true,
    responses: { 200: ConversationResponse },
    errors: ["conversation_not_found"],
    differences: [runningDifference],
    example: {
      request: { params: { conversation_id: exampleConversationId }, body: {} },
      response: {
        success: true,
        status: "ok",
        conversation_id: exampleConversationId,
        message: null,
        conversation_status: "RUNNING",
      },
    },
  }),
  stop: operation({
    method: "POST",
    path: "/api/conversations/:conversation_id/stop",
    summary: "Stop a conversation",
    description:
      "Stops the agent and ends its running command. Events and workspace are kept. A conversation that is stopped is left as it is; `conversation_status` is the status after the stop.",
    tag: "Conversations",
    since: "0.1.0",
    security: "user",
    rateLimit: "user",
    params: conversationParams,
    responses: { 200: ConversationResponse },
    errors: ["conversation_not_found"],
    differences: stopDifferences,
    example: {
      request: { params: { conversation_id: exampleConversationId } },
      response: {
        success: true,
        status: "ok",
        conversation_id: exampleConversationId,
        message: "The conversation has been stopped.",
        conversation_status: "STOPPED",
      },
    },
  }),
};
