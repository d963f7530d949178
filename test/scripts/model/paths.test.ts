import assert from "node:assert/strict";
import { test } from "node:test";
import { pathTemplate } from "../../../scripts/model/paths.ts";

for (const [given, want] of Object.entries({ "/a": "/a", "/a/:b": "/a/{b}", "/:a_b/c/:d2/e": "/{a_b}/c/{d2}/e" })) {
  test(`pathTemplate: ${given} -> ${want}`, () => assert.equal(pathTemplate(given), want));
}
