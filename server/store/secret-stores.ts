import type { Kysely } from "kysely";
import { change, firstOf } from "./connection.ts";
import type { Connection } from "./connection.ts";
import type { Database } from "./database.ts";
import { leaveReceipt } from "./leave-receipt.ts";
import { insertSecret, providerTokenQueries, secretQueries } from "./secret-queries.ts";
import type { ProviderTokenChange, ProviderTokenStore, SecretStore } from "./store.ts";

export function createSecretStore({ db, transaction }: Connection): SecretStore {
  const positionOf = (userId: string, name: string) =>
    db.selectFrom("secrets").select("position").where("user_id", "=", userId).where("name", "=", name);
  return {
    ...secretQueries(db),
    insert: (secret, receipt) =>
      transaction(function* () {
        if ((yield* change(insertSecret(db, secret))) === 0) return false;
        yield* leaveReceipt(db, receipt);
        return true;
      }),
    update: (userId, name, to) =>
      transaction(function* () {
        const own = yield* firstOf(positionOf(userId, name));
        if (!own) return "not_found";
        const holder = yield* firstOf(positionOf(userId, to.name));
        if (holder && holder.position !== own.position) return "name_taken";
        const { name: newName, description } = to;
        const renamed = db.updateTable("secrets").set({ name: newName, description });
        yield* change(renamed.where("position", "=", own.position));
        return "updated";
      }),
  };
}

export function createProviderTokenStore({ db, transaction }: Connection): ProviderTokenStore {
  return {
    ...providerTokenQueries(db),
    update: (userId, changes) =>
      transaction(function* () {
        for (const each of changes) yield* change(tokenChange(db, userId, each));
      }),
  };
}

function tokenChange(db: Kysely<Database>, userId: string, to: ProviderTokenChange) {
  if (to.kind === "set") {
    const { provider, token, host } = to;
    return db
      .insertInto("provider_tokens")
      .values({ user_id: userId, provider, token, host })
      .onConflict((conflict) => conflict.columns(["user_id", "provider"]).doUpdateSet({ token, host }));
  }
  if (to.kind === "move")
    return db
      .updateTable("provider_tokens")
      .set({ host: to.host })
      .where("user_id", "=", userId)
      .where("provider", "=", to.provider);
  return db.deleteFrom("provider_tokens").where("user_id", "=", userId).where("provider", "=", to.provider);
}
