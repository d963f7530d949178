import type { ActionRequest } from "../../contract/index.ts";
import { canonical } from "../clock.ts";
import type { ConversationService } from "../conversations/conversation-service.ts";
import type { EventLog } from "../conversations/event-log.ts";
import { isIntervention } from "../conversations/states.ts";
import { validationFailed } from "../http/errors.ts";
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
      assertOneIntervention(actions);
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

/**
 * Whether the agent's state allows an intervention is known when it is made: of two in one list the second would be judged
 * by a state that the first is about to change.
 * @throws {ApiError} `validation_failed`
 */
function assertOneIntervention(actions: readonly ActionRequest[]): void {
  const [, second] = [...actions.entries()].filter(([, action]) => isIntervention(action));
  if (!second) return;
  const message = "must be the only change of the agent's state in the list: send it once the first has had its effect";
  throw validationFailed([{ in: "body", path: String(second[0]), message }]);
}
