import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { sql } from "kysely";
import { Migrator } from "kysely/migration";
import { migrations } from "../../../server/store/migrations.ts";
import { cleanUp } from "../../support/start-server.ts";
import { storeSides } from "../../support/stores.ts";
import type { StorePlace, StoreSide } from "../../support/stores.ts";

const moment = "2026-11-22T10:15:30.123Z";
const names = Object.keys(migrations);

for (const side of storeSides) describe(side.name, () => bringsUpToDate(side));

/** Brings an empty database to where a server of long ago has left it. */
async function databaseAt(place: StorePlace, last: string): Promise<void> {
  const { db, close } = place.connect();
  const migrator = new Migrator({ db, provider: { getMigrations: async () => migrations } });
  const { error } = await migrator.migrateTo(last);
  assert.equal(error, undefined);
  await db.insertInto("users").values({ id: "1", name: "Ada", created_at: moment }).execute();
  await db.insertInto("settings").values({ user_id: "1", plain: '{"language":"de"}', secrets: "{}" }).execute();
  await close();
}

function bringsUpToDate(side: StoreSide): void {
  for (const name of names)
    test(`a database of ${name} is brought up to date with what it holds`, async (t) => {
      const place = await side.place(t);
      await databaseAt(place, name);
      const store = await place.open(() => moment);
      cleanUp(t, () => store.close());
      assert.deepEqual(await store.users.list(), [{ id: "1", name: "Ada", createdAt: moment, disabledAt: null }]);
      assert.deepEqual(await store.settings.get("1"), { plain: { language: "de" }, secrets: {} });
      const secret = { id: "s", userId: "1", name: "TOKEN", description: "", value: "sealed" };
      assert.equal(await store.secrets.insert(secret), true);
      await store.providerTokens.update("1", [{ kind: "set", provider: "github", token: "sealed", host: null }]);
      assert.deepEqual(await store.secrets.listByUser("1"), [secret]);
      assert.deepEqual(await store.providerTokens.listByUser("1"), [
        { provider: "github", token: "sealed", host: null },
      ]);
    });

  test("ten servers that begin at once bring a database up to date once", async (t) => {
    const place = await side.place(t);
    const stores = await Promise.all(Array.from({ length: 10 }, () => place.open()));
    for (const store of stores) cleanUp(t, () => store.close());
    await stores[0]?.users.insert({ id: "1", name: "Ada", createdAt: moment });
    for (const store of stores) assert.equal((await store.users.list()).length, 1);
  });

  test("keys and sessions of before go on: each key may write, and keys of one millisecond have an order", async (t) => {
    const place = await side.place(t);
    await databaseAt(place, "003-receipts");
    const { db, close } = place.connect();
    for (const id of ["b", "c", "a"])
      await sql`INSERT INTO api_keys (id, user_id, prefix, hash, created_at) VALUES (${id}, '1', 'oh_', ${`#${id}`}, ${moment})`.execute(
        db,
      );
    await sql`INSERT INTO sessions (hash, user_id, created_at, expires_at) VALUES ('#s', '1', ${moment}, '2099-01-01T00:00:00.000Z')`.execute(
      db,
    );
    await close();
    const store = await place.open(() => moment);
    cleanUp(t, () => store.close());
    const keys = await store.apiKeys.listByUser("1");
    assert.deepEqual(
      keys.map(({ id, scope }) => [id, scope]),
      [
        ["c", "write"],
        ["b", "write"],
        ["a", "write"],
      ],
    );
    const session = await store.sessions.findByHash("#s");
    assert.deepEqual([session?.endsAt, session?.apiKeyId, session?.keyScope], ["2099-01-01T00:00:00.000Z", null, null]);
  });

  test("a conversation of before V1 is one of V0, has a sandbox of its id, and is found by its title", async (t) => {
    const place = await side.place(t);
    await databaseAt(place, "007-oidc");
    const { db, close } = place.connect();
    await sql`INSERT INTO conversations (id, user_id, title, status, created_at) VALUES ('c', '1', 'ÄLTER', 'STOPPED', ${moment})`.execute(
      db,
    );
    await close();
    const store = await place.open(() => moment);
    cleanUp(t, () => store.close());
    const [found] = await store.conversations.list({ userId: "1", titleContains: "älter", limit: 10 });
    assert.deepEqual([found?.id, found?.version, found?.sandboxId], ["c", "V0", "c"]);
    const sandbox = await store.sandboxes.get("c");
    assert.deepEqual([sandbox?.userId, sandbox?.createdAt, sandbox?.paused], ["1", moment, false]);
    assert.match(sandbox?.keySalt ?? "", /^[0-9a-f]{32}$/);
  });
}

test("what has been released stays first, and in order", () => {
  assert.equal(names[0], "001-first-light");
  assert.deepEqual(names, names.toSorted());
});
