import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { Migrator } from "kysely/migration";
import { migrations } from "../../../server/store/migrations.ts";
import { openConnection } from "../../../server/store/sqlite/connection.ts";
import { openSqliteStore } from "../../../server/store/sqlite/sqlite-store.ts";
import { temporaryFolder } from "../../support/start-server.ts";

const moment = "2026-11-22T10:15:30.123Z";
const names = Object.keys(migrations);

/** Brings an empty database to where a server of long ago has left it. */
async function databaseAt(folder: string, last: string): Promise<void> {
  const { db } = openConnection(join(folder, "openhands.sqlite"));
  const migrator = new Migrator({ db, provider: { getMigrations: async () => migrations } });
  const { error } = await migrator.migrateTo(last);
  assert.equal(error, undefined);
  await db.insertInto("users").values({ id: "1", name: "Ada", created_at: moment }).execute();
  await db.insertInto("settings").values({ user_id: "1", plain: '{"language":"de"}', secrets: "{}" }).execute();
  await db.destroy();
}

for (const name of names)
  test(`a database of ${name} is brought up to date with what it holds`, async (t) => {
    const folder = await temporaryFolder(t);
    await databaseAt(folder, name);
    const store = await openSqliteStore(folder, { now: () => moment });
    t.after(() => store.close());
    assert.deepEqual(await store.users.list(), [{ id: "1", name: "Ada", createdAt: moment, disabledAt: null }]);
    assert.deepEqual(await store.settings.get("1"), { plain: { language: "de" }, secrets: {} });
    const secret = { id: "s", userId: "1", name: "TOKEN", description: "", value: "sealed" };
    assert.equal(await store.secrets.insert(secret), true);
    await store.providerTokens.update("1", [{ kind: "set", provider: "github", token: "sealed", host: null }]);
    assert.deepEqual(await store.secrets.listByUser("1"), [secret]);
    assert.deepEqual(await store.providerTokens.listByUser("1"), [{ provider: "github", token: "sealed", host: null }]);
  });

test("keys and sessions of before go on: each key may write, and keys of one millisecond have an order", async (t) => {
  const folder = await temporaryFolder(t);
  await databaseAt(folder, "003-receipts");
  const { sqlite, db } = openConnection(join(folder, "openhands.sqlite"));
  for (const id of ["b", "c", "a"])
    sqlite.exec(
      `INSERT INTO api_keys (id, user_id, prefix, hash, created_at) VALUES ('${id}', '1', 'oh_', '#${id}', '${moment}')`,
    );
  sqlite.exec(
    `INSERT INTO sessions (hash, user_id, created_at, expires_at) VALUES ('#s', '1', '${moment}', '2099-01-01T00:00:00.000Z')`,
  );
  await db.destroy();
  const store = await openSqliteStore(folder, { now: () => moment });
  t.after(() => store.close());
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

test("a conversation of before the second version of the API belongs to the first", async (t) => {
  const folder = await temporaryFolder(t);
  await databaseAt(folder, "007-oidc");
  const { sqlite, db } = openConnection(join(folder, "openhands.sqlite"));
  sqlite.exec(
    `INSERT INTO conversations (id, user_id, title, status, created_at) VALUES ('c', '1', '', 'STOPPED', '${moment}')`,
  );
  await db.destroy();
  const store = await openSqliteStore(folder, { now: () => moment });
  t.after(() => store.close());
  assert.equal((await store.conversations.get("c"))?.version, "V0");
});

test("what has been released stays first, and in order", () => {
  assert.equal(names[0], "001-first-light");
  assert.deepEqual(names, names.toSorted());
});
