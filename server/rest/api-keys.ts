import { ApiError } from "../api-error.ts";
import type { Clock } from "../clock.ts";
import { canonical, timestamp } from "../clock.ts";
import { validationFailed } from "../http/errors.ts";
import type { ServerHandlers } from "../http/router.ts";
import type { Identity, NewApiKey } from "../identity/identity.ts";
import { includes } from "../identity/principal.ts";
import type { ApiKeyRecord } from "../store/store.ts";

/** After every time. */
const never = "~";

export function apiKeysHandlers({ identity, clock }: { identity: Identity; clock: Clock }): ServerHandlers["apiKeys"] {
  return {
    async list(_request, { principal }) {
      const records = await identity.listApiKeys(principal.userId);
      return { status: 200, body: records.map(shown) };
    },
    async create({ body }, { principal, receiptOf }) {
      const expiresAt = typeof body.expires_at === "string" ? canonical(body.expires_at) : null;
      if (expiresAt !== null && expiresAt <= timestamp(clock)) {
        throw validationFailed([{ in: "body", path: "expires_at", message: "must be in the future" }]);
      }
      if (principal.keysExpireBy !== null && (expiresAt ?? never) > principal.keysExpireBy) {
        const message = `must be ${principal.keysExpireBy} at the latest, when the key expires that asks for it`;
        throw validationFailed([{ in: "body", path: "expires_at", message }]);
      }
      if (!includes(principal.scope, body.scope)) throw new ApiError("scope_insufficient");
      const answer = ({ key, record }: NewApiKey) => ({ status: 200, body: { ...shown(record), key } }) as const;
      const options = { name: body.name ?? null, scope: body.scope, expiresAt };
      return answer(await identity.createApiKey(principal.userId, options, (created) => receiptOf(answer(created))));
    },
    async delete({ params }, { principal }) {
      await identity.deleteApiKey(principal.userId, params.key_id);
      return { status: 200, body: { success: true, message: "The API key has been deleted." } };
    },
  };
}

function shown({ id, name, prefix, scope, createdAt, lastUsedAt, expiresAt }: ApiKeyRecord) {
  return { id, name, prefix, scope, created_at: createdAt, last_used_at: lastUsedAt, expires_at: expiresAt };
}
