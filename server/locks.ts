/** Lets work on the same thing happen one after the other. */
export interface Locks {
  /** Does `work` once everything begun before it under the same key is over, however that ended. */
  alone<Result>(key: string, work: () => Promise<Result>): Promise<Result>;
}

/** Locks of this process. A key costs nothing while nobody works under it. */
export function createLocks(): Locks {
  const last = new Map<string, Promise<unknown>>();
  return {
    async alone(key, work) {
      const before = last.get(key) ?? Promise.resolve();
      const mine = before.then(work, work);
      last.set(key, mine);
      try {
        return await mine;
      } finally {
        if (last.get(key) === mine) last.delete(key);
      }
    },
  };
}
