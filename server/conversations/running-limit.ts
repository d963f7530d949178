import { createLocks } from "../locks.ts";
import type { ConversationStore } from "../store/store.ts";

/** The statuses in which a conversation counts as running. */
export const running = ["STARTING", "RUNNING"] as const;

/** How many conversations of one user may run at a time. */
export interface RunningLimit {
  /**
   * Lets one more conversation run, once there is room: where there is none, those are stopped in which nothing has happened
   * for the longest. Of one user, one at a time, so that several at once never come to more.
   * @param id the conversation; nothing is stopped for one that runs already
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

  async function makeRoom(userId: string, id: string): Promise<void> {
    const others = await store.listQuietest(userId, running);
    if (others.some((other) => other.id === id)) return;
    const surplus = others.slice(0, Math.max(0, others.length + 1 - limit));
    for (const other of surplus) await stop(other.id);
  }

  return {
    admit: (userId, id, begin) =>
      admissions.alone(userId, async () => {
        await makeRoom(userId, id);
        return begin();
      }),
  };
}
