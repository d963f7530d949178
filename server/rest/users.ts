import type { ServerHandlers } from "../http/router.ts";
import { initialSettings } from "../../contract/index.ts";
import type { SettingsService } from "../settings/settings-service.ts";

const mask = "**********";

type UserInfo = Extract<Awaited<ReturnType<ServerHandlers["users"]["me"]>>["body"], { id: unknown }>;

export function usersHandlers(settings: SettingsService): ServerHandlers["users"] {
  return {
    async me(_request, { principal }) {
      const stored = await settings.get(principal.userId);
      const masked = (name: keyof NonNullable<typeof stored>["secretsSet"]) => (stored?.secretsSet[name] ? mask : null);
      return {
        status: 200,
        body: {
          id: principal.userId,
          ...((stored?.plain ?? initialSettings) as Omit<UserInfo, "id">), // what was stored has been through the contract
          llm_api_key: masked("llm_api_key"),
          search_api_key: masked("search_api_key"),
          sandbox_api_key: masked("sandbox_api_key"),
          secrets_store: { provider_tokens: {} },
        },
      };
    },
  };
}
