// The log: what is appended together, what is appended at once by many, and what cannot be appended.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { Notice } from "../../../server/conversations/event-bus.ts";
import { anyway, messageDraft, plantConversation, stateDraft, temporaryLog } from "../../support/event-log.ts";
import { range } from "../../support/frames.ts";
import { storeSides } from "../../support/stores.ts";
import type { StoreSide } from "../../support/stores.ts";

/** What the database refuses. */
const unfit = { ...messageDraft("unfit"), type: null as unknown as string };

async function contentsOf(events: readonly { text: string }[]): Promise<string[]> {
  return events.map(({ text }) => (JSON.parse(text) as { message: string }).message);
}

for (const side of storeSides) describe(side.name, () => appends(side));

function appends(side: StoreSide): void {
  describe("appends of one tick", () => {
    test("get their ids in the order in which they were asked for", async (t) => {
      const { store, log } = await temporaryLog(t, side);
      await plantConversation(store, "a");
      const texts = range(99).map((index) => `message ${index}`);
      const appended = await Promise.all(texts.map((text) => log.append("a", anyway, messageDraft(text))));
      assert.deepEqual(
        appended.flat().map(({ id }) => id),
        range(99),
      );
      assert.deepEqual(await contentsOf(appended.flat()), texts);
      assert.deepEqual(await log.find("a", { from: 0, limit: 200 }), appended.flat().map(asStored));
    });

    test("count the ids of each conversation for itself", async (t) => {
      const { store, log } = await temporaryLog(t, side);
      await plantConversation(store, "a");
      await plantConversation(store, "b");
      const appended = await Promise.all(
        range(9).map((index) => log.append(index % 2 === 0 ? "a" : "b", anyway, messageDraft(`${index}`))),
      );
      assert.deepEqual(
        appended.flat().map(({ id }) => id),
        range(9).map((index) => Math.floor(index / 2)),
      );
    });

    test("stay together, each with its own events", async (t) => {
      const { store, log } = await temporaryLog(t, side);
      await plantConversation(store, "a");
      const appended = await Promise.all(
        range(9).map((index) => log.append("a", anyway, ...range(index).map(() => messageDraft(`${index}`)))),
      );
      assert.deepEqual(
        appended.flat().map(({ id }) => id),
        range(54),
      );
      assert.deepEqual(
        appended.map(({ length }) => length),
        range(10, 1),
      );
    });

    test("one to a conversation that does not exist takes nothing from the others", async (t) => {
      const { store, log } = await temporaryLog(t, side);
      await plantConversation(store, "a");
      const [before, absent, after] = await Promise.allSettled([
        log.append("a", anyway, messageDraft("before")),
        log.append("absent", anyway, messageDraft("lost")),
        log.append("a", anyway, messageDraft("after")),
      ]);
      assert.deepEqual([before.status, absent.status, after.status], ["fulfilled", "rejected", "fulfilled"]);
      assert.equal(absent.status === "rejected" && absent.reason.code, "conversation_not_found");
      assert.equal(await store.events.append("absent", [messageDraft("lost")]), null);
      assert.deepEqual(await contentsOf(await log.find("a", { from: 0, limit: 9 })), ["before", "after"]);
    });

    test("one that cannot be written takes nothing from the others", async (t) => {
      const { store, log } = await temporaryLog(t, side);
      await plantConversation(store, "a");
      const appends = await Promise.allSettled([
        log.append("a", anyway, messageDraft("before")),
        log.append("a", anyway, messageDraft("half of it"), unfit),
        log.append("a", anyway, messageDraft("after")),
      ]);
      assert.deepEqual(
        appends.map(({ status }) => status),
        ["fulfilled", "rejected", "fulfilled"],
      );
      const events = await log.find("a", { from: 0, limit: 9 });
      assert.deepEqual(await contentsOf(events), ["before", "after"]);
      assert.deepEqual(
        events.map(({ id }) => id),
        [0, 1],
      );
      assert.equal((await store.conversations.get("a"))?.lastEventId, 1);
    });

    test("one that cannot be written is refused, and the log goes on", async (t) => {
      const { store, log } = await temporaryLog(t, side);
      await plantConversation(store, "a");
      await assert.rejects(log.append("a", anyway, messageDraft("half of it"), unfit));
      const [event] = await log.append("a", anyway, messageDraft("after"));
      assert.equal(event?.id, 0);
    });
  });

  test("the conversation's record says what its log says", async (t) => {
    const { store, log } = await temporaryLog(t, side);
    await plantConversation(store, "a");
    await log.append("a", anyway, stateDraft("running"), messageDraft("x"), stateDraft("finished"), messageDraft("y"));
    const { lastEventId, agentState, updatedAt } = (await store.conversations.get("a")) ?? {};
    assert.deepEqual([lastEventId, agentState, updatedAt], [3, "finished", "2026-11-22T10:15:30.123Z"]);
  });

  test("the bus tells what is durable, and once, in order", async (t) => {
    const { store, log, bus } = await temporaryLog(t, side);
    await plantConversation(store, "a");
    const told: number[] = [];
    const durable: Promise<boolean>[] = [];
    const stop = bus.subscribe("a", (notice: Notice) => {
      if (notice.type !== "events") return;
      told.push(...notice.events.map(({ id }) => id));
      durable.push(log.find("a", { from: 0, limit: 100 }).then(({ length }) => length >= told.length));
    });
    await Promise.all(
      range(19).map((index) => log.append("a", anyway, messageDraft(`${index}`), messageDraft("and more"))),
    );
    await assert.rejects(log.append("absent", anyway, messageDraft("lost")));
    assert.deepEqual(told, range(39));
    assert.ok((await Promise.all(durable)).every(Boolean));
    stop();
    await log.append("a", anyway, messageDraft("after the end"));
    assert.equal(told.length, 40);
  });
}

/** What the log gives back: all but the state, which is the conversation's. */
function asStored<Event extends { agentState?: unknown }>(event: Event): Omit<Event, "agentState"> {
  const stored = { ...event };
  delete stored.agentState;
  return stored;
}
