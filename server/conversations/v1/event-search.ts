import { setImmediate as turn } from "node:timers/promises";
import type { V1EventKind } from "../../../contract/index.ts";
import type { ConversationRecord, ConversationStore, EventQuery } from "../../store/store.ts";
import type { EventLog } from "../event-log.ts";
import { eventPlace, isPlacedIn } from "./event-ids.ts";
import { createRendering } from "./rendering.ts";
import type { RenderedEvent } from "./rendering.ts";
import { typesShownAs } from "./translations.ts";

/** Which events are looked for. */
export interface V1EventFilter {
  /** Those of one conversation; of all of the user's when left out. */
  readonly conversationId?: string | undefined;
  readonly kind?: V1EventKind | undefined;
  /** From this moment on, and before that one. RFC 3339, UTC. */
  readonly since?: string | undefined;
  readonly before?: string | undefined;
}

/** Where an event stands among all of a user's. */
export interface Position {
  readonly timestamp: string;
  readonly conversationId: string;
  readonly eventId: number;
  readonly part: number;
}

export interface V1EventPage {
  readonly events: readonly RenderedEvent[];
  /** The last event of the page, when there are more; else null. */
  readonly last: Position | null;
}

/** The events of a user's conversations, as V1 shows them: of conversations of either version. */
export interface V1Events {
  /** @param page.after only events that come after this one */
  search(
    userId: string,
    filter: V1EventFilter,
    page: { readonly limit: number; readonly descending: boolean; readonly after: Position | null },
  ): Promise<V1EventPage>;
  count(userId: string, filter: V1EventFilter): Promise<number>;
  /** The events of these ids, in their order; null for an id of none. */
  getMany(userId: string, ids: readonly string[]): Promise<(RenderedEvent | null)[]>;
}

const pageSize = 200;

export function createV1Events(store: ConversationStore, log: Pick<EventLog, "find">): V1Events {
  async function conversationsOf(userId: string, { conversationId }: V1EventFilter): Promise<ConversationRecord[]> {
    if (conversationId === undefined) return allOf(store, userId);
    const record = await store.get(conversationId);
    return record?.userId === userId ? [record] : [];
  }

  return {
    async search(userId, filter, { limit, descending, after }) {
      const conversations = await conversationsOf(userId, filter);
      const found: Placed[] = [];
      // One more than asked for tells whether there is more.
      for await (const event of merged(log, conversations, filter, descending, after)) {
        found.push(event);
        if (found.length > limit) break;
      }
      const page = found.slice(0, limit);
      return {
        events: page.map(({ event }) => event),
        last: found.length > limit ? (page.at(-1)?.position ?? null) : null,
      };
    },

    async count(userId, filter) {
      let count = 0;
      for (const conversation of await conversationsOf(userId, filter))
        for await (const page of pagesOf(log, conversation, filter, false, null)) count += page.length;
      return count;
    },

    async getMany(userId, ids) {
      const found: (RenderedEvent | null)[] = [];
      for (const id of ids) found.push(await get(userId, id));
      return found;
    },
  };

  async function get(userId: string, id: string): Promise<RenderedEvent | null> {
    const place = eventPlace(id);
    if (!place) return null;
    const candidates = await store.idsByPrefix(userId, place.prefix);
    const conversationId = candidates.find((candidate) => isPlacedIn(candidate, place));
    if (conversationId === undefined) return null;
    const events = await log.find(conversationId, { from: place.eventId, to: place.eventId, limit: 1 });
    const [rendered = []] = await createRendering(log, conversationId).render(events);
    return rendered[place.part] ?? null;
  }
}

async function allOf(store: ConversationStore, userId: string): Promise<ConversationRecord[]> {
  const all: ConversationRecord[] = [];
  for (;;) {
    const page = await store.list({ userId, after: all.at(-1), limit: 100 });
    all.push(...page);
    if (page.length < 100) return all;
  }
}

interface Placed {
  readonly event: RenderedEvent;
  readonly position: Position;
}

/**
 * The events of several conversations in the order of their times. A conversation is read from when it can have the next
 * event: before it was created, and after something last happened in it, it has none.
 */
