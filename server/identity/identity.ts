import type { Scope } from "../../contract/index.ts";
import { ApiError } from "../api-error.ts";
import type { Clock } from "../clock.ts";
import { timestamp } from "../clock.ts";
import type { Config } from "../config.ts";
import type { ApiKeyRecord, FoundSession, Receipt, Store, UserRecord } from "../store/store.ts";
import type { Principal } from "./principal.ts";
import { hashToken, keyStart, newApiKey, newId, newSessionToken } from "./tokens.ts";

const touchIntervalMs = 60 * 1000;

/** A key as it is shown once, beside what is stored of it. */
export interface NewApiKey {
  readonly key: string;
  readonly record: ApiKeyRecord;
}

/** What a new key is to be. */
export interface ApiKeyOptions {
  readonly name: string | null;
  readonly scope?: Scope;
  readonly expiresAt?: string | null;
  /** The key itself, instead of a random one. */
  readonly key?: string;
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
  /** A user whom somebody else has proven until then. @throws {ApiError} `invalid_credentials` for a disabled one */
  byUser(userId: string, expiresAt: string): Promise<Principal>;
  /** Counts as a use of the session. @throws {ApiError} `invalid_credentials` */
  bySession(token: string): Promise<Principal>;
  /** The user of a session, which this is no use of; null when there is no such session. */
  userOfSession(token: string): Promise<string | null>;
  /** Which of these principals would still be let in. It is no use of their keys and sessions. */
  stillValid(principals: readonly Principal[]): Promise<ReadonlySet<Principal>>;
  /** Calls back whenever a key or a session of this process has ended, other than by time. */
  onRevocation(listener: () => void): void;
  createUser(name: string): Promise<Omit<UserRecord, "disabledAt">>;
  findUser(name: string): Promise<UserRecord | null>;
  listUsers(): Promise<UserRecord[]>;
  /** Stops a user's keys and ends the user's sessions. @returns false where it is the last user, unless that is wanted */
  disableUser(id: string, options: { readonly evenTheLast: boolean }): Promise<boolean>;
  /** The user's keys work again. */
  enableUser(id: string): Promise<void>;
  /**
   * @param receiptOf makes the receipt of the request that asks for it
   * @throws {ReceiptExistsError}
   */
  createApiKey(
    userId: string,
    options: ApiKeyOptions,
    receiptOf?: (created: NewApiKey) => Receipt | undefined,
  ): Promise<NewApiKey>;
  /** Newest first. */
  listApiKeys(userId: string): Promise<ApiKeyRecord[]>;
  /** Also ends the sessions that were begun with it. @throws {ApiError} `api_key_not_found`, also for another user's key */
  deleteApiKey(userId: string, id: string): Promise<void>;
  /**
   * Begins a session, which ends with the key.
   * @param replaced the cookies of earlier sessions, which end
   * @throws {ApiError} `invalid_credentials`
   */
  login(apiKey: string, replaced: readonly string[]): Promise<NewSession>;
  /** Begins a session of a user who has been proven otherwise. @param replaced the cookies of earlier sessions, which end */
  beginSession(userId: string, replaced: readonly string[]): Promise<NewSession>;
  logout(token: string): Promise<void>;
}

