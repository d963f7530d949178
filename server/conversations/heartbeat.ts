import type { Logger } from "pino";
import type { LeaseStore } from "../store/store.ts";

/** When the store does not answer it is asked again so soon. */
const retryMs = 1000;

export interface HeartbeatOptions {
  readonly leases: Pick<LeaseStore, "renew" | "leave">;
  readonly node: string;
  /** How long the others wait for a sign of life before they take over. */
  readonly leaseMs: number;
  /** Nobody has been told that this node lives, for so long that others may soon take over what it holds. */
  readonly onSilence: () => Promise<void>;
  readonly logger: Logger;
}

/** Tells the others that this node lives. */
export interface Heartbeat {
  /** Resolves once it has been told for the first time. @throws {StoreUnavailableError} */
  begin(): Promise<void>;
  /** Lets others take over at once. */
  end(): Promise<void>;
}

/** Renews at a third of the lease's time, and counts that time from when the renewal was sent, by a clock that nobody sets. */
export function createHeartbeat({ leases, node, leaseMs, onSilence, logger }: HeartbeatOptions): Heartbeat {
  let renewing: NodeJS.Timeout | undefined;
  let silence: NodeJS.Timeout | undefined;
  let ended = false;

  async function renew(): Promise<void> {
    const began = performance.now();
    await leases.renew(node, leaseMs);
    clearTimeout(silence);
    // What is left of the time is for the commands: they get a second to end.
    const left = began + (leaseMs * 5) / 6 - performance.now();
    if (!ended) silence = setTimeout(() => void fallSilent(), Math.max(0, left)).unref();
  }

  async function fallSilent(): Promise<void> {
    logger.error("the lease could not be renewed in time: the agents of this server are stopped");
    await onSilence();
  }

  function schedule(waitMs: number): void {
    if (ended) return;
    renewing = setTimeout(() => {
      renew().then(
        () => schedule(leaseMs / 3),
        (error: unknown) => {
          logger.warn({ err: error }, "the lease could not be renewed");
          schedule(Math.min(retryMs, leaseMs / 3));
        },
      );
    }, waitMs).unref();
  }

  return {
    async begin() {
      await renew();
      schedule(leaseMs / 3);
    },
    async end() {
      ended = true;
      clearTimeout(renewing);
      clearTimeout(silence);
      await leases.leave(node).catch((error: unknown) => logger.warn({ err: error }, "the lease will end by itself"));
    },
  };
}
