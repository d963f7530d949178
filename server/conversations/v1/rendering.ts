import type { ActionEvent, AgentState, Event, V1EventKind } from "../../../contract/index.ts";
import type { EventLog } from "../event-log.ts";
import type { StoredEvent } from "../../store/store.ts";
import { forgottenIds } from "./condensations.ts";
import { createEventIds } from "./event-ids.ts";
import type { Context, V1Body } from "./translation.ts";
import { shownAs } from "./translations.ts";

/** A V1 event as it goes over the wire, and where it comes from. */
export interface RenderedEvent {
  readonly id: string;
  readonly kind: V1EventKind;
  readonly timestamp: string;
  /** The V0 event that it is a rendering of, and which of its renderings it is. */
  readonly eventId: number;
  readonly part: number;
  readonly text: string;
}

/** What V1 shows of the events of one conversation's log. */
export interface Rendering {
  /** @param events of the log, in the order of their ids @returns what is shown of each, in that order */
  render(events: readonly StoredEvent[]): Promise<RenderedEvent[][]>;
}

/** So many actions are remembered for what comes of them: more than are under way at a time. */
const mostActions = 100;

const pageSize = 200;

/** @param log the conversation's; what an event is shown by besides itself is read from there */
export function createRendering(log: Pick<EventLog, "find">, conversationId: string): Rendering {
  const idOf = createEventIds(conversationId);
  const actions = new Map<number, ActionEvent | null>();
  /** The state after the last event that was rendered: it is the one before the next. */
  let known: { readonly id: number; readonly state: AgentState | null } | undefined;

  async function stateBefore(id: number): Promise<AgentState | null> {
    if (known?.id === id - 1) return known.state;
    const [last] = await log.find(conversationId, {
      from: 0,
      to: id - 1,
      types: ["agent_state_changed"],
      descending: true,
      limit: 1,
    });
    return (last && stateOf(parsed(last))) ?? null;
  }

  async function causeOf({ cause }: Event): Promise<ActionEvent | null> {
    if (cause === undefined) return null;
    const remembered = actions.get(cause);
    if (remembered !== undefined) return remembered;
    const [event] = await log.find(conversationId, { from: cause, to: cause, limit: 1 });
    const action = event?.kind === "action" ? (parsed(event) as ActionEvent) : null;
    remember(cause, action);
    return action;
  }

  function remember(id: number, action: ActionEvent | null): void {
    actions.set(id, action);
    const [oldest] = actions.keys();
    if (actions.size > mostActions && oldest !== undefined) actions.delete(oldest);
  }

  /** The V1 ids of all that is shown of what a condensation forgets. */
  async function forgottenBy(event: Event): Promise<string[]> {
    if (!("action" in event) || event.action !== "condensation") return [];
    const { from, to, only } = forgottenIds(event);
    const others = createRendering(log, conversationId);
    const ids: string[] = [];
    for (let next = from; next <= to; next += pageSize) {
      const page = await log.find(conversationId, {
        from: next,
        to: Math.min(to, next + pageSize - 1),
        limit: pageSize,
      });
      // What a condensation before this one has forgotten does not change its own id.
      const wanted = page.filter(({ id, type }) => (only?.has(id) ?? true) && type !== "condensation");
      ids.push(...(await others.render(wanted)).flat().map(({ id }) => id));
      ids.push(
        ...page.filter(({ id, type }) => (only?.has(id) ?? true) && type === "condensation").map(({ id }) => idOf(id)),
      );
    }
    return ids;
  }

  async function bodiesOf(event: Event): Promise<V1Body[]> {
    const row = shownAs(event);
    if (!("kinds" in row)) return [];
    const context: Context = {
      idOf,
      cause: await causeOf(event),
      stateBefore: asksForState(event) ? await stateBefore(event.id) : null,
      forgotten: await forgottenBy(event),
    };
    return row.show(event, context);
  }

  async function renderOne(stored: StoredEvent): Promise<RenderedEvent[]> {
    const event = parsed(stored);
    const bodies = await bodiesOf(event);
    if ("action" in event) remember(event.id, event);
    const state = stateOf(event) ?? (known?.id === event.id - 1 ? known.state : undefined);
    known = state === undefined ? undefined : { id: event.id, state };
    return bodies.map((body, part) => {
      const id = idOf(event.id, part);
      const { timestamp } = event;
      return {
        id,
        kind: body.kind,
        timestamp,
        eventId: event.id,
        part,
        text: JSON.stringify({ id, timestamp, ...body }),
      };
    });
  }

  return {
    async render(events) {
      const rendered: RenderedEvent[][] = [];
      for (const event of events) rendered.push(await renderOne(event));
      return rendered;
    },
  };
}

/** As it was appended, which has been through the contract. */
function parsed({ text }: StoredEvent): Event {
  return JSON.parse(text) as Event;
}

function stateOf(event: Event): AgentState | undefined {
  return "observation" in event && event.observation === "agent_state_changed" ? event.extras.agent_state : undefined;
}

function asksForState(event: Event): boolean {
  return "observation" in event && (event.observation === "agent_state_changed" || event.observation === "error");
}
