import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { initialSettings, secretSettings } from "../../../contract/index.ts";
import type { SettingsUpdate } from "../../../contract/index.ts";
import { mergeSettings } from "../../../server/settings/settings-service.ts";
import type { SettingsRecord } from "../../../server/store/store.ts";

const mcpConfig = {
  sse_servers: [],
  stdio_servers: [],
  shttp_servers: [{ url: "https://mcp.example", api_key: "key", timeout: 60 }],
};
const text = fc.oneof(fc.constant(""), fc.string());
const update: fc.Arbitrary<SettingsUpdate> = fc.record(
  {
    language: fc.option(text),
    max_iterations: fc.option(fc.integer({ min: 1 })),
    enable_default_condenser: fc.option(fc.boolean()),
    enable_sound_notifications: fc.option(fc.boolean()),
    llm_model: fc.option(text),
    llm_api_key: fc.option(text),
    search_api_key: fc.option(text),
    sandbox_api_key: fc.constantFrom(undefined, null, "", "key"),
    mcp_config: fc.constantFrom(undefined, null, mcpConfig),
  },
  { requiredKeys: [] },
);

/** What design §3.1 says, field by field: absent keeps, null resets, an empty text clears a secret. */
function model(updates: readonly SettingsUpdate[]): SettingsRecord {
  const plain: Record<string, unknown> = { ...initialSettings };
  const secrets: Record<string, string> = {};
  for (const change of updates) {
    for (const name of [
      "language",
      "max_iterations",
      "enable_default_condenser",
      "enable_sound_notifications",
      "llm_model",
    ] as const) {
      if (change[name] !== undefined) plain[name] = change[name] === null ? initialSettings[name] : change[name];
    }
    for (const name of ["llm_api_key", "search_api_key", "sandbox_api_key"] as const) {
      if (change[name] === null || change[name] === "") delete secrets[name];
      if (change[name]) secrets[name] = `sealed ${change[name]}`;
    }
    if (change.mcp_config === null) delete secrets["mcp_config"];
    if (change.mcp_config) secrets["mcp_config"] = `sealed ${JSON.stringify(change.mcp_config)}`;
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
