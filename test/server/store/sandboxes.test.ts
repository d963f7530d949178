import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { ConversationStatus, StartTaskSortOrder } from "../../../contract/index.ts";
import { ReceiptExistsError } from "../../../server/store/store.ts";
import type { NewConversationRecord, SandboxRecord, StartTaskRecord, Store } from "../../../server/store/store.ts";
import { cleanUp } from "../../support/start-server.ts";
import { storeSides } from "../../support/stores.ts";
import type { StoreSide } from "../../support/stores.ts";

for (const side of storeSides) describe(side.name, () => keepsSandboxes(side));

const at = (second: number) => `2026-11-22T10:15:${String(second).padStart(2, "0")}.000Z`;
const receipt = { userId: "u", key: "k", fingerprint: "", status: 200, body: "", createdAt: at(0) };

function sandbox(id: string, second = 0): SandboxRecord {
  return { id, userId: "u", specId: "spec", paused: false, keySalt: `salt of ${id}`, createdAt: at(second) };
}

function conversation(id: string, more: Partial<NewConversationRecord> = {}): NewConversationRecord {
  return {
    ...{ id, userId: "u", version: "V1", title: id, status: "RUNNING" as ConversationStatus, repository: null },
    ...{ branch: null, gitProvider: null, trigger: null, createdAt: at(0), updatedAt: null, lastEventId: -1 },
    ...{ agentState: null, replayedUntil: -1, sandboxId: "s", parentId: null, llmModel: null },
    ...{ agentType: "default", prNumbers: [] },
    ...more,
  } as NewConversationRecord; // all of its fields are above
}

function task(id: string, created: number, updated: number, more: Partial<StartTaskRecord> = {}): StartTaskRecord {
  return {
    ...{
      id,
      userId: "u",
      status: "WORKING",
      detail: null,
      conversationId: `c${id}`,
      sandboxId: null,
      request: "sealed",
    },
    ...{ createdAt: at(created), updatedAt: at(updated) },
    ...more,
  } as StartTaskRecord; // all of its fields are above
}

