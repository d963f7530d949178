import { draftAction } from "./event-draft.ts";
import type { Observation } from "./event-draft.ts";
import type { History } from "./history.ts";

/** A range of events and what stands in their place. Both ends belong to it. */
export interface Forgotten {
  readonly from: number;
  readonly to: number;
  readonly summary: string;
}

/** Says in the log that the agent forgets a range of events. @param cause the id of the action that asked for it */
export async function forget(history: History, { from, to, summary }: Forgotten, cause: number): Promise<void> {
  const args = {
    forgotten_event_ids: null,
    forgotten_events_start_id: from,
    forgotten_events_end_id: to,
    summary,
    summary_offset: from,
  };
  await history.append(draftAction({ action: "condensation", args }, { source: "agent", cause }));
}

/**
 * Forgets all that has happened since the agent was set up. The summary says of which types the events were; an agent with
 * a language model would say what they were about.
 * @param request the id of the action that asked for it
 */
export async function condense(history: History, request: number): Promise<Observation> {
  const [system] = await history.find({ from: 0, types: ["system"], limit: 1 });
  const from = (system?.id ?? -1) + 1;
  const to = request - 1;
  if (from > to) return condensed("There is nothing to condense.");
  const summary = `${counted(to - from + 1, "event")}: ${await typesIn(history, from, to)}.`;
  await forget(history, { from, to, summary }, request);
  return condensed(summary);
}

function condensed(content: string): Observation {
  return { observation: "condense", content, extras: {} };
}

const pageSize = 200;

/** `2 message actions, 1 run action, 1 run observation` */
async function typesIn(history: History, from: number, to: number): Promise<string> {
  const counts = new Map<string, number>();
  for (let next = from; next <= to; next += pageSize) {
    const page = await history.find({ from: next, to: Math.min(to, next + pageSize - 1), limit: pageSize });
    for (const { type, kind } of page) counts.set(`${type} ${kind}`, (counts.get(`${type} ${kind}`) ?? 0) + 1);
  }
  return [...counts].map(([name, count]) => counted(count, name)).join(", ");
}

function counted(count: number, name: string): string {
  return `${count} ${name}${count === 1 ? "" : "s"}`;
}
