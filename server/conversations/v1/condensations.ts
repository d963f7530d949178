import type { V1EventOf } from "../../../contract/index.ts";
import type { Action } from "../event-draft.ts";
import type { Reader, Reading } from "./translation.ts";

type CondensationAction = Extract<Action, { action: "condensation" }>;

/** What a log forgets: ids of V0 events, each once and in their order. */
export function condensationRead(
  { forgotten_event_ids, summary, summary_offset }: V1EventOf<"Condensation">,
  { eventOfId }: Reader,
): CondensationAction {
  const ids = forgotten_event_ids.map(eventOfId).filter((id) => id !== undefined);
  return {
    action: "condensation",
    args: {
      forgotten_event_ids: [...new Set(ids)].toSorted((a, b) => a - b),
      forgotten_events_start_id: null,
      forgotten_events_end_id: null,
      summary,
      summary_offset,
    },
  };
}

export function forgottenReading(action: CondensationAction): Reading {
  return { kind: "action", source: "agent", action };
}

/** The range of V0 events that a condensation forgets, both ends included, and which of them; null for all. */
export function forgottenIds({ args }: CondensationAction): {
  from: number;
  to: number;
  only: ReadonlySet<number> | null;
} {
  const { forgotten_event_ids: ids, forgotten_events_start_id: from, forgotten_events_end_id: to } = args;
  if (ids) return { from: Math.min(...ids), to: Math.max(...ids), only: new Set(ids) };
  return from === null || to === null ? { from: 0, to: -1, only: null } : { from, to, only: null };
}
