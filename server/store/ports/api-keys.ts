import type { Scope } from "../../../contract/index.ts";
import type { Receipt } from "./receipts.ts";

export interface ApiKeyRecord {
  readonly id: string;
  readonly userId: string;
  readonly name: string | null;
  readonly prefix: string;
  /** SHA-256 of the key, in hexadecimal digits. */
  readonly hash: string;
  readonly scope: Scope;
  readonly createdAt: string;
  readonly lastUsedAt: string | null;
  readonly expiresAt: string | null;
}

export interface ApiKeyStore {
  /** @throws {ReceiptExistsError} */
  insert(key: ApiKeyRecord, receipt?: Receipt): Promise<void>;
  /** Null also for a key of a disabled user. */
  findByHash(hash: string): Promise<ApiKeyRecord | null>;
  /** Which of these ids are of keys, whose users are not disabled. */
  usable(ids: readonly string[]): Promise<ReadonlySet<string>>;
  /** A user's keys, newest first. */
  listByUser(userId: string): Promise<ApiKeyRecord[]>;
  touch(id: string, lastUsedAt: string): Promise<void>;
  /** Also ends the sessions that were begun with it. @returns whether the user had such a key */
  delete(userId: string, id: string): Promise<boolean>;
}
