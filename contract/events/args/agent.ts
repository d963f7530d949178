import * as z from "zod";
import { EventId } from "../../primitives.ts";
import { AgentState, thought } from "../shared.ts";

export const ThinkArgs = z.object({ thought: z.string().default("").describe("The thought.") }).meta({
  id: "ThinkArgs",
  description: "A thought to log.",
  examples: [{ thought: "The test fails because of the time zone." }],
});

export const FinishArgs = z
  .object({
    final_thought: z.string().default("").describe("What was achieved, for the user."),
    outputs: z.record(z.string(), z.unknown()).default({}).describe("Named results, for programs."),
    ...thought,
  })
  .meta({
    id: "FinishArgs",
    description: "The end of the task.",
    examples: [{ final_thought: "Both files are written." }],
  });

export const RejectArgs = z
  .object({
    outputs: z
      .record(z.string(), z.unknown())
      .default({})
      .describe("Named results, for programs. `reason` says why, for a person."),
    ...thought,
  })
  .meta({
    id: "RejectArgs",
    description: "That the task cannot or shall not be done.",
    examples: [{ outputs: { reason: "The repository is empty." } }],
  });

export const ChangeAgentStateArgs = z.object({ agent_state: AgentState, ...thought }).meta({
  id: "ChangeAgentStateArgs",
  description: "The state to change to.",
  examples: [{ agent_state: "stopped" }],
});

/** Either a list of ids or a range is given; what is not given is null. */
export const CondensationArgs = z
  .object({
    forgotten_event_ids: z.array(EventId).nullable().default(null).describe("The forgotten events, one by one."),
    forgotten_events_start_id: EventId.nullable().default(null).describe("The first of a range of forgotten events."),
    forgotten_events_end_id: EventId.nullable().default(null).describe("The last of a range of forgotten events."),
    summary: z.string().nullable().default(null).describe("What the forgotten events were about."),
    summary_offset: z
      .int()
      .min(0)
      .nullable()
      .default(null)
      .describe("Where the agent reads the summary in its history."),
  })
  .meta({
    id: "CondensationArgs",
    description:
      "What the agent no longer looks at: events by their ids, or all in a range, and what stands in their place. The events stay in the log.",
    examples: [
      { forgotten_events_start_id: 2, forgotten_events_end_id: 6, summary: "The user said hello.", summary_offset: 2 },
    ],
  });

export const CondensationRequestArgs = z.object({}).meta({
  id: "CondensationRequestArgs",
  description: "Nothing: the agent decides what it forgets.",
  examples: [{}],
});

export const LoopRecoveryArgs = z
  .object({
    option: z
      .union([z.literal(1), z.literal(2), z.literal(3)], "must be 1, 2 or 3")
      .default(1)
      .describe(
        "1: forget the repeats and wait for the user; 2: answer the user's last message again; 3: stop the agent.",
      ),
  })
  .meta({
    id: "LoopRecoveryArgs",
    description: "How to go on after the agent was found to repeat itself.",
    examples: [{ option: 1 }],
  });
