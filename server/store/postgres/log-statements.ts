import { sql } from "kysely";
import type { Kysely } from "kysely";
import { change, rowsOf } from "../connection.ts";
import type { Database } from "../database.ts";
import type { LogEnd, LogStatements } from "../event-writer.ts";

/** Each may be some megabytes long. */
const textsAtOnce = 16;

/** All rows in one statement, a list for each column: what costs time is the way there and back. */
export function postgresLogStatements(db: Kysely<Database>): LogStatements {
  return {
    lock: (ids) =>
      // Sorted before they are locked; other rows may still refer to them meanwhile.
      rowsOf(
        sql<LogEnd>`
          select id, last_event_id, created_at, updated_at, agent_state, holder, epoch
          from conversations where id = any(${ids}) order by id
          for no key update`.compile(db),
      ),
    *insert(events) {
      const column = <Name extends keyof (typeof events)[number]>(name: Name) => events.map((event) => event[name]);
      yield* change(
        sql`
          insert into events (conversation_id, id, timestamp, kind, type, source, hidden, text)
          select * from unnest(
            ${column("conversationId")}::text[], ${column("id")}::bigint[], ${column("timestamp")}::text[],
            ${column("kind")}::text[], ${column("type")}::text[], ${column("source")}::text[],
            ${column("hidden").map(Number)}::bigint[], ${column("text")}::text[]
          )`.compile(db),
      );
    },
    *advance(ends) {
      const column = <Name extends keyof (typeof ends)[number]>(name: Name) => ends.map((end) => end[name]);
      yield* change(
        sql`
          update conversations set
            last_event_id = grown.last_event_id,
            updated_at = grown.updated_at,
            agent_state = coalesce(grown.agent_state, conversations.agent_state)
          from unnest(
            ${column("id")}::text[], ${column("last_event_id")}::bigint[],
            ${column("updated_at")}::text[], ${column("agent_state")}::text[]
          ) as grown (id, last_event_id, updated_at, agent_state)
          where conversations.id = grown.id`.compile(db),
      );
    },
    *eachText(conversationId, { from, to }, use) {
      const texts = db.selectFrom("events").select("text").where("conversation_id", "=", conversationId).orderBy("id");
      for (let id = from; id <= to; id += textsAtOnce) {
        const last = Math.min(to, id + textsAtOnce - 1);
        for (const { text } of yield* rowsOf(texts.where("id", ">=", id).where("id", "<=", last))) use(text);
      }
    },
  };
}
