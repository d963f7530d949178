import { Readable } from "node:stream";
import { requestHeaders } from "../../../contract/index.ts";
import type { ReportedV1Event } from "../../../contract/index.ts";
import { ApiError } from "../../api-error.ts";
import { timestamp } from "../../clock.ts";
import type { Clock } from "../../clock.ts";
import type { ConversationService } from "../../conversations/conversation-service.ts";
import type { ReportedConversations } from "../../conversations/v1/reported-conversations.ts";
import type { Reports } from "../../conversations/v1/reports.ts";
import type { ServerHandlers } from "../../http/router.ts";
import type { AccessTokens } from "../../identity/access-tokens.ts";
import type { Principal } from "../../identity/principal.ts";
import type { SandboxService } from "../../sandboxes/sandbox-service.ts";
import type { ProviderTokens } from "../../secrets/provider-tokens.ts";
import type { Receipt, UserStore } from "../../store/store.ts";

export interface WebhooksDeps {
  readonly conversations: Pick<ConversationService, "get">;
  readonly sandboxes: Pick<SandboxService, "get">;
  readonly reportedConversations: ReportedConversations;
  readonly reports: Reports;
  readonly clock: Clock;
  readonly accessTokens: Pick<AccessTokens, "verify">;
  readonly providerTokens: Pick<ProviderTokens, "reveal">;
  readonly users: Pick<UserStore, "enabled">;
}

const header = requestHeaders.AccessToken.name.toLowerCase();

export function webhooksHandlers(deps: WebhooksDeps): ServerHandlers["webhooks"] {
  const { accessTokens, providerTokens, users, conversations, sandboxes, reportedConversations, reports, clock } = deps;
  return {
    async conversation({ params, body }, { principal }) {
      await reportedConversations.note(principal, params.sandbox_id, body);
      return { status: 200, body: { success: true } };
    },
    async events({ params, body }, { principal }) {
      await sandboxes.get(principal, params.sandbox_id);
      const { id } = await conversations.get(principal, params.conversation_id);
      await reports.add(id, body, (event) => receiptFor(principal, id, event, timestamp(clock)));
      return { status: 200, body: { success: true } };
    },
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

/** A key with a space in it is none that a client could send as `Idempotency-Key`. */
function receiptFor(
  { userId }: Principal,
  conversationId: string,
  { id }: ReportedV1Event,
  createdAt: string,
): Receipt {
  const key = `reported ${conversationId} ${id}`;
  return { userId, key, fingerprint: "", status: 200, body: "", createdAt };
}
