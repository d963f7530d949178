import { sql } from "kysely";
import type { CompiledQuery, Kysely } from "kysely";
import { change, firstOf } from "../connection.ts";
import type { Database } from "../database.ts";
import type { LogEnd, LogStatements } from "../event-writer.ts";

/**
 * One row a statement, each compiled once: in the server's own process a statement costs a microsecond. A transaction holds
 * the whole database, so there is nothing to lock.
 */
export function sqliteLogStatements(db: Kysely<Database>): LogStatements {
  const endOf = db
    .selectFrom("conversations")
    .select(["id", "last_event_id", "created_at", "updated_at", "agent_state", "holder", "epoch"])
    .where("id", "=", "")
    .compile();
  const insert = sql`
    insert into events (conversation_id, id, timestamp, kind, type, source, hidden, text)
    values (${0}, ${0}, ${0}, ${0}, ${0}, ${0}, ${0}, ${0})`.compile(db);
  const advance = sql`
    update conversations set last_event_id = ${0}, updated_at = ${0}, agent_state = coalesce(${0}, agent_state)
    where id = ${0}`.compile(db);
  const textOf = db.selectFrom("events").select("text").where("conversation_id", "=", "").where("id", "=", 0).compile();
  return {
    *lock(ids) {
      const ends: LogEnd[] = [];
      for (const id of ids) {
        const end = yield* firstOf(withParameters(endOf, id));
        if (end) ends.push(end);
      }
      return ends;
    },
    *insert(events) {
      for (const { conversationId, id, timestamp, kind, type, source, hidden, text } of events)
        yield* change(withParameters(insert, conversationId, id, timestamp, kind, type, source, hidden ? 1 : 0, text));
    },
    *advance(ends) {
      for (const { id, last_event_id, updated_at, agent_state } of ends)
        yield* change(withParameters(advance, last_event_id, updated_at, agent_state, id));
    },
    *eachText(conversationId, { from, to }, use) {
      for (let id = from; id <= to; id += 1) {
        const event = yield* firstOf(withParameters(textOf, conversationId, id));
        if (event) use(event.text);
      }
    },
  };
}

function withParameters<Row>(query: CompiledQuery<Row>, ...parameters: readonly unknown[]): CompiledQuery<Row> {
  return { ...query, parameters };
}
