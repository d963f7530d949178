import * as z from "zod";
import { exampleOf } from "../examples.ts";
import { ActionEvent, actionTypes } from "./actions.ts";
import { ObservationEvent, observationTypes } from "./observations.ts";

/** An entry of a conversation's log. The two unions are told apart by their discriminator, so neither is tried in vain. */
export const Event = z.union([ActionEvent, ObservationEvent]).meta({
  id: "Event",
  description:
    "An entry of a conversation's log: an action has `action` and `args`, an observation `observation` and `content`.",
  examples: [exampleOf(ActionEvent)],
});
export type Event = z.output<typeof Event>;

/** The name of an action or observation type. Some name both: `run` is an action and its observation. */
export const EventType = z.enum([...new Set([...actionTypes, ...observationTypes])]).meta({
  id: "EventType",
  description: "The name of an action or observation type; a name that both have means both.",
  examples: ["run"],
});
export type EventType = z.infer<typeof EventType>;
