import assert from "node:assert/strict";
import { test } from "node:test";
import { createRequestLimits } from "../../server/request-limits.ts";

const config = {
  RATE_LIMIT_ADDRESS: [{ points: 4, duration: 60 }],
  RATE_LIMIT_ADDRESS_BURST: [{ points: 2, duration: 1 }],
  RATE_LIMIT_USER: null,
  RATE_LIMIT_FRAMES: null,
};
const uncounted = { decided: () => {} };
const stays = new AbortController().signal;

test("of a burst the first are let through at once, the next wait for the second to end, the rest is refused", async (t) => {
  t.mock.timers.enable({ apis: ["Date", "setTimeout"], now: Date.parse("2026-11-22T12:00:00Z") });
  const limits = createRequestLimits(config, null, uncounted);
  const done: number[] = [];
  const waiting = [1, 2, 3, 4].map((index) =>
    limits.countAddress("192.0.2.1", stays).then((standing) => {
      done.push(index);
      return standing;
    }),
  );
  await assert.rejects(limits.countAddress("192.0.2.1", stays), { code: "rate_limited" });
  await settled();
  assert.deepEqual(done, [1, 2]);
  t.mock.timers.tick(999);
  await settled();
  assert.deepEqual(done, [1, 2]);
  t.mock.timers.tick(1);
  const standings = await Promise.all(waiting);
  assert.deepEqual(done, [1, 2, 3, 4]);
  assert.deepEqual(
    standings.map((standing) => standing?.tightest.remaining),
    [3, 2, 1, 0],
  );
});

test("who leaves is not waited for", async () => {
  const limits = createRequestLimits(
    { ...config, RATE_LIMIT_ADDRESS_BURST: [{ points: 1, duration: 1 }] },
    null,
    uncounted,
  );
  await limits.countAddress("192.0.2.1", stays);
  await assert.rejects(limits.countAddress("192.0.2.1", AbortSignal.abort()), { name: "AbortError" });
});

test("where addresses are not limited, none waits; addresses do not wait for each other", async (t) => {
  t.mock.timers.enable({ apis: ["Date", "setTimeout"] });
  const off = createRequestLimits({ ...config, RATE_LIMIT_ADDRESS: null }, null, uncounted);
  for (let index = 0; index < 5; index += 1) assert.equal(await off.countAddress("192.0.2.1", stays), null);
  const limits = createRequestLimits(config, null, uncounted);
  for (const address of ["192.0.2.1", "192.0.2.1", "192.0.2.2", "192.0.2.2"]) await limits.countAddress(address, stays);
});

/** Lets every promise that can settle do so. */
async function settled(): Promise<void> {
  await new Promise(setImmediate);
}
