import type { Kysely } from "kysely";
import type { Database } from "./database.ts";
import type { ProviderTokenStore, SecretRecord, SecretStore } from "./store.ts";

// The queries of encrypted values that are the same in every SQL database; see queries.ts.

/** @param db any dialect */
export function secretQueries(db: Kysely<Database>): Omit<SecretStore, "insert" | "update"> {
  return {
    async listByUser(userId) {
      const rows = await db
        .selectFrom("secrets")
        .selectAll()
        .where("user_id", "=", userId)
        .orderBy("position")
        .execute();
      return rows.map((row) => ({
        id: row.id,
        userId: row.user_id,
        name: row.name,
        description: row.description,
        value: row.value,
      }));
    },
    async delete(userId, name) {
      const { numDeletedRows } = await db
        .deleteFrom("secrets")
        .where("user_id", "=", userId)
        .where("name", "=", name)
        .executeTakeFirst();
      return numDeletedRows > 0n;
    },
  };
}

/** It changes no row when the user has a secret of that name. */
export function insertSecret(db: Kysely<Database>, { id, userId, name, description, value }: SecretRecord) {
  return db
    .insertInto("secrets")
    .values({ id, user_id: userId, name, description, value })
    .onConflict((conflict) => conflict.columns(["user_id", "name"]).doNothing());
}

/** @param db any dialect */
export function providerTokenQueries(db: Kysely<Database>): Omit<ProviderTokenStore, "update"> {
  return {
    async listByUser(userId) {
      const rows = await db
        .selectFrom("provider_tokens")
        .selectAll()
        .where("user_id", "=", userId)
        .orderBy("provider")
        .execute();
      return rows.map(({ provider, token, host }) => ({ provider, token, host }));
    },
    async deleteByUser(userId) {
      await db.deleteFrom("provider_tokens").where("user_id", "=", userId).execute();
    },
  };
}
