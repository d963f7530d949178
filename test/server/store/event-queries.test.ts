import assert from "node:assert/strict";
import { after, describe, test } from "node:test";
import * as fc from "fast-check";
import { sql } from "kysely";
import type { EventDraft, EventQuery, Store, StoredEvent } from "../../../server/store/store.ts";
import { cleanUp } from "../../support/start-server.ts";
import { storeSides } from "../../support/stores.ts";
import type { StorePlace, StoreSide } from "../../support/stores.ts";

/** The machine's clock, which also goes back and stands still. */
let clock = Date.parse("2026-11-22T10:00:00.000Z");
const now = () => new Date(clock).toISOString();

const types = ["message", "run", "think", "null"];
const sources = ["user", "agent", "environment"] as const;
const texts = ["alpha", "ALPHA beta", "50% off", "a_b", "Größe", "needle", "漢字"];

/** Long enough for many blocks, with types, sources and texts that are rare and one that comes late. */
const size = 2300;

async function prepare({ name, place: placeFor }: StoreSide) {
  const place = await placeFor({ after });
  const store = await place.open(now);
  cleanUp({ after }, () => store.close());
  await store.users.insert({ id: "u", name: "Ada", createdAt: "" });
  const log = await fillLog(store, "log", size);
  await fillLog(store, "other", 50);
  return { name, place, store, log };
}

for (const { name, place, store, log } of await Promise.all(storeSides.map(prepare)))
  describe(name, () => finds(place, store, log));

async function fillLog(store: Store, id: string, events: number): Promise<StoredEvent[]> {
  await store.conversations.insert(
    {
      id,
      userId: "u",
      title: "",
      status: "STOPPED",
      repository: null,
      branch: null,
      gitProvider: null,
      trigger: null,
      createdAt: now(),
      updatedAt: null,
      lastEventId: -1,
      agentState: null,
      replayedUntil: -1,
      version: "V0",
      sandboxId: "s",
      parentId: null,
      llmModel: null,
      agentType: "default",
      prNumbers: [],
    },
    [],
  );
  const stored: StoredEvent[] = [];
  while (stored.length < events) {
    clock += [0, 5, 1000, -3000][stored.length % 4] ?? 0;
    const drafts = Array.from({ length: 10 }, (_, index) => draft(stored.length + index));
    stored.push(...((await store.events.append(id, drafts)) ?? []));
  }
  return stored;
}

function draft(index: number): EventDraft {
  const type = index % 400 === 7 ? "think" : index === 2000 ? "null" : (types[index % 2] ?? "");
  const source = index % 300 === 11 ? "environment" : (sources[index % 3 === 0 ? 0 : 1] ?? "user");
  const text = rareText(index) ?? texts[index % 5] ?? "";
  return { kind: "action", type, source, hidden: index % 9 === 0, body: `"message":${JSON.stringify(text)}` };
}

/** Texts that few blocks have: at the ends of some, and in the events that come after the last whole block. */
function rareText(index: number): string | undefined {
  if ([63, 64, 640, 1279, size - 1].includes(index)) return "漢字";
  return index % 700 === 3 ? "needle" : undefined;
}

