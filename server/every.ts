import type { Logger } from "pino";

/** Something that is done again and again until it is ended. */
export interface Repeated {
  /** Resolves when it is done for the last time. */
  end(): Promise<void>;
}

/**
 * Does something again and again, each time a while after the time before is over.
 * @param name what goes into the log when it fails, once until it works again; it is tried again all the same
 */
export function every(intervalMs: number, name: string, logger: Logger, work: () => Promise<void>): Repeated {
  let timer: NodeJS.Timeout | undefined;
  let current: Promise<void> = Promise.resolve();
  let ended = false;
  let failing = false;

  async function once(): Promise<void> {
    try {
      await work();
      failing = false;
    } catch (error) {
      if (!failing) logger.warn({ err: error }, `${name} failed`);
      failing = true;
    }
    schedule();
  }

  function schedule(): void {
    if (!ended) timer = setTimeout(() => void (current = once()), intervalMs).unref();
  }

  schedule();
  return {
    async end() {
      ended = true;
      clearTimeout(timer);
      await current;
    },
  };
}
