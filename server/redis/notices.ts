import type { Notice } from "../conversations/event-bus.ts";
import type { StoredEvent } from "../store/store.ts";

/** More text than this is left in the log: a notice is to be quick. */
const longest = 256 * 1024;

type Header = Omit<StoredEvent, "text" | "request" | "sealedRequest">;

/**
 * A notice as servers send it to each other: a line of JSON, and the text of each event on a line of its own as it is, since
 * JSON text has no line break. So nobody makes or parses the text of an event anew.
 */
export function encodeNotice(notice: Notice): string {
  if (notice.type !== "events") return JSON.stringify(notice);
  const lastEventId = notice.events.at(-1)?.id ?? -1;
  if (notice.events.reduce((sum, { text }) => sum + text.length, 0) > longest)
    return JSON.stringify({ type: "head", lastEventId } satisfies Notice);
  const events = notice.events.map(headerOf);
  return [JSON.stringify({ type: "events", events }), ...notice.events.map(({ text }) => text)].join("\n");
}

/** @throws for what `encodeNotice` has not made */
export function decodeNotice(message: string): Notice {
  const [first = "", ...texts] = message.split("\n");
  const notice = JSON.parse(first) as Exclude<Notice, { type: "events" }> | { type: "events"; events: Header[] };
  if (notice.type !== "events") return notice;
  if (notice.events.length !== texts.length) throw new Error("A notice does not have as many texts as events.");
  return { type: "events", events: notice.events.map((header, index) => ({ ...header, text: texts[index] ?? "" })) };
}

/** What others need of an event besides its text, and may know. */
function headerOf({ id, timestamp, kind, type, source, hidden, agentState }: StoredEvent): Header {
  return { id, timestamp, kind, type, source, hidden, ...(agentState !== undefined && { agentState }) };
}
