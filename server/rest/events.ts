import { canonical } from "../clock.ts";
import type { ConversationService } from "../conversations/conversation-service.ts";
import type { EventLog } from "../conversations/event-log.ts";
import { JsonText, spliceJson } from "../http/json-text.ts";
import type { ServerHandlers } from "../http/router.ts";
import type { EventQuery, StoredEvent } from "../store/store.ts";

export function eventsHandlers({
  conversations,
  log,
}: {
  conversations: ConversationService;
  log: EventLog;
}): ServerHandlers["events"] {
  return {
    async message({ params, body }, { principal, receiptOf }) {
      const answer = ([event]: readonly [StoredEvent]) =>
        ({ status: 200, body: { success: true, event_id: event.id } }) as const;
      const args = {
        content: body.message,
        file_urls: null,
        image_urls: null,
        wait_for_response: false,
        security_risk: -1 as const,
      };
      const message = { action: "message" as const, args };
      return answer(
        await conversations.act(principal, params.conversation_id, [message], (events) => receiptOf(answer(events))),
      );
    },
    async search({ params, query }, { principal }) {
      await conversations.get(principal, params.conversation_id);
      // One more than asked for tells whether there is more; `limit=0` asks only that.
      const found = await log.find(params.conversation_id, { ...eventQuery(query), limit: query.limit + 1 });
      const events = found.slice(0, query.limit).map(({ text }) => new JsonText(text));
      return { status: 200, body: spliceJson({ events, has_more: found.length > query.limit }) };
    },
    async add({ params, body }, { principal, receiptOf }) {
      const answer = (events: readonly StoredEvent[]) =>
        ({ status: 200, body: { success: true, event_ids: events.map(({ id }) => id) } }) as const;
      const actions = Array.isArray(body) ? body : [body];
      return answer(
        await conversations.act(principal, params.conversation_id, actions, (events) => receiptOf(answer(events))),
      );
    },
  };
}

type SearchQuery = Parameters<ServerHandlers["events"]["search"]>[0]["query"];

function eventQuery(query: SearchQuery): Omit<EventQuery, "limit"> {
  return {
    from: query.start_id,
    to: query.end_id,
    descending: query.reverse,
    types: query.types,
    source: query.source,
    contains: query.query,
    excludeHidden: query.exclude_hidden,
    since: query.start_date && canonical(query.start_date),
    until: query.end_date && canonical(query.end_date),
  };
}