/** @param deps.config how long a session lasts */
export function createIdentity(deps: {
  store: Store;
  clock: Clock;
  config: Pick<Config, "SESSION_IDLE_SECONDS" | "SESSION_LIFETIME_SECONDS">;
}): Identity {
  const { store, clock, config } = deps;
  const idleMs = config.SESSION_IDLE_SECONDS * 1000;
  const lifetimeMs = config.SESSION_LIFETIME_SECONDS * 1000;
  const listeners = new Set<() => void>();
  const revoked = () => listeners.forEach((listener) => listener());

  async function byApiKey(key: string): Promise<Principal> {
    const record = await store.apiKeys.findByHash(hashToken(key));
    const now = timestamp(clock);
    if (!record || isOver(record.expiresAt, now)) throw new ApiError("invalid_credentials");
    await touch(record, now);
    const { id, userId, scope, expiresAt } = record;
    return { userId, via: "key", scope, proof: id, expiresAt, keysExpireBy: expiresAt };
  }

  /** To the minute only: a write for every request would cost more than the request. */
  async function touch({ id, lastUsedAt }: ApiKeyRecord, now: string): Promise<void> {
    if (lastUsedAt === null || Date.parse(now) - Date.parse(lastUsedAt) >= touchIntervalMs)
      await store.apiKeys.touch(id, now);
  }

  async function findSession(token: string): Promise<FoundSession | null> {
    const session = await store.sessions.findByHash(hashToken(token));
    return session && !isOver(session.expiresAt, timestamp(clock)) ? session : null;
  }

  /** Puts the end off, where that makes a difference: for the same reason as above. */
  async function extend({ hash, expiresAt, endsAt }: FoundSession): Promise<void> {
    const later = earlier(after(timestamp(clock), idleMs), endsAt);
    const gained = Date.parse(later) - Date.parse(expiresAt);
    if (gained >= Math.min(touchIntervalMs, idleMs / 10)) await store.sessions.extend(hash, later);
  }

  async function endSession(token: string): Promise<void> {
    await store.sessions.delete(hashToken(token));
    revoked();
  }

  async function begin(userId: string, key: Principal | null, replaced: readonly string[]): Promise<NewSession> {
    const now = timestamp(clock);
    const token = newSessionToken();
    const endsAt = earlier(after(now, lifetimeMs), key?.expiresAt ?? null);
    const expiresAt = earlier(after(now, idleMs), endsAt);
    await store.sessions.deleteExpired(now);
    const apiKeyId = key?.proof ?? null;
    await store.sessions.insert({ hash: hashToken(token), userId, apiKeyId, createdAt: now, expiresAt, endsAt });
    for (const old of replaced) await endSession(old);
    return { token, maxAge: Math.ceil((Date.parse(endsAt) - Date.parse(now)) / 1000) };
  }

  return {
    byApiKey,

    async byUser(userId, expiresAt) {
      if (!(await store.users.enabled([userId])).has(userId)) throw new ApiError("invalid_credentials");
      return { userId, via: "token", scope: "write", proof: userId, expiresAt, keysExpireBy: null };
    },

    async bySession(token) {
      const session = await findSession(token);
      if (!session) throw new ApiError("invalid_credentials");
      await extend(session);
      const { userId, hash, endsAt, keyScope, keyExpiresAt } = session;
      const scope = keyScope ?? "write";
      return { userId, via: "cookie", scope, proof: hash, expiresAt: endsAt, keysExpireBy: keyExpiresAt };
    },
    userOfSession: async (token) => (await findSession(token))?.userId ?? null,

    async stillValid(principals) {
      const now = timestamp(clock);
      const proofs = (via: Principal["via"]) =>
        [...new Set(principals.filter((principal) => principal.via === via).map(({ proof }) => proof))].filter(
          (proof) => proof !== null,
        );
      const keys = await store.apiKeys.usable(proofs("key"));
      const cookies = await store.sessions.usable(proofs("cookie"), now);
      const users = await store.users.enabled(proofs("token"));
      const sandboxes = await store.sandboxes.usable(proofs("sandbox"));
      const found = { key: keys, cookie: cookies, token: users, sandbox: sandboxes, open: null };
      return new Set(
        principals.filter(
          ({ via, proof, expiresAt }) => !isOver(expiresAt, now) && (proof === null || found[via]?.has(proof)),
        ),
      );
    },
    onRevocation: (listener) => void listeners.add(listener),

    async createUser(name) {
      const user = { id: newId(), name, createdAt: timestamp(clock) };
      await store.users.insert(user);
      return user;
    },
    findUser: (name) => store.users.findByName(name),
    listUsers: () => store.users.list(),
    async disableUser(id, options) {
      const done = await store.users.disable(id, timestamp(clock), options);
      revoked();
      return done;
    },
    enableUser: (id) => store.users.enable(id),

    async createApiKey(userId, { name, scope = "write", expiresAt = null, key = newApiKey() }, receiptOf) {
      const record = {
        id: newId(),
        userId,
        name,
        prefix: keyStart(key),
        hash: hashToken(key),
        scope,
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
      revoked();
    },

    async login(apiKey, replaced) {
      const key = await byApiKey(apiKey);
      return begin(key.userId, key, replaced).catch(async (error: unknown) => {
        await byApiKey(apiKey); // deleted meanwhile, it can have no session
        throw error;
      });
    },
    beginSession: (userId, replaced) => begin(userId, null, replaced),
    logout: endSession,
  };
}

function isOver(expiresAt: string | null, now: string): boolean {
  return expiresAt !== null && expiresAt <= now;
}

function after(moment: string, ms: number): string {
  return new Date(Date.parse(moment) + ms).toISOString();
}

/** @param limit null is never */
function earlier(moment: string, limit: string | null): string {
  return limit !== null && limit < moment ? limit : moment;
}
