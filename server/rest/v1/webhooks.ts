import { Readable } from "node:stream";
import { requestHeaders } from "../../../contract/index.ts";
import { ApiError } from "../../api-error.ts";
import type { ServerHandlers } from "../../http/router.ts";
import type { AccessTokens } from "../../identity/access-tokens.ts";
import type { ProviderTokens } from "../../secrets/provider-tokens.ts";
import type { UserStore } from "../../store/store.ts";

export interface WebhooksDeps {
  readonly accessTokens: Pick<AccessTokens, "verify">;
  readonly providerTokens: Pick<ProviderTokens, "reveal">;
  readonly users: Pick<UserStore, "enabled">;
}

const header = requestHeaders.AccessToken.name.toLowerCase();

export function webhooksHandlers(deps: WebhooksDeps): ServerHandlers["webhooks"] {
  const { accessTokens, providerTokens, users } = deps;
  return {
    async secret(_request, { headers }) {
      const sent = headers[header];
      if (typeof sent !== "string" || sent === "")
        throw new ApiError("unauthenticated", "The request carries no access token. Send it as X-Access-Token.");
      const { userId, provider } = await accessTokens.verify(sent);
      if (!(await users.enabled([userId])).has(userId)) throw new ApiError("invalid_credentials");
      const found = (await providerTokens.reveal(userId)).get(provider);
      if (!found) throw new ApiError("provider_token_not_found");
      return { status: 200, body: Readable.from([Buffer.from(found.token)]) };
    },
  };
}
