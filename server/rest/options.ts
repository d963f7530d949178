import type { Models } from "../agent/models.ts";
import type { ServerHandlers } from "../http/router.ts";
import type { Oidc } from "../identity/oidc/oidc.ts";

/** The agents by which upstream's clients know the one that answers here. */
const agentNames = ["CodeActAgent"];

/** None: nothing in this server judges the risk of an action. */
const securityAnalyzerNames: string[] = [];

export function optionsHandlers({
  models,
  enableV1,
  oidc,
}: {
  models: Models;
  enableV1: boolean;
  oidc: Oidc | null;
}): ServerHandlers["options"] {
  return {
    models: async () => ({ status: 200, body: [...models.names] }),
    agents: async () => ({ status: 200, body: agentNames }),
    securityAnalyzers: async () => ({ status: 200, body: securityAnalyzerNames }),
    saas: async () => ({ status: 200, body: { saas: false } }),
    config: async () => ({
      status: 200,
      body: {
        APP_MODE: "oss",
        GITHUB_CLIENT_ID: "",
        POSTHOG_CLIENT_KEY: "",
        FEATURE_FLAGS: { ENABLE_BILLING: false, HIDE_LLM_SETTINGS: false, ENABLE_V1: enableV1 },
        ...(oidc && { OIDC_LOGIN: oidcLogin(oidc) }),
      },
    }),
  };
}

function oidcLogin({ settings: { rootPath, issuer } }: Oidc) {
  return { url: `${rootPath}api/login/oidc`, provider: issuer.host };
}
