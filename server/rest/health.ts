import { ApiError } from "../api-error.ts";
import type { ServerHandlers } from "../http/router.ts";
import type { Store } from "../store/store.ts";

const retryAfterSeconds = "5";

export function healthHandlers(store: Store): ServerHandlers["health"] {
  return {
    alive: async () => ({ status: 200, body: { status: "ok" } }),
    health: async () => ({ status: 200, body: "OK" }),
    async readiness() {
      try {
        await store.check();
      } catch (cause) {
        throw new ApiError("not_ready", "The store does not answer.", {
          headers: { "Retry-After": retryAfterSeconds },
          cause,
        });
      }
      return { status: 200, body: { status: "ok", components: { store: "ok" } } };
    },
  };
}
