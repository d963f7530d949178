import type { ConversationHead, LeaseStore } from "../store/store.ts";
import type { EventBus, LocalEventBus } from "./event-bus.ts";

/** So many conversations are asked about in one query. */
const pageSize = 1000;

/**
 * Finds out from the store what other servers have done in the conversations that somebody here listens to. It is what live
 * delivery rests on: whatever brings notices sooner may fail.
 */
export interface LogWatch {
  /** The bus to publish on: who is told here at once need not be told again. */
  readonly bus: EventBus;
  /** Looks once. @throws {StoreUnavailableError} */
  look(): Promise<void>;
}

export function createLogWatch(local: LocalEventBus, leases: Pick<LeaseStore, "heads">): LogWatch {
  const known = new Map<string, ConversationHead>();

  async function look(): Promise<void> {
    const ids = local.followed();
    const followed = new Set(ids);
    for (const id of known.keys()) if (!followed.has(id)) known.delete(id);
    for (let start = 0; start < ids.length; start += pageSize) await compare(ids.slice(start, start + pageSize));
  }

  async function compare(ids: readonly string[]): Promise<void> {
    const heads = new Map((await leases.heads(ids)).map((head) => [head.id, head]));
    for (const id of ids) {
      const head = heads.get(id);
      if (head) tell(head);
      else local.publish(id, { type: "deleted" });
    }
  }

  function tell(head: ConversationHead): void {
    const before = known.get(head.id);
    known.set(head.id, head);
    if (before && before.title !== head.title) local.publish(head.id, { type: "title", title: head.title });
    const { lastEventId, epoch } = head;
    if (before?.lastEventId !== lastEventId || before.epoch !== epoch)
      local.publish(head.id, { type: "head", lastEventId, epoch });
  }

  return {
    look,
    bus: {
      subscribe: local.subscribe,
      publish(id, notice) {
        const head = known.get(id);
        if (head && notice.type === "title") known.set(id, { ...head, title: notice.title });
        local.publish(id, notice);
      },
    },
  };
}
