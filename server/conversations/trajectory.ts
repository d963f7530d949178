import { trimmedExtras } from "../../contract/index.ts";
import type { StoredEvent } from "../store/store.ts";
import type { EventLog } from "./event-log.ts";

const pageSize = 200;

/**
 * The trajectory form of a log (reference/v0-api.md §6.7), a page at a time: hidden events are left out, and what a browser
 * looked like. An event that has nothing to leave out is given as it was stored, unparsed.
 * @param last the id of the last event to give
 * @returns the JSON texts of the events, in the order of their ids
 * @throws when the conversation is deleted meanwhile: what has been given so far is not all
 */
export async function* trajectoryOf(
  log: Pick<EventLog, "find">,
  conversationId: string,
  last: number,
): AsyncGenerator<string[]> {
  for (let from = 0; from <= last; from += pageSize) {
    const to = Math.min(from + pageSize - 1, last);
    const page = await log.find(conversationId, { from, to, limit: pageSize });
    if (page.length < to - from + 1) throw new Error("the conversation was deleted while its trajectory was read");
    yield page.filter(({ hidden }) => !hidden).map(trimmed);
  }
}

const names = new Set(Object.keys(trimmedExtras));
const anyName = new RegExp(`"(?:${[...names].join("|")})":`);

function trimmed({ kind, text }: StoredEvent): string {
  if (kind === "action" || !anyName.test(text)) return text;
  const event = JSON.parse(text) as { extras: unknown };
  return JSON.stringify({ ...event, extras: without(event.extras) });
}

/** A value without the members of these names, at any depth. */
function without(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(without);
  if (typeof value !== "object" || value === null) return value;
  const kept = Object.entries(value).filter(([name]) => !names.has(name));
  return Object.fromEntries(kept.map(([name, inner]) => [name, without(inner)]));
}
