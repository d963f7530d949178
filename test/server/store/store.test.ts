import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { sql } from "kysely";
import { NewerSchemaError } from "../../../server/store/migrate.ts";
import { migrations } from "../../../server/store/migrations.ts";
import type { EventDraft, Store } from "../../../server/store/store.ts";
import { cleanUp } from "../../support/start-server.ts";
import type { Cleanup } from "../../support/start-server.ts";
import { storeSides } from "../../support/stores.ts";
import type { StoreSide } from "../../support/stores.ts";

const moment = "2026-11-22T10:15:30.123Z";

for (const side of storeSides) describe(side.name, () => keeps(side));

function keeps(side: StoreSide): void {
  test("a store that is opened again holds what it held", async (t) => {
    const place = await side.place(t);
    const first = await place.open(() => moment);
    await first.users.insert({ id: "1", name: "Ada", createdAt: moment });
    await first.close();
    const second = await place.open(() => moment);
    cleanUp(t, () => second.close());
    assert.deepEqual(await second.users.findByName("Ada"), {
      id: "1",
      name: "Ada",
      createdAt: moment,
      disabledAt: null,
    });
  });

  test("a database that a newer server has changed is refused, and left as it is", async (t) => {
    const place = await side.place(t);
    await (await place.open()).close();
    const { db, close } = place.connect();
    cleanUp(t, close);
    await sql`INSERT INTO kysely_migration (name, timestamp) VALUES ('999-from-the-future', ${moment})`.execute(db);
    await assert.rejects(place.open(), (error) => {
      assert.ok(error instanceof NewerSchemaError);
      assert.match(
        error.message,
        /^The database was last used by a newer version of the server\. Fix: run that version, or set [A-Z_]+ to another one\.$/,
      );
      return true;
    });
    const { rows } = await sql<{ name: string }>`SELECT name FROM kysely_migration ORDER BY name`.execute(db);
    assert.deepEqual(
      rows.map(({ name }) => name),
      [...Object.keys(migrations), "999-from-the-future"],
    );
  });

  test("appends of one tick, to several conversations and to one that is gone, each get their own ids", async (t) => {
    const store = await storeWithUser(t, side);
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
    const store = await storeWithUser(t, side);
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
    const store = await storeWithUser(t, side);
    const unfit = { ...draft("1"), source: null } as unknown as EventDraft; // which the schema of the database refuses
    const setup = { instructions: "Be brief.", mcpConfig: null, cloneUrl: null };
    await assert.rejects(store.conversations.insert({ ...conversation("a"), setup }, [draft("0"), unfit]), /not.null/i);
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
    const store = await storeWithUser(t, side);
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
    const store = await storeWithUser(t, side);
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

  test("a text is kept character by character", async (t) => {
    const store = await storeWithUser(t, side);
    const text = "\0 a\u{10FFFF}0 b\u{10FFFF}1 \uFFFE ﷽ \u{1F600} \\ ' \" \r\n\t \u0001 {,} NULL";
    await store.secrets.insert({ id: "1", userId: "user", name: text, description: text, value: text });
    await store.events.append((await planted(store, "a")).id, [draft(text), { ...draft(""), type: '{a,"b"}' }]);
    const [secret] = await store.secrets.listByUser("user");
    assert.deepEqual([secret?.name, secret?.description, secret?.value], [text, text, text]);
    assert.equal(await store.secrets.delete("user", text), true);
    const [event, other] = await store.events.find("a", { from: 0, limit: 2 });
    assert.equal(JSON.parse(event?.text ?? "").message, text);
    assert.equal(other?.type, '{a,"b"}');
    assert.deepEqual(await store.events.find("a", { from: 0, limit: 2, types: ["\0"], contains: "\0" }), []);
  });

  test("texts sort by their bytes, whatever the database's language", async (t) => {
    const store = await storeWithUser(t, side);
    const names = ["B", "_", "a", "b", "user", "Ä", "ä", "~"];
    for (const name of names) if (name !== "user") await store.users.insert({ id: name, name, createdAt: moment });
    const sorted = names.toSorted((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
    assert.deepEqual(
      (await store.users.list()).map(({ name }) => name),
      sorted,
    );
    for (const id of names) await planted(store, id);
    const all = await store.conversations.list({ userId: "user", limit: 99 });
    assert.deepEqual(
      all.map(({ id }) => id),
      sorted.toReversed(),
    );
    const paged = await store.conversations.list({ userId: "user", limit: 99, after: { createdAt: moment, id: "a" } });
    assert.deepEqual(
      paged.map(({ id }) => id),
      ["_", "B"],
    );
  });

  test("what no log holds is not found, however large the number", async (t) => {
    const store = await storeWithUser(t, side);
    await planted(store, "a");
    await store.events.append("a", [draft("0")]);
    const last = Number.MAX_SAFE_INTEGER;
    for (const more of [{}, { to: last }, { types: ["think"] }, { contains: "0" }, { maxBytes: 1 }]) {
      assert.deepEqual(await store.events.find("a", { from: last, limit: 9, ...more }), []);
      assert.equal((await store.events.find("a", { from: 0, limit: 9, ...more })).length, 1);
    }
  });

  test("a letter is found in upper and in lower case, in every script", async (t) => {
    const store = await storeWithUser(t, side);
    await planted(store, "a");
    const words = ["straße", "ΟΔΥΣΣΕΎΣ", "İstanbul", "ﬁne", "ǆ", "Երևան", "ⴀⴁ", "𐐨𐐩", "naïve"];
    await store.events.append("a", words.map(draft));
    for (const [index, word] of words.entries())
      for (const asked of [word, word.toUpperCase(), word.toUpperCase().toLowerCase()]) {
        const ids = (await store.events.find("a", { from: 0, limit: 9, contains: asked })).map(({ id }) => id);
        const same = asked.toUpperCase() === word.toUpperCase();
        if (same) assert.deepEqual(ids, [index], asked);
      }
  });
}

async function storeWithUser(t: Cleanup, side: StoreSide) {
  const place = await side.place(t);
  const store = await place.open(() => moment);
  cleanUp(t, () => store.close());
  await store.users.insert({ id: "user", name: "user", createdAt: moment });
  return store;
}

async function planted(store: Store, id: string) {
  await store.conversations.insert(conversation(id), []);
  return conversation(id);
}

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
    prNumbers: [1, 2],
  };
}
