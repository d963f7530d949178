import * as z from "zod";
import { exampleOf } from "../examples.ts";
import { ActionEvent } from "../events/actions.ts";
import { ObservationEvent } from "../events/observations.ts";
import { operation } from "../operation.ts";
import { exampleConversationId } from "./conversation-info.ts";
import { conversationParams } from "./conversations.ts";

/**
 * What a trajectory leaves out of `extras`, at any depth: what a browser looks like is large and of no use later. Each with
 * the value that stands for nothing. reference/v0-api.md §6.7.
 */
export const trimmedExtras = {
  dom_object: {},
  axtree_object: {},
  extra_element_properties: {},
  active_page_index: -1,
  last_browser_action: "",
  last_browser_action_error: "",
  focused_element_bid: "",
  screenshot: "",
  set_of_marks: "",
} as const;

type Observation = (typeof ObservationEvent.options)[number];

/** An observation as a trajectory holds it: the same one, unless its extras have something that is left out. */
function trimmed(observation: Observation): Observation {
  const extras: z.ZodObject = observation.shape.extras;
  const names = Object.keys(extras.shape).filter((name) => name in trimmedExtras);
  if (names.length === 0) return observation;
  const left = extras.omit(Object.fromEntries(names.map((name) => [name, true])) as Record<never, never>);
  const example = { ...exampleOf(observation), extras: exampleWithout(exampleOf(extras), names) };
  const { id, description } = z.globalRegistry.get(observation) ?? {};
  const extrasMeta = z.globalRegistry.get(extras) ?? {};
  return observation
    .extend({
      extras: left.meta({ ...extrasMeta, id: `Trajectory${extrasMeta.id}`, examples: [example.extras] }),
    })
    .meta({ id: `Trajectory${id}`, description, examples: [example] }) as unknown as Observation; // one of the same kind, with less in it
}

function exampleWithout(extras: object, names: readonly string[]): object {
  return Object.fromEntries(Object.entries(extras).filter(([name]) => !names.includes(name)));
}

const [first, ...others] = ObservationEvent.options.map(trimmed) as [Observation, ...Observation[]]; // as many as there are

const TrajectoryEvent = z.union([ActionEvent, z.discriminatedUnion("observation", [first, ...others])]).meta({
  id: "TrajectoryEvent",
  description: "An event as a trajectory holds it: as in the log, without what a browser looked like.",
  examples: [exampleOf(ActionEvent)],
});

const Trajectory = z
  .object({ trajectory: z.array(TrajectoryEvent).describe("The events that are not hidden, in the order of the log.") })
  .meta({
    id: "Trajectory",
    description: "All that has happened in a conversation.",
    examples: [{ trajectory: [exampleOf(ActionEvent)] }],
  });

export const trajectory = {
  get: operation({
    method: "GET",
    path: "/api/conversations/:conversation_id/trajectory",
    summary: "Get the trajectory",
    description:
      "The whole log up to this moment, for keeping or for `replay_json`: without hidden events, and without what takes much room in the extras of a browser's observations (`dom_object`, `axtree_object`, `extra_element_properties`, `active_page_index`, `last_browser_action`, `last_browser_action_error`, `focused_element_bid`, `screenshot`, `set_of_marks`).",
    tag: "Events",
    since: "0.1.0",
    security: "user",
    rateLimit: "user",
    params: conversationParams,
    responses: { 200: Trajectory },
    errors: ["conversation_not_found"],
    differences: [
      {
        upstream: "needs a runtime, and starts one",
        here: "at any time, from the log",
        why: "the log needs none",
        change: "Nothing.",
      },
    ],
    example: {
      request: { params: { conversation_id: exampleConversationId } },
      response: { trajectory: [exampleOf(ActionEvent)] },
    },
  }),
};
