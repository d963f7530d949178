// One database that several processes use at a time, and transactions that come between each other.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { describe, test } from "node:test";
import type { Receipt, Store } from "../../../server/store/store.ts";
import { ReceiptExistsError } from "../../../server/store/store.ts";
import type { Acknowledgement } from "../../support/appending-process.ts";
import { messageDraft, plantConversation } from "../../support/event-log.ts";
import { range } from "../../support/frames.ts";
import { cleanUp } from "../../support/start-server.ts";
import type { Cleanup } from "../../support/start-server.ts";
import { storeSides } from "../../support/stores.ts";
import type { StorePlace, StoreSide } from "../../support/stores.ts";

const script = join(import.meta.dirname, "../../support/appending-process.ts");
const moment = "2026-11-22T10:15:30.123Z";

for (const side of storeSides) describe(side.name, () => staysWhole(side));

function staysWhole(side: StoreSide): void {
  test("processes that append to the same conversations at once leave no gap, and lose nothing when one is killed", async (t) => {
    const place = await side.place(t);
    const [store] = await storesOn(t, place, 1);
    const conversations = ["a", "b", "c"];
    for (const id of conversations) await plantConversation(store, id);
    const processes = ["one", "two", "three"].map((name) => appendIn(t, place, [name, "25", ...conversations]));
    const [first] = processes;
    await first?.reaches(30);
    first?.kill();
    const acknowledged = await Promise.all(processes.map(({ acknowledgements }) => acknowledgements));
    assert.ok((acknowledged[0]?.length ?? 0) < 150, "the first is killed in the middle of its work");
    assert.deepEqual(
      acknowledged.slice(1).map(({ length }) => length),
      [150, 150],
    );
    for (const id of conversations) await assertWhole(store, id, acknowledged);
  });

  test("of requests at once with one key, each through a node of its own, one has an effect", async (t) => {
    const stores = await storesOn(t, await side.place(t), 3);
    await plantConversation(stores[0], "a");
    const results = await Promise.allSettled(
      range(8).map((index) =>
        at(stores, index).events.append("a", [messageDraft(`${index}`)], ([event]) => receipt(`#${event?.id}`)),
      ),
    );
    assertOneFulfilled(results);
    assert.equal((await stores[0].events.find("a", { from: 0, limit: 9 })).length, 1);
    assert.equal((await stores[0].receipts.find("user", "key"))?.body, "#0");
  });

  test("of requests at once with one key, to create something, one has an effect", async (t) => {
    const stores = await storesOn(t, await side.place(t), 3);
    const insert = (index: number) => {
      const key = {
        id: `${index}`,
        userId: "user",
        name: null,
        prefix: "",
        hash: `#${index}`,
        scope: "write" as const,
      };
      const times = { createdAt: moment, lastUsedAt: null, expiresAt: null };
      return at(stores, index).apiKeys.insert({ ...key, ...times }, receipt(`${index}`));
    };
    assertOneFulfilled(await Promise.allSettled(range(8).map(insert)));
    assert.equal((await stores[0].apiKeys.listByUser("user")).length, 1);
  });

  test("changes of settings at once are all made", async (t) => {
    const stores = await storesOn(t, await side.place(t), 3);
    const add = (index: number) =>
      at(stores, index).settings.update("user", (before) => ({
        plain: { ...before?.plain, [`setting ${index}`]: index },
        secrets: {},
      }));
    await Promise.all(range(8).map(add));
    const { plain = {} } = (await stores[0].settings.get("user")) ?? {};
    assert.deepEqual(Object.keys(plain).length, 9);
  });

  test("of two users, disabled at once, one is left", async (t) => {
    const stores = await storesOn(t, await side.place(t), 2);
    await stores[0].users.insert({ id: "other", name: "other", createdAt: moment });
    const disable = (id: string, index: number) => at(stores, index).users.disable(id, moment, { evenTheLast: false });
    const results = await Promise.all(["user", "other"].map(disable));
    assert.deepEqual(results.filter(Boolean), [true]);
  });

  test("a subject that comes for the first time twice at once is one user", async (t) => {
    const stores = await storesOn(t, await side.place(t), 3);
    const subject = { issuer: "https://id.example", subject: "ada" };
    const come = (index: number) =>
      at(stores, index).subjects.insert(subject, { id: `${index}`, name: `ada ${index}`, createdAt: moment });
    const ids = await Promise.all(range(5).map(come));
    assert.equal(new Set(ids).size, 1);
    assert.equal((await stores[0].users.list()).length, 2);
  });

  test("a secret's name that is taken by two at once has one owner", async (t) => {
    const stores = await storesOn(t, await side.place(t), 2);
    for (const name of ["A", "B"])
      await stores[0].secrets.insert({ id: name, userId: "user", name, description: "", value: "" });
    const rename = (name: string, index: number) =>
      at(stores, index).secrets.update("user", name, { name: "C", description: "" });
    const results = await Promise.all(["A", "B"].map(rename));
    assert.deepEqual(results.toSorted(), ["name_taken", "updated"]);
  });
}

