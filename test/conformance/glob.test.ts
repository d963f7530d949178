import assert from "node:assert/strict";
import { test } from "node:test";
import { matches } from "../../conformance/glob.ts";

const cases: [pattern: string, name: string, fits: boolean][] = [
  ["rest/keys.get/200", "rest/keys.get/200", true],
  ["rest/keys.get/200", "rest/keysXget/200", false],
  ["rest/*/200", "rest/keys.get/200", true],
  ["rest/*", "rest/keys.get/200", false],
  ["rest/**", "rest/keys.get/200", true],
  ["**/close-*", "socket/events/close-4404", true],
  ["socket/events", "socket/events/ack", false],
  ["rest/keys.(get)/200", "rest/keys.get/200", false],
];

for (const [pattern, name, fits] of cases)
  test(`${pattern} ${fits ? "is" : "is not"} ${name}`, () => assert.equal(matches(pattern, name), fits));
