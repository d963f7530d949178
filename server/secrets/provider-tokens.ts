import type { ProviderType } from "../../contract/index.ts";
import type { ProviderTokenChange, ProviderTokenStore } from "../store/store.ts";
import type { Cipher } from "./cipher.ts";

/** What a client says of one provider; null is to remove it. */
export type ProviderTokenUpdate = {
  readonly token?: string | null | undefined;
  readonly host?: string | null | undefined;
} | null;

export interface ProviderTokensDeps {
  readonly store: ProviderTokenStore;
  readonly cipher: Cipher;
  readonly changed: (userId: string) => void;
}

/** Users' access to git hosts. Tokens are encrypted before they are stored. */
export interface ProviderTokens {
  /** The providers that a token is stored for, each with its host; null is the provider's own. */
  hosts(userId: string): Promise<Partial<Record<ProviderType, string | null>>>;
  /** A provider that is left out keeps its token. */
  merge(userId: string, updates: Partial<Record<ProviderType, ProviderTokenUpdate | undefined>>): Promise<void>;
  removeAll(userId: string): Promise<void>;
  /** The tokens, for what works in the user's name. They must not reach an answer, a log or an event. */
  reveal(userId: string): Promise<ReadonlyMap<ProviderType, { readonly token: string; readonly host: string | null }>>;
}

/** @param deps.changed is told whose tokens have changed */
export function createProviderTokens({ store, cipher, changed }: ProviderTokensDeps): ProviderTokens {
  return {
    async hosts(userId) {
      const records = await store.listByUser(userId);
      return Object.fromEntries(records.map(({ provider, host }) => [provider, host]));
    },
    async merge(userId, updates) {
      const changes = Object.entries(updates).flatMap(([provider, update]) =>
        changeOf(provider as ProviderType, update, (token) => cipher.encrypt(token, contextOf(userId, provider))),
      );
      await store.update(userId, changes);
      changed(userId);
    },
    async removeAll(userId) {
      await store.deleteByUser(userId);
      changed(userId);
    },
    async reveal(userId) {
      const records = await store.listByUser(userId);
      return new Map(
        records.map(({ provider, token, host }) => [
          provider,
          { token: cipher.decrypt(token, contextOf(userId, provider)), host },
        ]),
      );
    },
  };
}

/** @param encrypt what is done to a token before it is stored */
function changeOf(
  provider: ProviderType,
  update: ProviderTokenUpdate | undefined,
  encrypt: (token: string) => string,
): ProviderTokenChange[] {
  if (update === undefined) return [];
  if (update === null) return [{ kind: "remove", provider }];
  const { token, host } = update;
  if (token) return [{ kind: "set", provider, token: encrypt(token), host: host || null }];
  return host === undefined ? [] : [{ kind: "move", provider, host: host || null }];
}

function contextOf(userId: string, provider: string): string {
  return `provider token ${userId} ${provider}`;
}
