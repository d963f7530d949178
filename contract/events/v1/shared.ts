// What all V1 events have: reference/v1-api.md §10.1.
import * as z from "zod";
import { Moment, Timestamp, inUtc } from "../../primitives.ts";
import type { EventSource } from "../shared.ts";

/** A V1 event's id. Those of a log are made of the conversation and the V0 event that they are a rendering of. */
export const V1EventId = z.guid("must be a UUID with dashes").meta({
  id: "V1EventId",
  description:
    "Identifies an event among all events of all conversations: a UUID with dashes. That of an event of the log is the same whenever and wherever it is read (UUIDv8, RFC 9562).",
  examples: ["1f0c2b7e-9d1a-8c3e-8b6f-7a2d1c0e9f84"],
});

/** Upstream writes local times without a zone, which are read as UTC. */
export const V1Timestamp = Moment.transform(inUtc)
  .pipe(Timestamp)
  .describe("When it happened. A time without a zone is read as UTC.");

/** The keys of every event. @param source who may have caused it */
export function common<Sources extends z.ZodType<EventSource>>(source: Sources) {
  return {
    id: V1EventId,
    timestamp: V1Timestamp,
    source: source.describe("Who caused the event: the agent, the user, or the environment that both work in."),
  };
}

/** An example's envelope: one moment, so that documents stay the same from run to run. */
export function commonExample(source: EventSource) {
  return { id: "1f0c2b7e-9d1a-8c3e-8b6f-7a2d1c0e9f84", timestamp: "2026-11-22T10:15:30.123Z", source };
}

export const SecurityRisk = z.enum(["UNKNOWN", "LOW", "MEDIUM", "HIGH"]).meta({
  id: "SecurityRisk",
  description: "How risky an action is judged to be.",
  examples: ["LOW"],
});
export type SecurityRisk = z.infer<typeof SecurityRisk>;
