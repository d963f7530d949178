import type { ServerHandlers } from "../http/router.ts";
import type { ProviderTokens } from "../secrets/provider-tokens.ts";

export function providersHandlers(tokens: ProviderTokens): ServerHandlers["providers"] {
  return {
    async add({ body }, { principal }) {
      await tokens.merge(principal.userId, body.provider_tokens ?? {});
      return { status: 200, body: { success: true, message: "The git providers have been stored." } };
    },
    async unset(_request, { principal }) {
      await tokens.removeAll(principal.userId);
      return { status: 200, body: { success: true, message: "The git providers have been removed." } };
    },
  };
}
