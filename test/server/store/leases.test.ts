// Who holds a conversation, in each kind of database.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { LeaseLostError } from "../../../server/store/store.ts";
import type { LeaseStore } from "../../../server/store/store.ts";
import { heldIn } from "../../../server/conversations/lease.ts";
import { messageDraft, plantConversation, temporaryLog } from "../../support/event-log.ts";
import { range } from "../../support/frames.ts";
import type { Cleanup } from "../../support/start-server.ts";
import { storeSides } from "../../support/stores.ts";
import type { StoreSide } from "../../support/stores.ts";

const anHour = 3_600_000;

for (const side of storeSides) describe(side.name, () => holdsOnce(side));

function holdsOnce(side: StoreSide): void {
  /** A conversation, and two nodes that live. */
  async function held(t: Cleanup) {
    const { store, log } = await temporaryLog(t, side);
    await plantConversation(store, "a");
    const leases: LeaseStore = store.leases;
    for (const node of ["one", "two"]) await leases.renew(node, anHour);
    return { store, log, leases };
  }

  test("of many who claim a conversation at once one gets it, until it lets go", async (t) => {
    const { leases } = await held(t);
    const nodes = range(7).map((index) => (index % 2 === 0 ? "one" : "two"));
    const claims = await Promise.all(nodes.map((node) => leases.claim("a", node)));
    const holders = new Set(nodes.filter((_node, index) => claims[index] !== null));
    assert.equal(holders.size, 1);
    const [holder = ""] = holders;
    const other = holder === "one" ? "two" : "one";
    assert.equal(await leases.claim("a", other), null);
    const epoch = (await leases.claim("a", holder)) ?? 0; // the holder may claim it again
    assert.equal(await leases.release("a", epoch - 1), false);
    assert.equal(await leases.release("a", epoch, 5), false, "the log ends somewhere else");
    assert.equal(await leases.release("a", epoch, -1), true);
    assert.equal(await leases.claim("a", other), epoch + 1);
  });

  test("what a node has left is found, taken by another one, and the node forgotten", async (t) => {
    const { leases } = await held(t);
    await leases.claim("a", "one");
    assert.deepEqual([await leases.orphans(9), await leases.unheld()], [[], []]);
    await leases.leave("one");
    assert.deepEqual([await leases.orphans(9), await leases.unheld()], [["a"], ["a"]]);
    await leases.forgetEnded();
    assert.deepEqual(await leases.orphans(9), ["a"], "it is remembered for as long as it holds something");
    assert.equal(await leases.claim("a", "two"), 2);
    await leases.forgetEnded();
    assert.deepEqual(await leases.orphans(9), []);
  });

  test("a lease that is not renewed ends by itself", async (t) => {
    const { leases } = await held(t);
    await leases.claim("a", "one");
    await leases.renew("one", -1);
    assert.deepEqual(await leases.orphans(9), ["a"]);
    await leases.renew("one", anHour);
    assert.deepEqual(await leases.orphans(9), [], "nobody has taken it meanwhile");
  });

  test("a conversation that was created and not begun is found", async (t) => {
    const { store, leases } = await held(t);
    await store.conversations.update("a", { status: "STARTING" });
    assert.deepEqual(await leases.orphans(9), ["a"]);
  });

  test("whoever has lost a conversation can neither append nor change it", async (t) => {
    const { store, log, leases } = await held(t);
    const before = (await leases.claim("a", "one")) ?? 0;
    await log.append("a", heldIn(before), messageDraft("mine"));
    const now = (await leases.take("a", "two")) ?? 0;
    const appends = await Promise.allSettled([
      log.append("a", heldIn(before), messageDraft("late")),
      log.append("a", heldIn(now), messageDraft("theirs")),
    ]);
    assert.ok(appends[0].status === "rejected" && appends[0].reason instanceof LeaseLostError);
    assert.equal(appends[1].status, "fulfilled", "of one batch, one may be refused");
    assert.equal(await store.conversations.updateHeld("a", before, { status: "STOPPED" }), false);
    assert.equal(await store.conversations.updateHeld("a", now, { status: "STOPPED" }), true);
    const [{ lastEventId, epoch } = { lastEventId: 0, epoch: 0 }] = await leases.heads(["a", "absent"]);
    assert.deepEqual([lastEventId, epoch], [1, now]);
    assert.equal(await leases.take("absent", "one"), null);
  });
}
