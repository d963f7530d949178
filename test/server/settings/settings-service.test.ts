import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { initialSettings, plainSettings, secretSettings } from "../../../contract/index.ts";
import type { SettingsUpdate } from "../../../contract/index.ts";
import { mergeSettings } from "../../../server/settings/settings-service.ts";
import type { SettingsRecord } from "../../../server/store/store.ts";

const plainNames = Object.keys(plainSettings) as (keyof typeof plainSettings)[];
const secretNames = Object.keys(secretSettings) as (keyof typeof secretSettings)[];

/** A change of any settings: what a value may be is the contract's business, which has been asked before. */
const update = fc.record(
  Object.fromEntries([
    ...plainNames.map((name) => [
      name,
      fc.constantFrom<unknown>(undefined, null, "", 0, false, "a", 7, true, { a: [1] }),
    ]),
    ...secretNames.map((name) => [name, fc.constantFrom<unknown>(undefined, null, "", "key", "other")]),
  ]),
  { requiredKeys: [] },
) as fc.Arbitrary<SettingsUpdate>; // fromEntries forgets the names

/** What design §3.1 says, field by field: absent keeps, null resets, an empty text clears a secret. */
function model(updates: readonly SettingsUpdate[]): SettingsRecord {
  const plain: Record<string, unknown> = { ...initialSettings };
  const secrets: Record<string, string> = {};
  for (const change of updates) {
    for (const name of plainNames.filter((plain) => plain !== "mcp_config")) {
      if (change[name] !== undefined) plain[name] = change[name] === null ? initialSettings[name] : change[name];
    }
    for (const name of secretNames) {
      if (change[name] === null || change[name] === "") delete secrets[name];
      if (change[name]) secrets[name] = `sealed ${change[name]}`;
    }
    if (change.mcp_config === null) delete secrets["mcp_config"];
    if (change.mcp_config !== undefined && change.mcp_config !== null)
      secrets["mcp_config"] = `sealed ${JSON.stringify(change.mcp_config)}`;
  }
  return { plain, secrets };
}

const seal = (secret: string) => `sealed ${secret}`;

test("changes merge as the contract says, however many there are", () => {
  const property = fc.property(fc.array(update, { minLength: 1, maxLength: 6 }), (updates) => {
    const merged = updates.reduce<SettingsRecord | null>((before, change) => mergeSettings(before, change, seal), null);
    assert.deepEqual(merged, model(updates));
  });
  fc.assert(property, { numRuns: 500 });
});

test("a merge leaves the record it began with as it was", () => {
  const before = Object.freeze({
    plain: Object.freeze({ language: "de" }),
    secrets: Object.freeze({ llm_api_key: "sealed" }),
  });
  const after = mergeSettings(before, { language: "en", llm_api_key: null }, seal);
  assert.deepEqual(after, { plain: { ...initialSettings, language: "en" }, secrets: {} });
});

test("what an older server has stored keeps its place, and what is new has its initial value", () => {
  const before = { plain: { language: "de", a_setting_of_old: 1 }, secrets: {} };
  assert.deepEqual(mergeSettings(before, {}, seal).plain, { ...initialSettings, language: "de", a_setting_of_old: 1 });
});

test("no secret is stored in the clear", () => {
  for (const name of Object.keys(secretSettings)) {
    assert.deepEqual(mergeSettings(null, { [name]: "key" }, seal), {
      plain: initialSettings,
      secrets: { [name]: "sealed key" },
    });
  }
});
