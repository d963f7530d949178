import assert from "node:assert/strict";
import { after, describe, test } from "node:test";
import * as fc from "fast-check";
import type { EventDraft, EventQuery, StoredEvent } from "../../../server/store/store.ts";
import type { Store } from "../../../server/store/store.ts";
import { cleanUp } from "../../support/start-server.ts";
import { storeSides } from "../../support/stores.ts";

/** The machine's clock, which also goes back and stands still. */
let clock = Date.parse("2026-11-22T10:00:00.000Z");
const types = ["message", "run", "think", "null"];
const sources = ["user", "agent", "environment"] as const;
const texts = ["alpha", "ALPHA beta", "50% off", "a_b", "Größe", "needle"];

/** Longer than a search for a text goes through at once, with types and sources that are rare and one that comes late. */
const size = 2300;

for (const side of storeSides) {
  const place = await side.place({ after });
  const store = await place.open(() => new Date(clock).toISOString());
  cleanUp({ after }, () => store.close());
  await store.users.insert({ id: "u", name: "Ada", createdAt: "" });
  const log = await fillLog(store, "log", size);
  await fillLog(store, "other", 50);
  await describe(side.name, () => finds(store, log));
}

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
      createdAt: "",
      updatedAt: null,
      lastEventId: -1,
      agentState: null,
      replayedUntil: -1,
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
  const text = index % 700 === 3 ? "needle" : (texts[index % 5] ?? "");
  return { kind: "action", type, source, hidden: index % 9 === 0, body: `"message":${JSON.stringify(text)}` };
}

/** @param log all that the conversation `log` holds */
function finds(store: Store, log: readonly StoredEvent[]): void {
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
      contains: fc.constantFrom(...texts, "alpha B", "größe", "absent", "0%", "_", '"id":1'),
      excludeHidden: fc.boolean(),
      since: moment,
      until: moment,
    },
    { requiredKeys: ["from", "limit"] },
  );

  test("whatever is asked for, what is found is what going through the whole log finds", async () => {
    const property = fc.asyncProperty(query, async (asked) => {
      const matching = log.filter((event) => matches(event, asked));
      if (asked.descending) matching.reverse();
      assert.deepEqual(await store.events.find("log", asked), matching.slice(0, asked.limit));
    });
    await fc.assert(property, { numRuns: 400 });
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
