import { change, firstOf } from "./connection.ts";
import type { Connection } from "./connection.ts";
import { apiKeyQueries, disableUser, insertApiKey, insertUser, userQueries } from "./identity-queries.ts";
import { leaveReceipt } from "./leave-receipt.ts";
import type { ApiKeyStore, Subject, SubjectStore, UserStore } from "./store.ts";

export function createUserStore({ db, transaction }: Connection): UserStore {
  return {
    ...userQueries(db),
    disable: (id, at, { evenTheLast }) =>
      transaction(function* () {
        if ((yield* change(disableUser(db, id, at, evenTheLast))) === 0) return false;
        yield* change(db.deleteFrom("sessions").where("user_id", "=", id));
        return true;
      }),
  };
}

export function createSubjectStore({ db, transaction }: Connection): SubjectStore {
  const userOf = ({ issuer, subject }: Subject) =>
    db.selectFrom("oidc_subjects").select("user_id").where("issuer", "=", issuer).where("subject", "=", subject);
  return {
    async find(subject) {
      const row = await userOf(subject).executeTakeFirst();
      return row?.user_id ?? null;
    },
    insert: (subject, user) =>
      transaction(function* () {
        const known = yield* firstOf(userOf(subject)); // made by another request meanwhile
        if (known) return known.user_id;
        yield* change(insertUser(db, user));
        yield* change(db.insertInto("oidc_subjects").values({ ...subject, user_id: user.id }));
        return user.id;
      }),
  };
}

export function createApiKeyStore({ db, transaction }: Connection): ApiKeyStore {
  return {
    ...apiKeyQueries(db),
    insert: (key, receipt) =>
      transaction(function* () {
        yield* change(insertApiKey(db, key));
        yield* leaveReceipt(db, receipt);
      }),
  };
}
