import { setImmediate as turn } from "node:timers/promises";
import { sql } from "kysely";
import type { Kysely, RawBuilder, Selectable } from "kysely";
import type { Database } from "./database.ts";
import type { EventQuery, StoredEvent } from "./store.ts";

// How the events of a log are found, in any SQL database. A log may be long, so what is read is what is found: the ids of a
// filter come from an index, those of a date by bisection. Only the search for a text reads all that it could be in; it is
// done here, since what is one letter in upper and lower case is not the same in every database.

/** What an index tells events of a log apart by. A log has a few dozen of them, however long it is. */
type Facet = Pick<Selectable<Database["events"]>, "type" | "source" | "hidden">;

/** Both inclusive. */
interface IdRange {
  readonly from: number;
  readonly to: number;
}

/** A search for a text goes through so much before others get their turn. */
const portion = { limit: 1000, maxBytes: 4 * 1024 * 1024 };

/**
 * The events of one conversation that a query asks for, in its order.
 * @param db any dialect
 */
export async function findEvents(
  db: Kysely<Database>,
  conversationId: string,
  query: EventQuery,
): Promise<StoredEvent[]> {
  const facets = await chosenFacets(db, conversationId, query);
  if (facets?.length === 0) return [];
  const range = await idRange(db, conversationId, query);
  if (query.contains === undefined) return findInRange(db, conversationId, query, facets, range);
  return findText(query, query.contains, (rest) =>
    findInRange(db, conversationId, { ...query, ...portion }, facets, { ...range, ...rest }),
  );
}

/**
 * Those of the events that hold a text, upper and lower case alike. Upper case, since lower case depends on what stands
 * around a letter: the end of "ΑΣ" is another one than the middle of "ΑΣΑ".
 * @param read reads the next of the events, between the ids
 */
async function findText(
  { descending, limit }: EventQuery,
  text: string,
  read: (rest: Partial<IdRange>) => Promise<StoredEvent[]>,
): Promise<StoredEvent[]> {
  const wanted = text.toUpperCase();
  const found: StoredEvent[] = [];
  let events = await read({});
  for (let last = events.at(-1); last; last = events.at(-1)) {
    found.push(...events.filter((event) => event.text.toUpperCase().includes(wanted)));
    if (found.length >= limit) break;
    await turn();
    events = await read(descending ? { to: last.id - 1 } : { from: last.id + 1 });
  }
  return found.slice(0, limit);
}

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
  // Written out: the rest of a row, spread, takes longer than reading it from the database.
  return rows.map(({ id, timestamp, kind, type, source, hidden, text }) => ({
    id,
    timestamp,
    kind,
    type,
    source,
    hidden: hidden !== 0,
    text,
  }));
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
  { descending, limit }: EventQuery,
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
