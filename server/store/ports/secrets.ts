import type { ProviderType } from "../../../contract/index.ts";
import type { Receipt } from "./receipts.ts";

export interface SecretRecord {
  /** Never shown, and never another one: what the value is encrypted for. */
  readonly id: string;
  readonly userId: string;
  /** Unique among a user's secrets. */
  readonly name: string;
  readonly description: string;
  /** Encrypted. */
  readonly value: string;
}

export interface SecretStore {
  /** A user's secrets, in the order in which they were inserted. */
  listByUser(userId: string): Promise<SecretRecord[]>;
  /**
   * @returns false when the user has a secret of that name: then nothing is stored
   * @throws {ReceiptExistsError}
   */
  insert(secret: SecretRecord, receipt?: Receipt): Promise<boolean>;
  /** Gives a user's secret a name, which may be the one that it has, and a description. */
  update(
    userId: string,
    name: string,
    change: Pick<SecretRecord, "name" | "description">,
  ): Promise<"updated" | "not_found" | "name_taken">;
  /** @returns whether the user had such a secret */
  delete(userId: string, name: string): Promise<boolean>;
}

export interface ProviderTokenRecord {
  readonly provider: ProviderType;
  /** Encrypted. */
  readonly token: string;
  /** Null for the provider's own. */
  readonly host: string | null;
}

export interface ProviderTokenStore {
  /** A user's tokens, sorted by provider. */
  listByUser(userId: string): Promise<ProviderTokenRecord[]>;
  /** Carries out changes in one transaction, in order. */
  update(userId: string, changes: readonly ProviderTokenChange[]): Promise<void>;
  deleteByUser(userId: string): Promise<void>;
}

/** `set` stores a token with its host; `move` gives a token that is stored another host; `remove` deletes it. */
export type ProviderTokenChange =
  | ({ readonly kind: "set" } & ProviderTokenRecord)
  | ({ readonly kind: "move" } & Pick<ProviderTokenRecord, "provider" | "host">)
  | ({ readonly kind: "remove" } & Pick<ProviderTokenRecord, "provider">);
