import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { createRateWindows, rateHeaders } from "../../server/rate-windows.ts";

const start = Date.parse("2026-11-22T12:00:00Z");
const windows = [
  { points: 3, duration: 1 },
  { points: 5, duration: 60 },
];

test("a standing tells every window, and the older fields the tightest", async (t) => {
  t.mock.timers.enable({ apis: ["Date", "setTimeout"], now: start });
  const limit = createRateWindows("user", windows.toReversed());
  const headers = async () => {
    const standing = await limit.count("someone");
    assert.ok(standing);
    return rateHeaders(standing);
  };
  assert.deepEqual(await headers(), {
    "X-RateLimit-Limit": "3",
    "X-RateLimit-Remaining": "2",
    "X-RateLimit-Reset": String(start / 1000 + 1),
    "RateLimit-Policy": '"user-second";q=3;w=1, "user-minute";q=5;w=60',
    RateLimit: '"user-second";r=2;t=1, "user-minute";r=4;t=60',
  });
  for (let index = 0; index < 2; index += 1) await limit.count("someone");
  assert.equal((await headers())["RateLimit"], '"user-second";r=0;t=1', "what refuses keeps the longer from counting");
  t.mock.timers.tick(1000);
  assert.equal((await headers())["RateLimit"], '"user-second";r=2;t=1, "user-minute";r=1;t=59');
  await limit.count("someone");
  assert.equal((await headers())["RateLimit"], '"user-second";r=0;t=1, "user-minute";r=0;t=59');
});

for (const hours of [-24, 24])
  test(`a clock that is set ${hours} hours makes no window longer, and no wait`, async (t) => {
    t.mock.timers.enable({ apis: ["Date"], now: start });
    const limit = createRateWindows("user", [{ points: 1, duration: 60 }]);
    await limit.count("someone");
    t.mock.timers.setTime(start + hours * 3_600_000);
    const standing = await limit.count("someone");
    assert.ok(standing);
    assert.ok(standing.tightest.msBeforeNext <= 60_000 && standing.tightest.msBeforeNext >= 0);
    if (hours > 0) assert.equal(standing.tightest.refused, false, "the window is over by any clock");
  });

test("however requests are spread, no fixed window lets through more than it says", async (t) => {
  t.mock.timers.enable({ apis: ["Date", "setTimeout"], now: start });
  let run = 0;
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.integer({ min: 0, max: 1500 }), { maxLength: 60 }),
      fc.integer({ min: 1, max: 5 }),
      fc.integer({ min: 1, max: 12 }),
      async (pauses, short, long) => {
        const key = `user ${(run += 1)}`;
        const limit = createRateWindows("user", [
          { points: short, duration: 1 },
          { points: long, duration: 60 },
        ]);
        const accepted: number[] = [];
        for (const pause of pauses) {
          t.mock.timers.tick(pause);
          if (!(await limit.count(key))?.tightest.refused) accepted.push(Date.now());
        }
        for (const [points, ms] of [
          [short, 1000],
          [long, 60_000],
        ] as const)
          assert.ok(fullest(accepted, ms) <= points);
      },
    ),
    { numRuns: 100 },
  );
});

/** The most in one window, where each begins with the first that no earlier one has. */
function fullest(times: readonly number[], ms: number): number {
  let most = 0;
  for (let first = 0; first < times.length;) {
    const end = (times[first] ?? 0) + ms;
    const next = times.findIndex((time, index) => index > first && time >= end);
    const count = (next === -1 ? times.length : next) - first;
    most = Math.max(most, count);
    first += count;
  }
  return most;
}
