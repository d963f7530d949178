import { setImmediate as turn } from "node:timers/promises";
import { sql } from "kysely";
import type { Kysely, RawBuilder, Selectable } from "kysely";
import type { Database } from "./database.ts";
import { blockSize, keptSignatures, rangeOfBlock, readLog } from "./event-signatures.ts";
import type { IdRange } from "./event-signatures.ts";
import { first } from "./queries.ts";
import type { EventQuery, EventStore, StoredEvent } from "./store.ts";
import { placesOf } from "./text-places.ts";
import { createSignature, folded } from "./text-signature.ts";

// How the events of a log are found, in any SQL database. A log may be long, so what is read is what is found: the ids of a
// filter come from an index, those of a date by bisection, and a text is looked for where the signatures allow for it. That is
// done here, since what is one letter in upper and lower case is not the same in every database.

/** What an index tells events of a log apart by. A log has a few dozen of them, however long it is. */
type Facet = Pick<Selectable<Database["events"]>, "type" | "source" | "hidden">;

/** A search for a text reads so many bytes at once; a longer text alone. */
const portionBytes = 4 * 1024 * 1024;

/** What a search reads of every event that it goes through. */
type EventText = Pick<StoredEvent, "id" | "text">;

/** How the texts are read that a search goes through, and how long they are together. */
interface TextReader {
  texts(range: IdRange): Promise<EventText[]>;
  bytes(range: IdRange): Promise<number>;
}

/** @param db any dialect */
export function eventQueries(db: Kysely<Database>): Pick<EventStore, "find"> {
  const allTexts = textReaders(db);
  const signatures = keptSignatures(db, (conversationId, block) => signatureOf(allTexts(conversationId), block));

  async function findText(
    conversationId: string,
    query: EventQuery,
    text: string,
    facets: readonly Facet[] | null,
    range: IdRange,
  ): Promise<StoredEvent[]> {
    const log = await readLog(db, conversationId);
    if (!log) return [];
    const { descending = false, limit } = query;
    const reader = facets ? facetTexts(db, conversationId, facets) : allTexts(conversationId);
    const wanted = folded(text);
    const ids: number[] = [];
    const to = Math.min(range.to, log.lastEventId);
    for (const place of placesOf(wanted, await signatures.of(log), { from: range.from, to }, descending)) {
      for await (const texts of portions(reader, place, descending))
        ids.push(...texts.filter((event) => folded(event.text).includes(wanted)).map(({ id }) => id));
      if (ids.length >= limit) break;
      await turn();
    }
    return eventsOf(conversationId, ids.slice(0, limit));
  }

  const byId = db
    .selectFrom("events")
    .select(["id", "timestamp", "kind", "type", "source", "hidden", "text"])
    .where("conversation_id", "=", "")
    .where("id", "=", 0)
    .compile();

  async function eventsOf(conversationId: string, ids: readonly number[]): Promise<StoredEvent[]> {
    const events: StoredEvent[] = [];
    for (const id of ids) {
      const row = await first(db, byId, conversationId, id);
      if (row) events.push(storedEvent(row)); // else its log has gone meanwhile
    }
    return events;
  }

  return {
    async find(conversationId, query) {
      const facets = await chosenFacets(db, conversationId, query);
      if (facets?.length === 0) return [];
      const range = await idRange(db, conversationId, query);
      if (query.contains !== undefined) return findText(conversationId, query, query.contains, facets, range);
      return findInRange(db, conversationId, query, facets, range);
    },
  };
}

/** The signature of a whole block; null when its log has gone. */
async function signatureOf(reader: TextReader, block: number): Promise<Uint8Array | null> {
  const signature = createSignature();
  let signed = 0;
  for await (const events of portions(reader, rangeOfBlock(block), false)) {
    for (const { text } of events) signature.add(text);
    signed += events.length;
    await turn();
  }
  return signed === blockSize ? signature.finish() : null;
}

