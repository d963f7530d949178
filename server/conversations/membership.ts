import type { Logger } from "pino";
import { every } from "../every.ts";
import type { Repeated } from "../every.ts";
import type { Runtime } from "../runtime/runtime.ts";
import type { LeaseStore } from "../store/store.ts";
import type { ConversationService } from "./conversation-service.ts";
import { createHeartbeat } from "./heartbeat.ts";
import type { LogWatch } from "./log-watch.ts";

/** How often a node looks at what others have done, and left. */
const lookMs = 1000;

/** This process as one of those that share a database. */
export interface Membership {
  /** From here on it may hold conversations. */
  join(): Promise<void>;
  /** It holds none any more: others may go on with them. */
  leave(): Promise<void>;
}

/** The only process that uses the database: whatever others have held, they are gone. */
export function createSoleNode(leases: LeaseStore, node: string, runtime: Runtime): Membership {
  return {
    async join() {
      await runtime.recover();
      await leases.expireOthers(node);
      await leases.renew(node, Number.MAX_SAFE_INTEGER / 2);
    },
    leave: () => leases.leave(node),
  };
}

export interface ClusterNodeOptions {
  readonly leases: LeaseStore;
  readonly node: string;
  readonly leaseMs: number;
  readonly conversations: Pick<ConversationService, "adopt" | "suspend">;
  readonly watch: LogWatch;
  readonly logger: Logger;
}

/** One of several: it says that it lives, sees what others do, and goes on with what they leave. */
export function createClusterNode({ watch, conversations, logger, ...lease }: ClusterNodeOptions): Membership {
  const heartbeat = createHeartbeat({ ...lease, logger, onSilence: () => conversations.suspend() });
  let repeated: Repeated[] = [];
  return {
    async join() {
      await heartbeat.begin();
      repeated = [
        every(lookMs, "to look at what other servers have done", logger, () => watch.look()),
        every(lookMs, "to go on with what other servers have left", logger, () => conversations.adopt()),
      ];
    },
    async leave() {
      await Promise.all(repeated.map((each) => each.end()));
      await heartbeat.end();
    },
  };
}
