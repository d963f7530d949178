import type { Position, V1Events } from "../../conversations/v1/event-search.ts";
import { validationFailed } from "../../http/errors.ts";
import { JsonText, spliceJson } from "../../http/json-text.ts";
import type { ServerHandlers } from "../../http/router.ts";

export function v1EventsHandlers(events: V1Events): ServerHandlers["v1Events"] {
  return {
    async search({ query }, { principal }) {
      const { limit, sort_order, page_id } = query;
      const page = { limit, descending: sort_order === "TIMESTAMP_DESC", after: positionOf(page_id) };
      const found = await events.search(principal.userId, filterOf(query), page);
      const items = found.events.map(({ text }) => new JsonText(text));
      return { status: 200, body: spliceJson({ items, next_page_id: found.last && pageIdOf(found.last) }) };
    },
    async count({ query }, { principal }) {
      return { status: 200, body: await events.count(principal.userId, filterOf(query)) };
    },
    async getMany({ query }, { principal }) {
      const found = await events.getMany(principal.userId, query.id);
      return { status: 200, body: new JsonText(`[${found.map((event) => event?.text ?? "null").join(",")}]`) };
    },
  };
}

type Filters = Omit<Parameters<ServerHandlers["v1Events"]["count"]>[0]["query"], "sort_order">;

function filterOf({ conversation_id__eq, kind__eq, timestamp__gte, timestamp__lt }: Filters) {
  return { conversationId: conversation_id__eq, kind: kind__eq, since: timestamp__gte, before: timestamp__lt };
}

function pageIdOf({ timestamp, conversationId, eventId, part }: Position): string {
  return Buffer.from(`${timestamp} ${conversationId} ${eventId} ${part}`).toString("base64url");
}

/** @throws {ApiError} `validation_failed` for what `pageIdOf` has not made */
function positionOf(pageId: string | undefined): Position | null {
  if (pageId === undefined) return null;
  const match =
    /^(?<timestamp>[\d-]{10}T[\d:.]{12}Z) (?<conversationId>[0-9a-f]{32}) (?<eventId>\d{1,15}) (?<part>\d{1,2})$/.exec(
      Buffer.from(pageId, "base64url").toString(),
    );
  const { timestamp = "", conversationId = "", eventId, part } = match?.groups ?? {};
  const position = { timestamp, conversationId, eventId: Number(eventId), part: Number(part) };
  // Base64 is read leniently: other texts would give the same position.
  if (pageIdOf(position) !== pageId)
    throw validationFailed([{ in: "query", path: "page_id", message: "must be a next_page_id of an earlier answer" }]);
  return position;
}
