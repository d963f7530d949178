import type { Scope } from "../../../contract/index.ts";

export interface SessionRecord {
  /** SHA-256 of the cookie's value, in hexadecimal digits. */
  readonly hash: string;
  readonly userId: string;
  /** The key that it was begun with, without which there is no session; null where it was none. */
  readonly apiKeyId: string | null;
  readonly createdAt: string;
  /** When it ends unless it is used before. */
  readonly expiresAt: string;
  /** When it ends in any case. */
  readonly endsAt: string;
}

/** A session with what is known of the key that it was begun with; null where it was none. */
export interface FoundSession extends SessionRecord {
  readonly keyScope: Scope | null;
  readonly keyExpiresAt: string | null;
}

export interface SessionStore {
  insert(session: SessionRecord): Promise<void>;
  /** Null also for a session of a disabled user. */
  findByHash(hash: string): Promise<FoundSession | null>;
  /** Which of these hashes are of sessions that have not expired, and whose users are not disabled. */
  usable(hashes: readonly string[], now: string): Promise<ReadonlySet<string>>;
  /** Sets when it ends unless it is used before. */
  extend(hash: string, expiresAt: string): Promise<void>;
  delete(hash: string): Promise<void>;
  deleteExpired(now: string): Promise<void>;
}