async function* merged(
  log: Pick<EventLog, "find">,
  conversations: readonly ConversationRecord[],
  filter: V1EventFilter,
  descending: boolean,
  after: Position | null,
): AsyncGenerator<Placed> {
  const sign = descending ? -1 : 1;
  const bound = ({ createdAt, updatedAt }: ConversationRecord) => (descending ? (updatedAt ?? createdAt) : createdAt);
  const waiting = conversations.toSorted((one, other) => sign * compareTexts(bound(one), bound(other)));
  let open: { readonly next: Placed; readonly rest: AsyncGenerator<Placed> }[] = [];
  for (;;) {
    const [first] = open;
    const candidate = waiting[0];
    if (candidate && (!first || sign * compareTexts(bound(candidate), first.next.position.timestamp) <= 0)) {
      waiting.shift();
      const rest = eventsOf(log, candidate, filter, descending, after);
      const { value } = await rest.next();
      if (value) open = [...open, { next: value, rest }];
    } else if (first) {
      yield first.next;
      const { value } = await first.rest.next();
      open = value ? [{ ...first, next: value }, ...open.slice(1)] : open.slice(1);
    } else return;
    open = open.toSorted((one, other) => sign * comparePositions(one.next.position, other.next.position));
  }
}

async function* eventsOf(
  ...[log, conversation, filter, descending, after]: Parameters<typeof pagesOf>
): AsyncGenerator<Placed, undefined> {
  const { id: conversationId } = conversation;
  for await (const page of pagesOf(log, conversation, filter, descending, after))
    for (const event of page) yield { event, position: positionOf(event, conversationId) };
  return undefined;
}

/** What V1 shows of one conversation's events, some at a time. */
async function* pagesOf(
  log: Pick<EventLog, "find">,
  { id }: ConversationRecord,
  { kind, since, before }: V1EventFilter,
  descending: boolean,
  after: Position | null,
): AsyncGenerator<RenderedEvent[]> {
  const types = kind && typesShownAs(kind);
  const query: EventQuery = {
    from: 0,
    descending,
    limit: pageSize,
    types,
    since: latest(since, descending ? undefined : after?.timestamp),
    until: earliest(before && momentBefore(before), descending ? after?.timestamp : undefined),
  };
  if (types?.length === 0) return;
  const rendering = createRendering(log, id);
  for (let place = query; ;) {
    const events = await log.find(id, place);
    const rendered = await rendering.render(descending ? events.toReversed() : events);
    const flat = descending ? rendered.flat().toReversed() : rendered.flat();
    yield flat.filter(
      (event) => (kind === undefined || event.kind === kind) && isAfter(positionOf(event, id), after, descending),
    );
    const last = events.at(-1);
    if (!last || events.length < pageSize) return;
    place = descending ? { ...query, to: last.id - 1 } : { ...query, from: last.id + 1 };
    await turn(); // others have their turn
  }
}

function isAfter(position: Position, after: Position | null, descending: boolean): boolean {
  return after === null || (descending ? -1 : 1) * comparePositions(position, after) > 0;
}

function positionOf({ timestamp, eventId, part }: RenderedEvent, conversationId: string): Position {
  return { timestamp, conversationId, eventId, part };
}

/** By time; at the same time by conversation, and in it as in its log. */
function comparePositions(one: Position, other: Position): number {
  return (
    compareTexts(one.timestamp, other.timestamp) ||
    compareTexts(one.conversationId, other.conversationId) ||
    one.eventId - other.eventId ||
    one.part - other.part
  );
}

function compareTexts(one: string, other: string): number {
  if (one === other) return 0;
  return one < other ? -1 : 1;
}

/** The log's times have milliseconds: the last that is before a moment is the one that includes it. */
function momentBefore(moment: string): string {
  return new Date(Date.parse(moment) - 1).toISOString();
}

function latest(one: string | undefined, other: string | undefined): string | undefined {
  return [one, other]
    .filter((text) => text !== undefined)
    .toSorted()
    .at(-1);
}

function earliest(one: string | undefined, other: string | undefined): string | undefined {
  return [one, other].filter((text) => text !== undefined).toSorted()[0];
}