/** The texts of a range, in order: its halves one after the other as long as they are too much at once. */
async function* portions(reader: TextReader, range: IdRange, descending: boolean): AsyncGenerator<EventText[]> {
  const { from, to } = range;
  if (from > to) return;
  if (from === to || (await reader.bytes(range)) <= portionBytes) {
    const texts = await reader.texts(range);
    yield descending ? texts.reverse() : texts;
    return;
  }
  const middle = Math.floor((from + to) / 2);
  const halves = [
    { from, to: middle },
    { from: middle + 1, to },
  ];
  for (const half of descending ? halves.reverse() : halves) yield* portions(reader, half, descending);
}

/** The readers of all texts of a log. Their queries are compiled once: a search may make many. */
function textReaders(db: Kysely<Database>): (conversationId: string) => TextReader {
  const range = db.selectFrom("events").where("conversation_id", "=", "").where("id", ">=", 0).where("id", "<=", 0);
  const texts = range.select(["id", "text"]).orderBy("id").compile();
  const bytes = range.select(totalBytes).compile();
  return (conversationId) => ({
    async texts({ from, to }) {
      return (await db.executeQuery<EventText>({ ...texts, parameters: [conversationId, from, to] })).rows;
    },
    bytes: async ({ from, to }) => Number((await first(db, bytes, conversationId, from, to))?.bytes),
  });
}

/** The texts of the events that are of the facets. */
function facetTexts(db: Kysely<Database>, conversationId: string, facets: readonly Facet[]): TextReader {
  const inRange = (range: IdRange) =>
    db
      .selectFrom("events")
      .where("conversation_id", "=", conversationId)
      .where("id", "in", idsOfFacets(conversationId, { limit: range.to - range.from + 1 }, facets, range));
  return {
    texts: (range) => inRange(range).select(["id", "text"]).orderBy("id").execute(),
    bytes: async (range) => Number((await inRange(range).select(totalBytes).executeTakeFirst())?.bytes),
  };
}

/** A row says how long its text is without the text being read. */
const totalBytes = sql<number | null>`sum(octet_length(text))`.as("bytes");

async function findInRange(
  db: Kysely<Database>,
  conversationId: string,
  query: EventQuery,
  facets: readonly Facet[] | null,
  range: IdRange,
): Promise<StoredEvent[]> {
  let select = db
    .selectFrom("events")
    .select(["id", "timestamp", "kind", "type", "source", "hidden", "text"])
    .where("conversation_id", "=", conversationId);
  if (facets) select = select.where("id", "in", idsOfFacets(conversationId, query, facets, range));
  else select = select.where("id", ">=", range.from).where("id", "<=", range.to);
  select = select.orderBy("id", query.descending ? "desc" : "asc");
  let { limit } = query;
  if (query.maxBytes !== undefined) {
    // A row says how long its text is without the text being read.
    const sizes = await select
      .clearSelect()
      .select(sql<number>`octet_length(text)`.as("bytes"))
      .limit(limit)
      .execute();
    limit = countWithin(
      query.maxBytes,
      sizes.map(({ bytes }) => bytes),
    );
  }
  const rows = limit === 0 ? [] : await select.limit(limit).execute();
  return rows.map(storedEvent);
}

/** Written out: the rest of a row, spread, takes longer than reading it from the database. */
function storedEvent(row: Omit<Selectable<Database["events"]>, "conversation_id">): StoredEvent {
  const { id, timestamp, kind, type, source, hidden, text } = row;
  return { id, timestamp, kind, type, source, hidden: hidden !== 0, text };
}

/** How many of the first sizes come to no more than the limit together; one when there is any. */
function countWithin(limit: number, sizes: readonly number[]): number {
  let total = 0;
  const end = sizes.findIndex((size, index) => {
    total += size;
    return index > 0 && total > limit;
  });
  return end === -1 ? sizes.length : end;
}

