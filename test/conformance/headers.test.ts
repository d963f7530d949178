import assert from "node:assert/strict";
import { test } from "node:test";
import { isImfFixdate, isWindowList, retryAfterSeconds } from "../../conformance/http/headers.ts";

const dates: [string, boolean][] = [
  ["Sun, 06 Nov 1994 08:49:37 GMT", true],
  ["Mon, 06 Nov 1994 08:49:37 GMT", false],
  ["Sun, 6 Nov 1994 08:49:37 GMT", false],
  ["Sunday, 06-Nov-94 08:49:37 GMT", false],
  ["1994-11-06T08:49:37Z", false],
  ["Sun, 06 Nov 1994 08:49:37 +0000", false],
  ["", false],
];

test("an IMF-fixdate has one form", () => {
  assert.deepEqual(
    dates.map(([text]) => [text, isImfFixdate(text)]),
    dates,
  );
});

const waits: [string | null, number | undefined][] = [
  ["0", 0],
  ["120", 120],
  ["Sun, 06 Nov 1994 08:49:37 GMT", 37],
  ["Sun, 06 Nov 1994 08:48:00 GMT", 0],
  ["-1", undefined],
  ["1.5", undefined],
  ["soon", undefined],
  [null, undefined],
];

test("Retry-After is seconds or a date", () => {
  const now = Date.UTC(1994, 10, 6, 8, 49, 0);
  assert.deepEqual(
    waits.map(([text]) => [text, retryAfterSeconds(text, now)]),
    waits,
  );
});

const windowLists: [string, boolean][] = [
  ['"user";r=9;t=1', true],
  ['"user-second";r=9;t=1, "user-minute";r=99;t=60', true],
  ['"a, b; \\"c\\"";r=0', true],
  ['"user";t=1;r=9', true],
  ['"user"; r=9', true],
  ['"user";r=9.5', false],
  ['"user";r=-1', false],
  ['"user";t=1', false],
  ["user;r=9", false],
  ["limit=10, remaining=9, reset=1", false],
  ["", false],
];

test("RateLimit is a list of named windows", () => {
  assert.deepEqual(
    windowLists.map(([text]) => [text, isWindowList(text, ["r"])]),
    windowLists,
  );
});