/** @param log all that the conversation `log` holds */
function finds(place: StorePlace, store: Store, log: readonly StoredEvent[]): void {
  test("within a log times never go back, though the clock does", () => {
    assert.deepEqual(
      log.map(({ timestamp }) => timestamp),
      log.map(({ timestamp }) => timestamp).toSorted((a, b) => (a < b ? -1 : a > b ? 1 : 0)),
    );
    assert.ok(new Set(log.map(({ timestamp }) => timestamp)).size > 1);
  });

  const moment = fc
    .tuple(fc.constantFrom(...log.map(({ timestamp }) => timestamp)), fc.constantFrom(-1, 0, 1))
    .map(([timestamp, offset]) => new Date(Date.parse(timestamp) + offset).toISOString());
  const id = fc.integer({ min: 0, max: size + 5 });
  const query: fc.Arbitrary<EventQuery> = fc.record(
    {
      from: fc.oneof(fc.constant(0), id),
      to: id,
      descending: fc.boolean(),
      limit: fc.integer({ min: 1, max: 101 }),
      types: fc.uniqueArray(fc.constantFrom(...types, "absent"), { maxLength: 3 }),
      source: fc.constantFrom(...sources, "nobody"),
      contains: fc.constantFrom(
        ...texts,
        "alpha B",
        "größe",
        "GRÖSSE",
        "absent",
        "0%",
        "_",
        '"id":1',
        "NEEDL",
        "字",
        "q",
        "",
      ),
      excludeHidden: fc.boolean(),
      since: moment,
      until: moment,
    },
    { requiredKeys: ["from", "limit"] },
  );

  test("a block is signed with the append that makes it whole", async () => {
    const { db, close } = place.connect();
    const { rows: signed } = await sql<{
      block: number;
    }>`SELECT block FROM event_signatures WHERE conversation_id = 'log' ORDER BY block`.execute(db);
    await close();
    assert.deepEqual(
      signed.map(({ block }) => block),
      Array.from({ length: Math.floor(size / 64) }, (_, block) => block),
    );
  });

  test("whatever is asked for, what is found is what going through the whole log finds", async () => {
    await fc.assert(
      fc.asyncProperty(query, (asked) => findsAll(store, log, asked)),
      { numRuns: 400 },
    );
  });

  const textQuery = query.chain((asked) =>
    fc.constantFrom(...texts, "NEEDL", "größe", "字").map((contains) => ({ ...asked, contains })),
  );

  test("the same is found where a log has not been signed, in part or otherwise than now", async () => {
    const { db, close } = place.connect();
    await sql`DELETE FROM event_signatures WHERE block % 3 = 0`.execute(db);
    const old = { scheme: "of old", signature: new Uint8Array(64) };
    await db
      .updateTable("event_signatures")
      .set(old)
      .where(sql<boolean>`block % 3 = 1`)
      .execute();
    await close();
    for (let start = 1; start <= 2; start += 1) {
      const restarted = await place.open(now);
      await fc.assert(
        fc.asyncProperty(textQuery, (asked) => findsAll(restarted, log, asked)),
        { numRuns: 100 },
      );
      await restarted.close();
    }
  });

  test("a text is found in events as they come, one after the other, and across the end of a block", async () => {
    const grown = await fillLog(store, "grown", 60);
    for (let index = 60; index < 70; index += 1) {
      const [event] = (await store.events.append("grown", [{ ...draft(1), body: `"message":"word-${index}"` }])) ?? [];
      assert.ok(event);
      grown.push(event);
      for (const contains of ["WORD", `word-${index}`, "alpha"])
        assert.deepEqual(
          await store.events.find("grown", { from: 0, limit: 100, contains }),
          grown.filter((other) => matches(other, { from: 0, limit: 100, contains })),
        );
    }
  });

  test("a conversation that has another's id after it knows nothing of that one's texts", async () => {
    for (const word of ["elephant", "giraffe"]) {
      clock += 10_000;
      await fillLog(store, "again", 130);
      await store.events.append("again", [{ ...draft(1), body: `"message":"${word}"` }]);
      for (let rest = 0; rest < 70; rest += 1) await store.events.append("again", [draft(2)]);
      const found = await store.events.find("again", { from: 0, limit: 10, contains: word });
      assert.deepEqual(
        found.map(({ id: eventId }) => eventId),
        [130],
      );
      await store.conversations.delete("again");
      assert.deepEqual(await store.events.find("again", { from: 0, limit: 10, contains: word }), []);
    }
  });

  test("no more is found than comes to so many bytes, though one at least", async () => {
    const asked = fc.record({ from: fc.nat(size), limit: fc.integer({ min: 1, max: size }), descending: fc.boolean() });
    const property = fc.asyncProperty(asked, fc.nat(5000), async (rest, maxBytes) => {
      const whole = await store.events.find("log", rest);
      let bytes = 0;
      const fits = ({ text }: StoredEvent, index: number) =>
        (bytes += Buffer.byteLength(text)) <= maxBytes || index === 0;
      const end = whole.findIndex((event, index) => !fits(event, index));
      assert.deepEqual(await store.events.find("log", { ...rest, maxBytes }), end === -1 ? whole : whole.slice(0, end));
    });
    await fc.assert(property, { numRuns: 100 });
  });

  test("an empty log and one that is not there have nothing, whatever is asked for", async () => {
    await fillLog(store, "empty", 0);
    await fc.assert(
      fc.asyncProperty(query, fc.constantFrom("empty", "absent"), async (asked, conversation) =>
        assert.deepEqual(await store.events.find(conversation, asked), []),
      ),
      { numRuns: 50 },
    );
  });

  for (const descending of [false, true])
    test(`a text that every event has finds the whole log, each event once (${descending ? "back" : "forth"}wards)`, async () => {
      const found = await store.events.find("log", { from: 0, limit: size + 1, contains: '"message"', descending });
      assert.deepEqual(found, descending ? log.toReversed() : log);
    });

  test("each kind of event is found, however rare it is", async () => {
    for (const type of [undefined, ...types])
      for (const source of [undefined, ...sources])
        for (const excludeHidden of [false, true]) {
          const asked = { from: 0, limit: size, ...(type && { types: [type] }), source, excludeHidden };
          const want = log.filter((event) => matches(event, asked));
          assert.deepEqual(await store.events.find("log", asked), want, JSON.stringify(asked));
        }
  });
}

async function findsAll(from: Store, inLog: readonly StoredEvent[], asked: EventQuery): Promise<void> {
  const matching = inLog.filter((event) => matches(event, asked));
  if (asked.descending) matching.reverse();
  assert.deepEqual(await from.events.find("log", asked), matching.slice(0, asked.limit));
}

function matches(event: StoredEvent, asked: EventQuery): boolean {
  const { from, to = Infinity, types: wanted, source, contains = "", excludeHidden, since = "", until = "~" } = asked;
  return (
    event.id >= from &&
    event.id <= to &&
    (wanted?.includes(event.type) ?? true) &&
    (source === undefined || event.source === source) &&
    event.text.toUpperCase().includes(contains.toUpperCase()) &&
    !(excludeHidden && event.hidden) &&
    event.timestamp >= since &&
    event.timestamp <= until
  );
}
