import { createLocks } from "../locks.ts";
import type { ConversationRecord, ConversationStore } from "../store/store.ts";

/** The statuses in which a conversation counts as running. */
export const running = ["STARTING", "RUNNING"] as const;

export function isRunning({ status }: Pick<ConversationRecord, "status">): boolean {
  return running.some((one) => one === status);
}

/** How many conversations of one user may run at a time. */
export interface RunningLimit {
  /**
   * Lets one more conversation run, once there is room: where there is none, those are stopped in which nothing has happened
   * for the longest. Of one user, one at a time, so that several at once never come to more; through several servers at
   * once they may, for the moment that it takes to notice.
   * @param id the conversation
   * @param begin makes it run
   */
  admit<Result>(userId: string, id: string, begin: () => Promise<Result>): Promise<Result>;
}

/** @param options.stop stops a conversation that has to make room, if it still runs */
export function createRunningLimit({
  limit,
  store,
  stop,
}: {
  limit: number;
  store: ConversationStore;
  stop: (id: string) => Promise<void>;
}): RunningLimit {
  const admissions = createLocks();

  /** Stops others than one until no more run than may. */
  async function stopSurplus(those: readonly ConversationRecord[], id: string, allowed: number): Promise<void> {
    const others = those.filter((other) => other.id !== id);
    for (const other of others.slice(0, Math.max(0, those.length - allowed))) await stop(other.id);
  }

  async function makeRoom(userId: string, id: string): Promise<void> {
    const those = await store.listQuietest(userId, running);
    if (!those.some((one) => one.id === id)) await stopSurplus(those, id, limit - 1);
  }

  return {
    admit: (userId, id, begin) =>
      admissions.alone(userId, async () => {
        await makeRoom(userId, id);
        const result = await begin();
        await stopSurplus(await store.listQuietest(userId, running), id, limit); // another server may have let one begin too
        return result;
      }),
  };
}
