import * as z from "zod";
import type { Difference } from "../../differences.ts";
import { V1Event, V1EventKind } from "../../events/v1/event.ts";
import { exampleOf } from "../../examples.ts";
import { operation } from "../../operation.ts";
import { momentParameter, repeatedParameter, uuidParameter } from "../../primitives.ts";
import { exampleConversationId } from "../conversation-info.ts";
import { manyOf, mostIds, pageOf, paging } from "./page.ts";
import { idsDifference, pagingDifference } from "./sandboxes.ts";
import { Count } from "./start-tasks.ts";

const V1EventPage = pageOf(V1Event, { id: "V1EventPage", described: "The events, in the order that was asked for." });

/** With its defaults filled in, as it goes over the wire. */
const exampleEvent = V1Event.parse(exampleOf(V1Event));

const V1Events = manyOf(V1Event, { id: "V1Events", example: exampleEvent });

const EventSortOrder = z.enum(["TIMESTAMP", "TIMESTAMP_DESC"]).meta({
  id: "EventSortOrder",
  description: "By time, and in a conversation as in its log; `_DESC`: the latest first.",
  examples: ["TIMESTAMP"],
});

const filters = {
  conversation_id__eq: uuidParameter().optional().describe("Only events of this conversation; of all when left out."),
  kind__eq: V1EventKind.optional().describe("Only events of this kind."),
  timestamp__gte: momentParameter().optional().describe("Only events of this moment and later."),
  timestamp__lt: momentParameter().optional().describe("Only events before this moment."),
};

const idText = z.string().min(1).max(64).describe("A UUID, with dashes or without.");

const whichEvents: Difference = {
  topic: "which events",
  upstream: "those that agents have reported over webhooks",
  here: "all of the caller's conversations, of either version, as their sockets show them",
  why: "there is one log of a conversation",
  change: "Nothing.",
};

const eventOrder: Difference = {
  topic: "the order, and the page after",
  upstream: "by second, kind and id; each page skips an event",
  here: "that of the log; pages hold every event once",
  why: "what happened first comes first",
  change: "Nothing.",
};

const zones: Difference = {
  topic: "times of V1 events, and filters by them",
  upstream: "without a zone; 500 for a filter that has one",
  here: "RFC 3339 in UTC with `Z`; a filter may have any offset, and is UTC without one",
  why: "a time without a zone is none",
  change: "Nothing where times are parsed.",
};

const eventIds: Difference = {
  topic: "ids of V1 events",
  upstream: "random; those that an agent reports are its own",
  here: "made of the place in the log (UUIDv8), also for what an agent elsewhere reports",
  why: "an id says where its event is, so that no second list is needed",
  change: "Take an event's id from here.",
};

const common = { tag: "V1 events", since: "0.1.0", security: "user", rateLimit: "user", gate: "v1" } as const;

export const v1Events = {
  search: operation({
    ...common,
    method: "GET",
    path: "/api/v1/events/search",
    summary: "Search the events",
    description:
      "The events of the caller's conversations, as V1 shows them. Filters combine; pages stay stable while events come.",
    query: z.object({
      ...filters,
      sort_order: EventSortOrder.default("TIMESTAMP").describe("The order of the list."),
      ...paging,
    }),
    responses: { 200: V1EventPage },
    differences: [whichEvents, eventOrder, zones, eventIds, pagingDifference],
    example: {
      request: { query: { conversation_id__eq: exampleConversationId } },
      response: exampleOf(V1EventPage),
    },
  }),
  count: operation({
    ...common,
    method: "GET",
    path: "/api/v1/events/count",
    summary: "Count the events",
    description:
      "How many events a search with the same filters finds: as many as the socket of the conversation sends.",
    query: z.object({
      ...filters,
      sort_order: EventSortOrder.default("TIMESTAMP").describe("Of no effect, as an order has no part in a count."),
    }),
    responses: { 200: Count },
    differences: [whichEvents],
    example: { request: { query: { conversation_id__eq: exampleConversationId } }, response: 0 },
  }),
  getMany: operation({
    ...common,
    method: "GET",
    path: "/api/v1/events",
    summary: "Get events by their ids",
    description: `Up to ${mostIds} events of the caller's conversations.`,
    query: z.object({ id: repeatedParameter(idText, mostIds).describe("The ids; repeated for each.") }),
    responses: { 200: V1Events },
    differences: [idsDifference],
    example: { request: { query: { id: "1f0c2b7e-9d1a-8c3e-8b6f-7a2d1c0e9f84" } }, response: [exampleEvent] },
  }),
};
