import type { Logger } from "pino";
import { StoreUnavailableError } from "../store/store.ts";

/** How long to wait until the store is asked again. */
const intervalMs = 1000;

export interface ResumptionOptions {
  /** Goes on with a conversation from what its log says. @throws {StoreUnavailableError} while the store is still away */
  readonly resume: (id: string) => Promise<void>;
  readonly logger: Logger;
}

/** The conversations that the store has let down: each goes on when it answers again, without anybody's doing. */
export interface Resumption {
  /** A conversation's agent could not go on, or not begin, since the store did not answer. */
  lost(id: string): void;
  close(): void;
}

export function createResumption({ resume, logger }: ResumptionOptions): Resumption {
  const waiting = new Set<string>();
  let timer: NodeJS.Timeout | undefined;
  let closed = false;

  function schedule(): void {
    if (closed || timer || waiting.size === 0) return;
    timer = setTimeout(() => void tryAll().finally(scheduleNext), intervalMs).unref();
  }

  function scheduleNext(): void {
    timer = undefined;
    schedule();
  }

  async function tryAll(): Promise<void> {
    for (const id of waiting) {
      waiting.delete(id); // it may be lost again before `resume` is over
      try {
        await resume(id);
      } catch (error) {
        if (error instanceof StoreUnavailableError) return void waiting.add(id); // nor would the others get an answer
        logger.error({ err: error, conversation_id: id }, "the conversation could not go on");
      }
    }
  }

  return {
    lost(id) {
      waiting.add(id);
      schedule();
    },
    close() {
      closed = true;
      clearTimeout(timer);
    },
  };
}
