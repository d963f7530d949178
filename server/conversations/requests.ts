import type { StoredEvent } from "../store/store.ts";
import type { EventBus } from "./event-bus.ts";
import type { EventLog } from "./event-log.ts";
import { actionOf } from "./history.ts";

const pageSize = 100;

export interface RequestsOptions {
  readonly conversationId: string;
  readonly log: Pick<EventLog, "find">;
  readonly bus: EventBus;
  /** The id of the last event that has been seen to. */
  readonly after: number;
  readonly onRequest: (event: StoredEvent) => void;
  /** Who runs the agent, as it turns out. */
  readonly onEpoch: (epoch: number) => void;
  readonly onDeleted: () => void;
  readonly onError: (error: unknown) => void;
}

/**
 * Gives out what users ask of a conversation's agent, whichever server they ask: each action in its order and once. The log
 * says what that is. The bus only says that something has come, so it may lose or repeat that.
 * @returns ends it
 */
export function followRequests(options: RequestsOptions): () => void {
  const { conversationId, log, bus } = options;
  let next = options.after + 1;
  let latest = options.after; // the highest id known to exist
  let reading = false;
  let ended = false;

  const stop = bus.subscribe(conversationId, (notice) => {
    if (notice.type === "events") take(notice.events);
    else if (notice.type === "deleted") options.onDeleted();
    else if (notice.type === "head") {
      if (notice.epoch !== undefined) options.onEpoch(notice.epoch);
      latest = Math.max(latest, notice.lastEventId);
      if (!reading && latest >= next) void catchUp();
    }
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
    if (!reading && latest >= next) void catchUp();
  }

  function give(event: StoredEvent): void {
    next = event.id + 1;
    if (ended || !isRequest(event)) return;
    try {
      options.onRequest(event);
    } catch (error) {
      options.onError(error); // whoever has appended it is not to blame
    }
  }

  async function catchUp(): Promise<void> {
    reading = true;
    try {
      do {
        const until = latest;
        const page = await log.find(conversationId, { from: next, source: "user", limit: pageSize });
        if (ended) return;
        page.forEach(give);
        if (page.length < pageSize) next = Math.max(next, until + 1);
      } while (latest >= next);
    } catch (error) {
      options.onError(error);
    } finally {
      reading = false;
    }
  }
}

/**
 * Whether an event asks something of the agent here. What users send is never the call of a model, as the contract has it: an
 * action of the user with one has been reported, and whoever runs that model has carried it out.
 */
function isRequest(event: StoredEvent): boolean {
  return event.kind === "action" && event.source === "user" && actionOf(event).tool_call_metadata === undefined;
}
