// The seam between the past and the present, with a bus that loses, repeats and reorders what it is told.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import type { EventBus, Notice } from "../../../server/conversations/event-bus.ts";
import { createLocalEventBus } from "../../../server/conversations/event-bus.ts";
import type { EventLog } from "../../../server/conversations/event-log.ts";
import { follow } from "../../../server/socket/feed.ts";
import type { FeedOptions } from "../../../server/socket/feed.ts";
import type { StoredEvent } from "../../../server/store/store.ts";
import { range } from "../../support/frames.ts";

const conversationId = "c";
const types = ["message", "run", "think"];

function event(id: number, text = "{}"): StoredEvent {
  return {
    id,
    type: types[id % types.length] ?? "",
    kind: "action",
    source: "user",
    hidden: false,
    timestamp: "",
    text,
  };
}

/** A log in memory whose reads take their time. */
function fakeLog(events: readonly StoredEvent[] = []) {
  const stored = [...events];
  const find: EventLog["find"] = async (_id, { from, limit }) => {
    const page = stored.slice(from, from + limit); // as it is now, whenever it arrives
    await new Promise(setImmediate);
    return page;
  };
  return {
    find,
    append(count: number): StoredEvent[] {
      const added = range(stored.length + count - 1, stored.length).map((id) => event(id));
      stored.push(...added);
      return added;
    },
    get last() {
      return stored.length - 1;
    },
  };
}

function start(log: { find: EventLog["find"] }, bus: EventBus, options: Partial<FeedOptions> = {}) {
  const given: number[] = [];
  const replays: { latest: number; given: number }[] = [];
  const stop = follow({
    conversationId,
    log,
    bus,
    after: -1,
    onEvent: ({ id }) => given.push(id),
    onReplayComplete: (latest) => replays.push({ latest, given: given.length }),
    onTitle: () => {},
    onCrowdedOut: () => {},
    onDeleted: () => {},
    room: () => Promise.resolve(),
    onError: (error) => assert.fail(String(error)),
    ...options,
  });
  return { given, replays, stop };
}

/** Long enough for every read of a fake log that has begun, and those that follow from it. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 20; turn += 1) await new Promise(setImmediate);
}

const delivery = fc.constantFrom("at once", "at once", "twice", "late", "never");
const step = fc.record({ count: fc.integer({ min: 1, max: 5 }), delivery, wait: fc.boolean() });

describe("with any bus and any moment of connecting", () => {
  test("each event is given once and in order, and the past is said to be complete once", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 0, max: 450 }),
        fc.integer({ min: -1, max: 460 }),
        fc.array(step, { maxLength: 30 }),
        fc.option(fc.subarray(types), { nil: undefined }),
        async (before, from, steps, wanted) => {
          const after = Math.min(from, before - 1);
          const log = fakeLog(range(before - 1).map((id) => event(id)));
          const bus = createLocalEventBus();
          const feed = start(log, bus, { after, types: wanted });
          await play(steps, log, bus);
          assert.deepEqual(
            feed.given,
            range(log.last, after + 1).filter((id) => !wanted || wanted.includes(event(id).type)),
          );
          assert.equal(feed.replays.length, 1);
          assert.equal(
            feed.given[(feed.replays[0]?.given ?? 0) - 1] ?? after,
            lastWanted(feed.replays[0]?.latest ?? -1, after, wanted),
          );
          feed.stop();
        },
      ),
      { numRuns: 200 },
    );
  });
});

/** Appends, and has the bus tell it as well or badly as each step says; the last event is told for certain. */
async function play(
  steps: readonly { count: number; delivery: string; wait: boolean }[],
  log: ReturnType<typeof fakeLog>,
  bus: EventBus,
): Promise<void> {
  const late: Notice[] = [];
  for (const { count, delivery: how, wait } of [...steps, { count: 1, delivery: "at once", wait: true }]) {
    const notice: Notice = { type: "events", events: log.append(count) };
    if (how === "late") late.push(notice);
    if (how === "at once" || how === "twice") bus.publish(conversationId, notice);
    if (how === "twice") bus.publish(conversationId, notice);
    if (wait) await new Promise(setImmediate);
  }
  for (const notice of late.toReversed()) bus.publish(conversationId, notice);
  await settle();
}

/** The highest id that was wanted and is not above `latest`. */
function lastWanted(latest: number, after: number, wanted: readonly string[] | undefined): number {
  return range(latest, after + 1).findLast((id) => !wanted || wanted.includes(event(id).type)) ?? after;
}

test("an empty log is complete at once", async () => {
  const feed = start(fakeLog(), createLocalEventBus());
  await settle();
  assert.deepEqual(feed.replays, [{ latest: -1, given: 0 }]);
});

test("what is appended while the log is read is given after it", async () => {
  const log = fakeLog([event(0)]);
  const bus = createLocalEventBus();
  const feed = start(log, bus);
  bus.publish(conversationId, { type: "events", events: log.append(3) });
  assert.deepEqual(feed.given, []);
  await settle();
  assert.deepEqual(feed.given, range(3));
});

test("a large past is given in portions, each when there is room", async () => {
  const log = fakeLog(range(9).map((id) => event(id, "x".repeat(300 * 1024))));
  let room = Promise.withResolvers<void>();
  const feed = start(log, createLocalEventBus(), { room: () => room.promise });
  for (const id of range(9)) {
    await settle();
    assert.deepEqual(feed.given, range(id - 1));
    room.resolve();
    room = Promise.withResolvers();
  }
  await settle();
  assert.deepEqual(feed.given, range(9));
  room.resolve();
  await settle();
  assert.equal(feed.replays.length, 1);
});

test("nothing is given after the end, not even what is being read", async () => {
  const log = fakeLog(range(2).map((id) => event(id)));
  const bus = createLocalEventBus();
  const feed = start(log, bus);
  feed.stop();
  bus.publish(conversationId, { type: "events", events: log.append(1) });
  await settle();
  assert.deepEqual([feed.given, feed.replays], [[], []]);
});

test("titles and the end of the conversation are passed on", async () => {
  const bus = createLocalEventBus();
  const told: string[] = [];
  const feed = start(fakeLog(), bus, { onTitle: (title) => told.push(title), onDeleted: () => told.push("deleted") });
  bus.publish(conversationId, { type: "title", title: "New" });
  bus.publish("another", { type: "title", title: "Other" });
  bus.publish(conversationId, { type: "deleted" });
  assert.deepEqual(told, ["New", "deleted"]);
  feed.stop();
});

test("a log that cannot be read is an error of the feed", async () => {
  const errors: unknown[] = [];
  const broken = { find: () => Promise.reject(new Error("no disk")) };
  start(broken, createLocalEventBus(), { onError: (error) => errors.push(error) });
  await settle();
  assert.deepEqual(errors.map(String), ["Error: no disk"]);
});
