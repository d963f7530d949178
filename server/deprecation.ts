import type { Logger } from "pino";
import type { Deprecation } from "../contract/index.ts";
import type { Clock } from "./clock.ts";
import type { Metrics } from "./metrics.ts";

/**
 * Whether something has stopped working. What is deprecated does so by itself, in the first second of the day of its sunset
 * in UTC, which is the one that the `Sunset` header names (RFC 8594 §3): whoever reads the date can rely on it.
 */
export function isOver({ state, sunset }: Deprecation, clock: Clock): boolean {
  return state === "gone" || clock.now().getTime() >= Date.parse(sunset);
}

/** A call, or a message of a socket, that is deprecated or gone, and who made it. */
export interface DeprecatedUse {
  /** The operation's id, or the message's name. */
  readonly name: string;
  /** The user; null where nobody has said who it is. */
  readonly userId: string | null;
  readonly address: string;
  readonly logger: Logger;
}

/** Where every use of what is deprecated or gone comes by. */
export interface DeprecatedUses {
  /** Counts it, and warns in the log, once for each caller: the access log has every single use. */
  note(use: DeprecatedUse): void;
}

/** Of how many callers it is known that they have been warned about; of more, those that were the first ones are again. */
const maxWarned = 10_000;

export function createDeprecatedUses(metrics: Pick<Metrics, "deprecated">): DeprecatedUses {
  const warned = new Set<string>();
  return {
    note({ name, userId, address, logger }) {
      metrics.deprecated(name);
      const caller = `${name} ${userId ?? address}`;
      if (warned.has(caller)) return;
      warned.add(caller);
      const [first] = warned;
      if (warned.size > maxWarned && first !== undefined) warned.delete(first);
      logger.warn({ deprecated: name, ...(userId === null ? { address } : { user_id: userId }) }, "deprecated call");
    },
  };
}
