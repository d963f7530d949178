import type { Settings } from "../../contract/index.ts";
import { ApiError } from "../api-error.ts";
import type { ServerHandlers } from "../http/router.ts";
import type { ProviderTokens } from "../secrets/provider-tokens.ts";
import type { SettingsService, UserSettings } from "../settings/settings-service.ts";

export function settingsHandlers(
  settings: SettingsService,
  providerTokens: ProviderTokens,
): ServerHandlers["settings"] {
  return {
    async get(_request, { principal }) {
      const stored = await settings.get(principal.userId);
      if (!stored) throw new ApiError("settings_not_found");
      return { status: 200, body: shown(stored, await providerTokens.hosts(principal.userId)) };
    },
    async merge({ body }, { principal }) {
      await settings.merge(principal.userId, body);
      return { status: 200, body: { success: true, message: "The settings have been stored." } };
    },
  };
}

function shown({ plain, secretsSet }: UserSettings, provider_tokens_set: Settings["provider_tokens_set"]): Settings {
  return {
    ...(plain as Settings), // what was stored has been through the contract
    llm_api_key: null,
    search_api_key: null,
    sandbox_api_key: null,
    secrets_store: { provider_tokens: {} },
    llm_api_key_set: secretsSet.llm_api_key,
    search_api_key_set: secretsSet.search_api_key,
    sandbox_api_key_set: secretsSet.sandbox_api_key,
    provider_tokens_set,
  };
}
