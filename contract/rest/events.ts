import * as z from "zod";
import type { Difference } from "../differences.ts";
import { exampleOf } from "../examples.ts";
import { Event, EventType } from "../events/event.ts";
import { ActionRequest } from "../events/requests.ts";
import { EventSource } from "../events/shared.ts";
import { operation } from "../operation.ts";
import {
  EventId,
  Timestamp,
  booleanParameter,
  dependsOn,
  integerParameter,
  listParameter,
  success,
} from "../primitives.ts";
import { conversationParams } from "./conversations.ts";

const conversation_id = "5f0c2b7e9d1a4c3e8b6f7a2d1c0e9f84";

/** More than a person or a program has to say at one moment; what comes in bulk comes in several requests. */
const mostActions = 100;

const MessageRequest = z.object({ message: z.string().min(1).describe("The text.") }).meta({
  id: "MessageRequest",
  description: "What the user says.",
  examples: [{ message: "Run the tests, please." }],
});

const MessageResponse = z.object({ success, event_id: EventId }).meta({
  id: "MessageResponse",
  description: "The message is in the log.",
  examples: [{ success: true, event_id: 7 }],
});

const AddEventRequest = z
  .union([
    ActionRequest,
    z
      .array(ActionRequest)
      .min(1)
      .max(mostActions)
      .describe(`Up to ${mostActions} actions, in the order of the log.`)
      .meta(dependsOn("the other actions of the list: one of them at most may change the agent's state")),
  ])
  .meta({
    id: "AddEventRequest",
    description: "One action, or a list of actions of which all are appended or none.",
    examples: [
      { action: "run", args: { command: "git status --short" } },
      [
        { action: "write", args: { path: "notes.txt", content: "remember the milk\n" } },
        { action: "message", args: { content: "Have a look at notes.txt." } },
      ],
    ],
  });

const AddEventResponse = z
  .object({
    success,
    event_ids: z.array(EventId).describe("The ids of the appended events, in order."),
  })
  .meta({
    id: "AddEventResponse",
    description: "The actions are in the log.",
    examples: [{ success: true, event_ids: [7] }],
  });

const EventPage = z
  .object({
    events: z
      .array(Event)
      .describe("The events that match, in order of their ids; with `reverse` the other way round."),
    has_more: z
      .boolean()
      .describe(
        "Whether a further event matches. Ask for it with the last id + 1 as `start_id`; with `reverse`, with the last id - 1 as `end_id`.",
      ),
  })
  .meta({
    id: "EventPage",
    description: "A page of the log.",
    examples: [{ events: [], has_more: false }],
  });

const notRunning: Difference = {
  topic: "a conversation that is not running",
  upstream: "500",
  here: "409 `conversation_not_running`",
  why: "it is not the server that failed",
  change: "Expect 409.",
};

export const events = {
  message: operation({
    method: "POST",
    path: "/api/conversations/:conversation_id/message",
    summary: "Send a message",
    description:
      "Appends a message of the user to the log; the agent answers in further events. Answered once the message is durable.",
    tag: "Events",
    since: "0.1.0",
    security: "user",
    rateLimit: "user",
    params: conversationParams,
    body: MessageRequest,
    idempotencyKey: true,
    responses: { 200: MessageResponse },
    errors: ["conversation_not_found", "conversation_not_running"],
    differences: [notRunning],
    example: {
      request: { params: { conversation_id }, body: { message: "Run the tests, please." } },
      response: { success: true, event_id: 7 },
    },
  }),
  search: operation({
    method: "GET",
    path: "/api/conversations/:conversation_id/events",
    summary: "Search the events",
    description: "A page of the conversation's log. Filters combine; a page holds up to `limit` matching events.",
    tag: "Events",
    since: "0.1.0",
    security: "user",
    rateLimit: "user",
    params: conversationParams,
    query: z.object({
      start_id: integerParameter({ min: 0 }).default(0).describe("The lowest id to return."),
      end_id: integerParameter({ min: 0 }).optional().describe("The highest id to return."),
      reverse: booleanParameter().default(false).describe("Whether to return the highest ids first."),
      limit: integerParameter({ min: 0, max: 100 }).default(20).describe("How many events to return at the most."),
      types: listParameter(EventType)
        .optional()
        .describe("Only actions and observations of these types, separated by commas."),
      source: EventSource.optional(),
      query: z.string().optional().describe("Only events whose JSON text contains this, upper and lower case alike."),
      exclude_hidden: booleanParameter().default(false).describe("Whether to leave out hidden events."),
      start_date: Timestamp.optional().describe("Only events from this moment on."),
      end_date: Timestamp.optional().describe("Only events up to this moment."),
    }),
    responses: { 200: EventPage },
    errors: ["conversation_not_found"],
    differences: [
      {
        topic: "the filter",
        upstream: "a JSON body, in which types cannot be said",
        here: "query parameters, `types` among them",
        why: "the body of a `GET` means nothing in HTTP",
        change: "Send the filter in the query.",
      },
      {
        topic: "`source`",
        upstream: "any text",
        here: "400 for what is no source",
        why: "a typo should not look like an empty log",
        change: "Nothing.",
      },
    ],
    example: {
      request: { params: { conversation_id }, query: { start_id: "0", limit: "20" } },
      response: { events: [exampleOf(Event)], has_more: false },
    },
  }),
  add: operation({
    method: "POST",
    path: "/api/conversations/:conversation_id/events",
    summary: "Add actions",
    description:
      "Appends one action of the user, or several in their order, all or none; at most one of them may change the agent's state. What can be carried out is carried out at once, in the order in which it came, and never held back; its observation has the action's id as `cause`. A `change_agent_state` to a state that the agent cannot change to now, and a `loop_recovery` while the agent is in no loop, are refused with 409. Answered once the actions are durable.",
    tag: "Events",
    since: "0.1.0",
    security: "user",
    rateLimit: "user",
    params: conversationParams,
    body: AddEventRequest,
    idempotencyKey: true,
    responses: { 200: AddEventResponse },
    errors: ["conversation_not_found", "conversation_not_running", "agent_state_conflict"],
    differences: [
      notRunning,
      {
        topic: "a list",
        upstream: "one event only",
        here: "one action, or up to 100, of which all are appended or none",
        why: "what belongs together comes together",
        change: "Nothing.",
      },
    ],
    example: {
      request: {
        params: { conversation_id },
        body: { action: "run", args: { command: "git status --short" } },
      },
      response: { success: true, event_ids: [7] },
    },
  }),
};
