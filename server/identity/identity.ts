import { ApiError } from "../api-error.ts";
import type { Clock } from "../clock.ts";
import { timestamp } from "../clock.ts";
import type { ApiKeyRecord, Receipt, Store, UserRecord } from "../store/store.ts";
import { hashToken, keyStart, newApiKey, newId, newSessionToken } from "./tokens.ts";

const sessionLifetimeMs = 30 * 24 * 60 * 60 * 1000;
const touchIntervalMs = 60 * 1000;

/** Who makes a request, and how that was proven. */
export interface Principal {
  readonly userId: string;
  readonly via: "key" | "token" | "cookie" | "open";
}

/** A key as it is shown once, beside what is stored of it. */
export interface NewApiKey {
  readonly key: string;
  readonly record: ApiKeyRecord;
}

/** The cookie's value, and its lifetime in seconds. */
export interface NewSession {
  readonly token: string;
  readonly maxAge: number;
}

/** Users, their API keys and their sessions. */
export interface Identity {
  /** @throws {ApiError} `invalid_credentials` */
  byApiKey(key: string): Promise<Principal>;
  /** @throws {ApiError} `invalid_credentials` */
  bySession(token: string): Promise<Principal>;
  createUser(name: string): Promise<UserRecord>;
  findUser(name: string): Promise<UserRecord | null>;
  listUsers(): Promise<UserRecord[]>;
  /**
   * @param options.key the key itself, instead of a random one
   * @param receiptOf makes the receipt of the request that asks for it
   * @throws {ReceiptExistsError}
   */
  createApiKey(
    userId: string,
    options: { name: string | null; expiresAt?: string | null; key?: string },
    receiptOf?: (created: NewApiKey) => Receipt | undefined,
  ): Promise<NewApiKey>;
  listApiKeys(userId: string): Promise<ApiKeyRecord[]>;
  /** @throws {ApiError} `api_key_not_found`, also for another user's key */
  deleteApiKey(userId: string, id: string): Promise<void>;
  /** Begins a session of the key's user. @throws {ApiError} `invalid_credentials` */
  login(apiKey: string): Promise<NewSession>;
  /** Begins a session of a user who has been proven otherwise. */
  beginSession(userId: string): Promise<NewSession>;
  logout(token: string): Promise<void>;
}

export function createIdentity({ store, clock }: { store: Store; clock: Clock }): Identity {
  async function byApiKey(key: string): Promise<Principal> {
    const record = await store.apiKeys.findByHash(hashToken(key));
    const now = timestamp(clock);
    if (!record || isOver(record.expiresAt, now)) throw new ApiError("invalid_credentials");
    await touch(record, now);
    return { userId: record.userId, via: "key" };
  }

  /** To the minute only: a write for every request would cost more than the request. */
  async function touch({ id, lastUsedAt }: ApiKeyRecord, now: string): Promise<void> {
    if (lastUsedAt === null || Date.parse(now) - Date.parse(lastUsedAt) >= touchIntervalMs)
      await store.apiKeys.touch(id, now);
  }

  async function beginSession(userId: string): Promise<NewSession> {
    const now = clock.now();
    const token = newSessionToken();
    const expiresAt = new Date(now.getTime() + sessionLifetimeMs).toISOString();
    await store.sessions.deleteExpired(now.toISOString());
    await store.sessions.insert({ hash: hashToken(token), userId, createdAt: now.toISOString(), expiresAt });
    return { token, maxAge: sessionLifetimeMs / 1000 };
  }

  return {
    byApiKey,

    async bySession(token) {
      const session = await store.sessions.findByHash(hashToken(token));
      if (!session || isOver(session.expiresAt, timestamp(clock))) throw new ApiError("invalid_credentials");
      return { userId: session.userId, via: "cookie" };
    },

    async createUser(name) {
      const user = { id: newId(), name, createdAt: timestamp(clock) };
      await store.users.insert(user);
      return user;
    },
    findUser: (name) => store.users.findByName(name),
    listUsers: () => store.users.list(),

    async createApiKey(userId, { name, expiresAt = null, key = newApiKey() }, receiptOf) {
      const record = {
        id: newId(),
        userId,
        name,
        prefix: keyStart(key),
        hash: hashToken(key),
        createdAt: timestamp(clock),
        lastUsedAt: null,
        expiresAt,
      };
      await store.apiKeys.insert(record, receiptOf?.({ key, record }));
      return { key, record };
    },
    listApiKeys: (userId) => store.apiKeys.listByUser(userId),
    async deleteApiKey(userId, id) {
      if (!(await store.apiKeys.delete(userId, id))) throw new ApiError("api_key_not_found");
    },

    login: async (apiKey) => beginSession((await byApiKey(apiKey)).userId),
    beginSession,
    logout: (token) => store.sessions.delete(hashToken(token)),
  };
}

function isOver(expiresAt: string | null, now: string): boolean {
  return expiresAt !== null && expiresAt <= now;
}