/** The first ids of each facet, and of these the first of all: as many as are asked for, times the facets. */
function idsOfFacets(
  conversationId: string,
  { descending, limit }: Pick<EventQuery, "descending" | "limit">,
  facets: readonly Facet[],
  { from, to }: IdRange,
): RawBuilder<number> {
  const first = sql`order by id ${sql.raw(descending ? "desc" : "asc")} limit ${limit}`;
  const branches = facets.map(
    ({ type, source, hidden }) =>
      sql`select id from (select id from events where conversation_id = ${conversationId} and type = ${type} and source = ${source} and hidden = ${hidden} and id >= ${from} and id <= ${to} ${first}) as facet`,
  );
  return sql<number>`(select id from (${sql.join(branches, sql` union all `)}) as found ${first})`;
}

/** The facets of the log that a query wants; null when it wants all of them. */
async function chosenFacets(
  db: Kysely<Database>,
  conversationId: string,
  { types, source, excludeHidden }: EventQuery,
): Promise<Facet[] | null> {
  if (types === undefined && source === undefined && !excludeHidden) return null;
  const all = await facetsOf(db, conversationId);
  const chosen = all.filter(
    (facet) =>
      (types?.includes(facet.type) ?? true) &&
      (source === undefined || facet.source === source) &&
      !(excludeHidden && facet.hidden !== 0),
  );
  return chosen.length > 0 && chosen.length === all.length ? null : chosen;
}

/**
 * Every facet of a log: a step in the index for each, not for each event. One column at a time, since SQLite does not seek
 * by a row of columns that stand in a query of their own.
 */
async function facetsOf(db: Kysely<Database>, conversationId: string): Promise<Facet[]> {
  const own = sql`events where conversation_id = ${conversationId}`;
  const { rows } = await sql<Facet>`
    with recursive
      types(type) as (
        select min(type) from ${own}
        union all
        select (select min(type) from ${own} and type > types.type) from types where type is not null
      ),
      sources(type, source) as (
        select type, (select min(source) from ${own} and type = types.type) from types where type is not null
        union all
        select type, (select min(source) from ${own} and type = sources.type and source > sources.source)
        from sources where source is not null
      )
    select type, source, hidden from sources, (select 0 as hidden union all select 1) as visibility
    where source is not null
      and exists (
        select 1 from ${own} and type = sources.type and source = sources.source and hidden = visibility.hidden
      )`.execute(db);
  return rows;
}

/** The ids between the bounds of a query. Its dates become ids too: within a log times never go back. */
async function idRange(db: Kysely<Database>, conversationId: string, query: EventQuery): Promise<IdRange> {
  const { since, until } = query;
  const ends = [
    query.to ?? Number.MAX_SAFE_INTEGER,
    ...(until === undefined ? [] : [(await firstIdAfter(db, conversationId, sql`<= ${until}`)) - 1]),
  ];
  const first = since === undefined ? 0 : await firstIdAfter(db, conversationId, sql`< ${since}`);
  return { from: Math.max(query.from, first), to: Math.min(...ends) };
}

/** The id after those whose time is `before`: found by halving, since ids have no gap. */
async function firstIdAfter(
  db: Kysely<Database>,
  conversationId: string,
  before: RawBuilder<unknown>,
): Promise<number> {
  const { rows } = await sql<{ id: number }>`
    with recursive bisect(low, high) as (
      select cast(0 as bigint), (select coalesce(max(id), -1) + 1 from events where conversation_id = ${conversationId})
      union all
      select
        case when middle.timestamp ${before} then middle.id + 1 else low end,
        case when middle.timestamp ${before} then high else middle.id end
      from bisect join events as middle on middle.conversation_id = ${conversationId} and middle.id = (low + high) / 2
      where low < high
    )
    select max(low) as id from bisect`.execute(db);
  return rows[0]?.id ?? 0;
}
