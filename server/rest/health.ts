import type { Activity } from "../activity.ts";
import { aboutToEnd, storeUnavailable } from "../http/errors.ts";
import type { ServerHandlers } from "../http/router.ts";
import type { Oidc } from "../identity/oidc/oidc.ts";
import type { RedisConnection } from "../redis/connection.ts";
import type { Resources } from "../resources.ts";
import type { Store } from "../store/store.ts";

export interface HealthDeps {
  readonly store: Store;
  readonly oidc: Oidc | null;
  readonly redis: Pick<RedisConnection, "answers"> | null;
  readonly activity: Activity;
  /** Whether the server is about to end: it serves on, and is not to be sent more. */
  readonly leaving: () => boolean;
  readonly measure: () => Promise<Resources>;
}

export function healthHandlers(deps: HealthDeps): ServerHandlers["health"] {
  const { store, oidc, redis, activity, leaving, measure } = deps;
  /** @throws {ApiError} `not_ready` */
  async function assertReady(): Promise<void> {
    if (leaving()) throw aboutToEnd();
    try {
      await store.check();
    } catch (cause) {
      throw storeUnavailable(cause);
    }
  }

  return {
    alive: async () => ({ status: 200, body: { status: "ok" } }),
    health: async () => ({ status: 200, body: "OK" }),
    async serverInfo() {
      const resources = await measure();
      return { status: 200, body: { uptime: process.uptime(), idle_time: activity.idleSeconds(), resources } };
    },
    async ready() {
      await assertReady();
      return { status: 200, body: "OK" };
    },
    async readiness() {
      await assertReady();
      // Without the provider, keys and sessions go on working: to take every node away would make its failure ours.
      const provider = oidc && (oidc.answers() ? "ok" : "failed");
      return {
        status: 200,
        body: {
          status: "ok",
          components: {
            store: "ok",
            ...(redis && { redis: redis.answers() ? "ok" : "degraded" }),
            ...(provider && { oidc_provider: provider }),
          },
        },
      };
    },
  };
}
