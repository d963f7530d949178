import type { Logger } from "pino";
import type { Identity } from "../identity/identity.ts";
import type { Principal } from "../identity/principal.ts";

/** How long it may take until it is noticed that a key or session has ended by time, or by another process. */
const intervalMs = 1000;

/** Watches whether those who have sockets open would still be let in. */
export interface Watch {
  /**
   * @param onRevoked called once, when it is no longer so
   * @returns ends the watch over this one
   */
  add(principal: Principal, onRevoked: () => void): () => void;
  close(): void;
}

/** What this process revokes is noticed at once. */
export function createWatch({ identity, logger }: { identity: Identity; logger: Logger }): Watch {
  const watched = new Set<{ readonly principal: Principal; readonly onRevoked: () => void }>();
  const timer = setInterval(() => void review(), intervalMs).unref();
  let reviewing = false;
  let again = false;
  identity.onRevocation(() => void review());

  async function review(): Promise<void> {
    again = true; // for the review that is going on, which may have looked too early
    if (reviewing) return;
    reviewing = true;
    try {
      while (again && watched.size > 0) {
        again = false;
        await closeInvalid();
      }
    } catch (error) {
      logger.error({ err: error }, "the credentials of sockets could not be reviewed");
    } finally {
      reviewing = false;
    }
  }

  async function closeInvalid(): Promise<void> {
    const entries = [...watched];
    const valid = await identity.stillValid(entries.map(({ principal }) => principal));
    for (const entry of entries) if (!valid.has(entry.principal) && watched.delete(entry)) entry.onRevoked();
  }

  return {
    add(principal, onRevoked) {
      const entry = { principal, onRevoked };
      watched.add(entry);
      return () => void watched.delete(entry);
    },
    close() {
      clearInterval(timer);
      watched.clear();
    },
  };
}
