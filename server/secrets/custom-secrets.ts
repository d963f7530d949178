import { ApiError } from "../api-error.ts";
import { newId } from "../identity/tokens.ts";
import type { Receipt, SecretRecord, SecretStore } from "../store/store.ts";
import type { Cipher } from "./cipher.ts";

/** What is shown of a secret. */
export type SecretInfo = Pick<SecretRecord, "name" | "description">;

export interface CustomSecretsDeps {
  readonly store: SecretStore;
  readonly cipher: Cipher;
  readonly changed: (userId: string) => void;
}

/** Users' own secrets. Their values are encrypted before they are stored. */
export interface CustomSecrets {
  /** In the order in which they were created. */
  list(userId: string): Promise<SecretInfo[]>;
  /**
   * @param receipt of the request that asks for it
   * @throws {ApiError} `secret_exists`
   * @throws {ReceiptExistsError}
   */
  create(userId: string, secret: SecretInfo & { readonly value: string }, receipt?: Receipt): Promise<void>;
  /** Changes the name and the description of a secret. @throws {ApiError} `secret_not_found`, `secret_exists` */
  update(userId: string, name: string, change: SecretInfo): Promise<void>;
  /** @throws {ApiError} `secret_not_found` */
  delete(userId: string, name: string): Promise<void>;
  /** The values by name, for what works in the user's name. They must not reach an answer, a log or an event. */
  reveal(userId: string): Promise<ReadonlyMap<string, string>>;
}

/** @param deps.changed is told whose secrets have changed */
export function createCustomSecrets({ store, cipher, changed }: CustomSecretsDeps): CustomSecrets {
  return {
    async list(userId) {
      const records = await store.listByUser(userId);
      return records.map(({ name, description }) => ({ name, description }));
    },
    async create(userId, { name, description, value }, receipt) {
      const id = newId();
      const sealed = cipher.encrypt(value, contextOf({ userId, id }));
      if (!(await store.insert({ id, userId, name, description, value: sealed }, receipt)))
        throw new ApiError("secret_exists", alreadyThere(name));
      changed(userId);
    },
    async update(userId, name, change) {
      const outcome = await store.update(userId, name, change);
      if (outcome === "not_found") throw new ApiError("secret_not_found");
      if (outcome === "name_taken") throw new ApiError("secret_exists", alreadyThere(change.name));
    },
    async delete(userId, name) {
      if (!(await store.delete(userId, name))) throw new ApiError("secret_not_found");
      changed(userId);
    },
    async reveal(userId) {
      const records = await store.listByUser(userId);
      return new Map(records.map((record) => [record.name, cipher.decrypt(record.value, contextOf(record))]));
    },
  };
}

/** By the id, which a new name leaves as it is: a value that somebody moves to another row does not decrypt there. */
function contextOf({ userId, id }: Pick<SecretRecord, "userId" | "id">): string {
  return `secret ${userId} ${id}`;
}

/** Upstream's clients look for `already exists`. */
function alreadyThere(name: string): string {
  return `A secret with the name ${name} already exists. Choose another name, or delete that secret first.`;
}
