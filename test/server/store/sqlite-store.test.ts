import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { test } from "node:test";
import { OperatorError } from "../../../server/operator-error.ts";
import { NewerSchemaError, openSqliteStore } from "../../../server/store/sqlite/sqlite-store.ts";
import type { EventDraft } from "../../../server/store/store.ts";
import { temporaryFolder } from "../../support/start-server.ts";

const moment = "2026-11-22T10:15:30.123Z";
const open = (folder: string) => openSqliteStore(folder, { now: () => moment });

test("a store that is opened again holds what it held", async (t) => {
  const folder = await temporaryFolder(t);
  const first = await open(folder);
  await first.users.insert({ id: "1", name: "Ada", createdAt: moment });
  await first.close();
  const second = await open(folder);
  t.after(() => second.close());
  assert.deepEqual(await second.users.findByName("Ada"), { id: "1", name: "Ada", createdAt: moment, disabledAt: null });
});

test("a database that a newer server has changed is refused, and left as it is", async (t) => {
  const folder = await temporaryFolder(t);
  await (await open(folder)).close();
  const file = join(folder, "openhands.sqlite");
  const sqlite = new DatabaseSync(file);
  sqlite.exec(`INSERT INTO kysely_migration (name, timestamp) VALUES ('999-from-the-future', '${moment}')`);
  sqlite.close();
  await assert.rejects(open(folder), NewerSchemaError);
  const after = new DatabaseSync(file, { readOnly: true });
  t.after(async () => after.close());
  assert.deepEqual(
    after
      .prepare("SELECT name FROM kysely_migration ORDER BY name")
      .all()
      .map(({ name }) => name)
      .at(-1),
    "999-from-the-future",
  );
});

test("a file that is no database is refused", async (t) => {
  const folder = await temporaryFolder(t);
  await writeFile(join(folder, "openhands.sqlite"), "no database ".repeat(100));
  await assert.rejects(open(folder), (error) => {
    assert.ok(error instanceof OperatorError);
    assert.match(error.message, /openhands\.sqlite cannot be opened \(file is not a database\)\. Fix: /);
    return true;
  });
});

test("appends of one tick, to several conversations and to one that is gone, each get their own ids", async (t) => {
  const store = await open(await temporaryFolder(t));
  t.after(() => store.close());
  await store.users.insert({ id: "user", name: "user", createdAt: moment });
  for (const id of ["a", "b"]) await store.conversations.insert(conversation(id), []);
  const results = await Promise.all([
    store.events.append("a", [draft("0"), draft("1")]),
    store.events.append("b", [draft("0")]),
    store.events.append("gone", [draft("0")]),
    store.events.append("a", [draft("2")]),
  ]);
  assert.deepEqual(
    results.map((events) => events?.map(({ id }) => id) ?? null),
    [[0, 1], [0], null, [2]],
  );
  const found = await store.events.find("a", { from: 0, limit: 10 });
  assert.deepEqual(
    found.map(({ text }) => JSON.parse(text).message),
    ["0", "1", "2"],
  );
  assert.deepEqual(await store.conversations.get("a"), { ...conversation("a"), updatedAt: moment, lastEventId: 2 });
});

test("deleting a conversation deletes its events, and no other's", async (t) => {
  const store = await open(await temporaryFolder(t));
  t.after(() => store.close());
  await store.users.insert({ id: "user", name: "user", createdAt: moment });
  for (const id of ["a", "b"]) {
    await store.conversations.insert(conversation(id), []);
    await store.events.append(id, [draft("0")]);
  }
  await store.conversations.delete("a");
  assert.deepEqual(await store.events.find("a", { from: 0, limit: 10 }), []);
  assert.equal((await store.events.find("b", { from: 0, limit: 10 })).length, 1);
  assert.equal(await store.events.append("a", [draft("1")]), null);
});

test("a conversation is inserted with its first events, or not at all", async (t) => {
  const store = await open(await temporaryFolder(t));
  t.after(() => store.close());
  await store.users.insert({ id: "user", name: "user", createdAt: moment });
  const unfit = { ...draft("1"), source: null } as unknown as EventDraft; // which the schema of the database refuses
  const setup = { instructions: "Be brief.", mcpConfig: null, cloneUrl: null };
  await assert.rejects(store.conversations.insert({ ...conversation("a"), setup }, [draft("0"), unfit]), /NOT NULL/);
  assert.equal(await store.conversations.get("a"), null);
  assert.deepEqual(await store.events.find("a", { from: 0, limit: 10 }), []);

  const events = await store.conversations.insert({ ...conversation("a"), setup }, [draft("0"), draft("1")]);
  assert.deepEqual(
    events?.map(({ id }) => id),
    [0, 1],
  );
  assert.deepEqual(await store.events.find("a", { from: 0, limit: 10 }), events);
  assert.equal((await store.conversations.get("a"))?.lastEventId, 1);
  assert.deepEqual(await store.conversations.setup("a"), setup);

  assert.equal(await store.conversations.insert({ ...conversation("a"), title: "b" }, [draft("2")]), null);
  assert.equal((await store.conversations.get("a"))?.title, "a");
  assert.deepEqual(await store.events.find("a", { from: 0, limit: 10 }), events);
});

test("a change that throws changes nothing", async (t) => {
  const store = await open(await temporaryFolder(t));
  t.after(() => store.close());
  await store.users.insert({ id: "user", name: "user", createdAt: moment });
  await store.settings.update("user", () => ({ plain: { language: "de" }, secrets: {} }));
  await assert.rejects(
    store.settings.update("user", () => assert.fail("on purpose")),
    /on purpose/,
  );
  assert.deepEqual(await store.settings.get("user"), { plain: { language: "de" }, secrets: {} });
  await store.settings.update("user", (before) => ({ plain: { ...before?.plain, agent: "a" }, secrets: {} }));
  assert.deepEqual(await store.settings.get("user"), { plain: { language: "de", agent: "a" }, secrets: {} });
});

test("expired sessions are deleted, others not", async (t) => {
  const store = await open(await temporaryFolder(t));
  t.after(() => store.close());
  await store.users.insert({ id: "user", name: "user", createdAt: moment });
  for (const [hash, expiresAt] of [
    ["old", "2026-11-22T10:15:30.123Z"],
    ["new", "2026-11-22T10:15:30.124Z"],
  ] as const) {
    await store.sessions.insert({
      hash,
      userId: "user",
      apiKeyId: null,
      createdAt: moment,
      expiresAt,
      endsAt: expiresAt,
    });
  }
  await store.sessions.deleteExpired(moment);
  assert.equal(await store.sessions.findByHash("old"), null);
  assert.equal((await store.sessions.findByHash("new"))?.userId, "user");
});

function draft(message: string): EventDraft {
  return { kind: "action", type: "think", source: "user", hidden: false, body: `"message":${JSON.stringify(message)}` };
}

function conversation(id: string) {
  return {
    id,
    userId: "user",
    title: id,
    status: "RUNNING" as const,
    repository: null,
    branch: null,
    gitProvider: null,
    trigger: null,
    createdAt: moment,
    updatedAt: null,
    lastEventId: -1,
    agentState: null,
    replayedUntil: -1,
    version: "V1" as const,
    sandboxId: "s",
    parentId: null,
    llmModel: null,
    agentType: "default" as const,
    prNumbers: [],
  };
}
