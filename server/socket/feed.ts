import type { EventBus } from "../conversations/event-bus.ts";
import type { EventLog } from "../conversations/event-log.ts";
import type { StoredEvent } from "../store/store.ts";

const pageSize = 200;

/** A page is held until its last event has been given out, which is up to the client. */
const pageBytes = 1024 * 1024;

/** So much of the past is given out before it is asked whether there is room for more. */
const portionCharacters = 256 * 1024;

export interface FeedOptions {
  readonly conversationId: string;
  readonly log: Pick<EventLog, "find">;
  readonly bus: EventBus;
  /** The highest id that the client has. */
  readonly after: number;
  /** Only these types; all when left out. */
  readonly types?: readonly string[] | undefined;
  readonly onEvent: (event: StoredEvent) => void;
  /** Called once, when the past has been given out. */
  readonly onReplayComplete: (latestEventId: number) => void;
  readonly onTitle: (title: string) => void;
  /** The conversation has to make room for another one. */
  readonly onCrowdedOut: (message: string) => void;
  readonly onDeleted: () => void;
  /** Resolves when so much more of the past may be given out. */
  readonly room: (characters: number) => Promise<void>;
  readonly onError: (error: unknown) => void;
}

/**
 * Gives out a conversation's events from one id on: the past from the log, what is live from the bus, each once and in
 * order. One number, the next id, decides everything: a notice below it is a repeat, a notice above it means that something
 * was missed, which is then read from the log. So there is no seam between the past and the present to get wrong, and a
 * bus may lose or repeat notices.
 * @returns ends the feed
 */
export function follow(options: FeedOptions): () => void {
  const { conversationId, log, bus, onEvent } = options;
  const types = options.types && new Set(options.types);
  let next = options.after + 1;
  let latest = options.after; // the highest id known to exist
  let reading = false;
  let replayed = false;
  let ended = false;

  const stop = bus.subscribe(conversationId, (notice) => {
    if (notice.type === "title") options.onTitle(notice.title);
    else if (notice.type === "crowded_out") options.onCrowdedOut(notice.message);
    else if (notice.type === "deleted") options.onDeleted();
    else if (notice.type === "head") reach(notice.lastEventId);
    else take(notice.events);
  });
  void catchUp();
  return () => {
    ended = true;
    stop();
  };

  function take(events: readonly StoredEvent[]): void {
    for (const event of events) {
      latest = Math.max(latest, event.id);
      if (!reading && event.id === next) give(event);
    }
    reach(latest);
  }

  function reach(id: number): void {
    latest = Math.max(latest, id);
    if (!reading && latest >= next) void catchUp();
  }

  function give(event: StoredEvent): void {
    next = event.id + 1;
    if (!types || types.has(event.type)) onEvent(event);
  }

  async function giveInPortions(page: readonly StoredEvent[]): Promise<void> {
    let portion = 0;
    for (const event of page) {
      if (portion + event.text.length > portionCharacters) {
        portion = 0;
        await options.room(event.text.length);
      }
      if (ended) return;
      portion += event.text.length;
      give(event);
    }
  }

  async function catchUp(): Promise<void> {
    reading = true;
    try {
      for (;;) {
        const page = await log.find(conversationId, { from: next, limit: pageSize, maxBytes: pageBytes });
        await giveInPortions(page);
        if (ended) return;
        // Between the read and here nothing can have come without a notice: the notice is what raises `latest`.
        if (page.length === 0 && latest < next) break;
        await options.room(0);
      }
      reading = false;
      if (!replayed) options.onReplayComplete(next - 1);
      replayed = true;
    } catch (error) {
      options.onError(error);
    }
  }
}
