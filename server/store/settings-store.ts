import type { Selectable } from "kysely";
import { change, firstOf } from "./connection.ts";
import type { Connection } from "./connection.ts";
import type { Database } from "./database.ts";
import type { SettingsRecord, SettingsStore } from "./store.ts";

export function createSettingsStore({ db, transaction }: Connection): SettingsStore {
  const ofUser = (userId: string) => db.selectFrom("settings").selectAll().where("user_id", "=", userId);
  return {
    async get(userId) {
      return settingsRecord(await ofUser(userId).executeTakeFirst());
    },
    update: (userId, to) =>
      transaction(function* () {
        const after = to(settingsRecord(yield* firstOf(ofUser(userId))));
        const [plain, secrets] = [JSON.stringify(after.plain), JSON.stringify(after.secrets)];
        const upsert = db
          .insertInto("settings")
          .values({ user_id: userId, plain, secrets })
          .onConflict((conflict) => conflict.column("user_id").doUpdateSet({ plain, secrets }));
        yield* change(upsert);
      }),
  };
}

function settingsRecord(row: Selectable<Database["settings"]> | undefined): SettingsRecord | null {
  return row ? { plain: JSON.parse(row.plain), secrets: JSON.parse(row.secrets) } : null;
}