function keepsSandboxes(side: StoreSide): void {
  async function open(t: Parameters<typeof cleanUp>[0]): Promise<Store> {
    const store = await (await side.place(t)).open();
    cleanUp(t, () => store.close());
    await store.users.insert({ id: "u", name: "u", createdAt: at(0) });
    await store.users.insert({ id: "v", name: "v", createdAt: at(0) });
    return store;
  }

  test("a sandbox is stored with its receipt or not at all, and goes when nothing is in it", async (t) => {
    const { sandboxes, conversations, users } = await open(t);
    await sandboxes.insert(sandbox("s"), receipt);
    await assert.rejects(sandboxes.insert(sandbox("t"), receipt), ReceiptExistsError);
    assert.deepEqual([await sandboxes.get("s"), await sandboxes.get("t")], [sandbox("s"), null]);
    assert.deepEqual([await sandboxes.many("u", ["t", "s"]), await sandboxes.many("v", ["s"])], [[sandbox("s")], []]);
    assert.deepEqual(await sandboxes.many("u", []), []);
    await sandboxes.setPaused("s", true);
    assert.equal((await sandboxes.get("s"))?.paused, true);
    await conversations.insert(conversation("c"), []);
    assert.equal(await sandboxes.deleteEmpty("s"), false);
    await conversations.delete("c");
    assert.deepEqual([...(await sandboxes.usable(["s", "t"]))], ["s"]);
    await users.disable("u", at(1), { evenTheLast: true });
    assert.deepEqual([...(await sandboxes.usable(["s"]))], []);
    assert.equal(await sandboxes.deleteEmpty("s"), true);
    assert.equal(await sandboxes.get("s"), null);
  });

  test("sandboxes are listed newest first, after any of them", async (t) => {
    const { sandboxes } = await open(t);
    for (const [id, second] of [
      ["a", 1],
      ["b", 2],
      ["c", 2],
      ["d", 3],
    ] as const)
      await sandboxes.insert(sandbox(id, second));
    const ids = async (page: Parameters<typeof sandboxes.list>[1]) =>
      (await sandboxes.list("u", page)).map(({ id }) => id);
    assert.deepEqual(await ids({ limit: 3 }), ["d", "c", "b"]);
    assert.deepEqual(await ids({ limit: 3, after: { time: at(2), id: "c" } }), ["b", "a"]);
  });

  test("a conversation brings its sandbox with it, and neither where one of the two is taken", async (t) => {
    const { sandboxes, conversations } = await open(t);
    assert.deepEqual(await conversations.insert(conversation("c", { sandboxId: "c", sandbox: sandbox("c") }), []), []);
    await sandboxes.insert(sandbox("left"));
    assert.equal(
      await conversations.insert(conversation("left", { sandboxId: "left", sandbox: sandbox("left") }), []),
      null,
    );
    assert.equal(
      await conversations.insert(conversation("c", { sandboxId: "new", sandbox: sandbox("new") }), []),
      null,
    );
    assert.equal(await sandboxes.get("new"), null);
    await conversations.insert(conversation("child", { sandboxId: "c", parentId: "c", status: "STOPPED" }), []);
    assert.deepEqual(await conversations.children(["c", "x"]), [{ id: "child", parentId: "c" }]);
    const inside = await conversations.inSandboxes(["c"]);
    assert.deepEqual(
      inside.map(({ id, status }) => [id, status]),
      [
        ["c", "RUNNING"],
        ["child", "STOPPED"],
      ],
    );
    assert.deepEqual(
      [await conversations.children([]), await conversations.inSandboxes([]), await conversations.many("u", [])],
      [[], [], []],
    );
    assert.equal(await conversations.count({ userId: "u" }), 2);
    assert.equal(await conversations.count({ userId: "u", topOnly: true }), 1);
  });

  test("start tasks are listed in four orders, counted, and the unfinished ones found", async (t) => {
    const { startTasks } = await open(t);
    await startTasks.insert(task("a", 1, 6), receipt);
    await assert.rejects(startTasks.insert(task("z", 1, 1), receipt), ReceiptExistsError);
    await startTasks.insert(task("b", 2, 5));
    await startTasks.insert(task("c", 3, 4, { status: "READY" }));
    await startTasks.insert(task("other", 3, 4, { userId: "v", status: "ERROR" }));
    const ids = async (order: StartTaskSortOrder, after?: { time: string; id: string }) =>
      (await startTasks.list({ userId: "u" }, { order, after, limit: 2 })).map(({ id }) => id);
    assert.deepEqual(await ids("CREATED_AT"), ["a", "b"]);
    assert.deepEqual(await ids("CREATED_AT", { time: at(2), id: "b" }), ["c"]);
    assert.deepEqual(await ids("CREATED_AT_DESC"), ["c", "b"]);
    assert.deepEqual(await ids("UPDATED_AT"), ["c", "b"]);
    assert.deepEqual(await ids("UPDATED_AT_DESC", { time: at(5), id: "b" }), ["c"]);
    assert.equal(await startTasks.count({ userId: "u", createdFrom: at(2) }), 2);
    assert.equal(await startTasks.count({ userId: "u", started: "ca" }), 0, "which has not started it yet");
    assert.equal(await startTasks.count({ userId: "u", started: "cc" }), 1);
    assert.deepEqual((await startTasks.unfinished()).map(({ id }) => id).toSorted(), ["a", "b"]);
    await startTasks.update("a", { status: "ERROR", detail: "Gone.", sandboxId: "s", updatedAt: at(7) });
    assert.deepEqual(await startTasks.many("u", ["a"]), [
      { ...task("a", 1, 7), status: "ERROR", detail: "Gone.", sandboxId: "s" },
    ]);
    await startTasks.deleteByConversation("ca");
    assert.deepEqual(await startTasks.many("u", ["a"]), []);
  });
}