/** Ids from 0 without a gap, each acknowledged event where it was said to be, and those of one process in their order. */
async function assertWhole(
  store: Store,
  conversation: string,
  acknowledged: readonly (readonly Acknowledgement[])[],
): Promise<void> {
  const events = await store.events.find(conversation, { from: 0, limit: 10_000 });
  assert.deepEqual(
    events.map(({ id }) => id),
    range(events.length - 1),
  );
  assert.equal((await store.conversations.get(conversation))?.lastEventId, events.length - 1);
  assert.deepEqual(
    events.map(({ timestamp }) => timestamp),
    events.map(({ timestamp }) => timestamp).toSorted(),
  );
  for (const own of acknowledged) {
    const here = own.filter((each) => each.conversation === conversation);
    for (const { ids, message } of here)
      for (const id of ids) assert.ok(events[id]?.text.includes(`"${message}"`), `event ${id} is ${message}`);
    const ids = here.flatMap((each) => each.ids);
    assert.deepEqual(
      ids,
      ids.toSorted((a, b) => a - b),
    );
  }
}

/** Starts a process that appends. */
function appendIn(t: Cleanup, { dataDir, env }: StorePlace, args: readonly string[]) {
  const child = spawn(process.execPath, [script, ...args], {
    env: { PATH: process.env["PATH"], DATA_DIR: dataDir, ...env },
    stdio: ["ignore", "pipe", "inherit"],
  });
  const ended = once(child, "exit");
  cleanUp(t, async () => {
    child.kill("SIGKILL");
    await ended;
  });
  const acknowledgements: Acknowledgement[] = [];
  const waiting: { count: number; resolve: () => void; reject: (error: Error) => void }[] = [];
  const lines = createInterface({ input: child.stdout });
  lines.on("line", (line) => {
    acknowledgements.push(JSON.parse(line) as Acknowledgement);
    for (const { count, resolve } of waiting) if (acknowledgements.length >= count) resolve();
  });
  lines.on("close", () => waiting.forEach(({ reject }) => reject(new Error("the process ended before"))));
  return {
    kill: () => child.kill("SIGKILL"),
    reaches: (count: number) => new Promise<void>((resolve, reject) => waiting.push({ count, resolve, reject })),
    acknowledgements: Promise.all([ended, once(lines, "close")]).then(() => acknowledgements),
  };
}

/** As many stores on one database as nodes would have, with a user. */
async function storesOn(t: Cleanup, place: StorePlace, count: number): Promise<readonly [Store, ...Store[]]> {
  const first = await place.open();
  const others = await Promise.all(
    range(count - 1)
      .slice(1)
      .map(() => place.open()),
  );
  const stores = [first, ...others] as const;
  for (const store of stores) cleanUp(t, () => store.close());
  await first.users.insert({ id: "user", name: "user", createdAt: moment });
  return stores;
}

function at(stores: readonly [Store, ...Store[]], index: number): Store {
  return stores[index % stores.length] ?? stores[0];
}

function receipt(body: string): Receipt {
  return { userId: "user", key: "key", fingerprint: "", status: 200, body, createdAt: moment };
}

function assertOneFulfilled(results: readonly PromiseSettledResult<unknown>[]): void {
  const refused = results.filter((result) => result.status === "rejected");
  for (const { reason } of refused) assert.ok(reason instanceof ReceiptExistsError, String(reason));
  assert.equal(refused.length, results.length - 1);
}
