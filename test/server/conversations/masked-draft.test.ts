// Every type of event with a secret in every text of it.
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { test } from "node:test";
import { ActionEvent, ObservationEvent } from "../../../contract/index.ts";
import { maskedDraft } from "../../../server/conversations/masked-draft.ts";
import { createMask } from "../../../server/secrets/mask.ts";
import type { EventDraft } from "../../../server/store/store.ts";

const secret = randomBytes(12).toString("hex");
const mask = createMask([secret]);
const envelope = { id: 7, timestamp: "2026-11-22T10:15:30.123Z" };

function draft(kind: EventDraft["kind"], type: string, event: object): EventDraft {
  return { kind, type, source: "agent", hidden: false, body: JSON.stringify(event).slice(1, -1) };
}

function parsed(kind: EventDraft["kind"], type: string, event: object) {
  return JSON.parse(`{${maskedDraft(draft(kind, type, event), mask).body}}`) as Record<string, unknown>;
}

/** Every text that the schema leaves free, with the secret put into it: a text that is no longer allowed stays. */
function spoiled(schema: { safeParse(value: unknown): { success: boolean } }, event: unknown): unknown {
  const change = (value: unknown, put: (changed: unknown) => unknown): unknown => {
    if (typeof value === "string") {
      const text = `${value} ${secret}`;
      return schema.safeParse(put(text)).success ? text : value;
    }
    if (Array.isArray(value)) {
      let items: unknown[] = value;
      for (let at = 0; at < items.length; at += 1) {
        const next = change(items[at], (changed) => put(items.with(at, changed)));
        items = items.with(at, next);
      }
      return items;
    }
    if (typeof value !== "object" || value === null) return value;
    let members = { ...value } as Record<string, unknown>;
    for (const [name, member] of Object.entries(members))
      members = { ...members, [name]: change(member, (changed) => put({ ...members, [name]: changed })) };
    return members;
  };
  return change(event, (changed) => changed);
}

const options = [
  ...ActionEvent.options.map((schema) => ["action", schema.shape.action.value, schema] as const),
  ...ObservationEvent.options.map((schema) => ["observation", schema.shape.observation.value, schema] as const),
];

for (const [kind, type, schema] of options) {
  test(`${kind} ${type}: no text keeps a secret, and the event still fits the contract`, () => {
    const [example] = (schema.meta()?.["examples"] ?? []) as object[];
    const {
      id: _,
      timestamp: __,
      ...event
    } = { ...(spoiled(schema, { ...envelope, ...example }) as object), ...envelope };
    const masked = parsed(kind, type, event);
    if (JSON.stringify(event).includes(secret)) assert.notDeepEqual(masked, event);
    assert.ok(!JSON.stringify(masked).includes(secret), JSON.stringify(masked));
    assert.deepEqual(schema.safeParse({ ...envelope, ...masked }).error?.issues ?? [], []);
  });
}

test("a secret is found in lists, in names, and in what the contract leaves open", () => {
  const args = { final_thought: secret, outputs: { [secret]: [{ deep: [secret] }], n: 1 }, thought: `(${secret})` };
  const event = { source: "agent", message: `${secret}!`, action: "finish", args };
  assert.deepEqual(parsed("action", "finish", event), {
    source: "agent",
    message: "<secret_hidden>!",
    action: "finish",
    args: {
      final_thought: "<secret_hidden>",
      outputs: { "<secret_hidden>": [{ deep: ["<secret_hidden>"] }], n: 1 },
      thought: "(<secret_hidden>)",
    },
  });
});

test("a word of the contract stays, even when it is somebody's secret", () => {
  const words = createMask(["running", "environment", "agent_state", "observation", "extras"]);
  const event = {
    source: "environment",
    message: "",
    observation: "agent_state_changed",
    content: "",
    extras: { agent_state: "running", reason: "It was running." },
  };
  const masked = maskedDraft(draft("observation", "agent_state_changed", event), words);
  assert.deepEqual(JSON.parse(`{${masked.body}}`), {
    ...event,
    extras: { agent_state: "running", reason: "It was <secret_hidden>." },
  });
});

test("an event without a secret keeps its very text", () => {
  const harmless = draft("action", "think", {
    source: "agent",
    message: "",
    action: "think",
    args: { thought: "é\n" },
  });
  assert.equal(maskedDraft(harmless, mask), harmless);
  assert.equal(maskedDraft(harmless, null), harmless);
});
