// What a process that was killed has left in the logs, and what the next one makes of it.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { AgentState } from "../../../contract/index.ts";
import { action } from "../../../server/agent/actions.ts";
import { draftAction, newObservation } from "../../../server/conversations/event-draft.ts";
import { recallAction } from "../../../server/conversations/recall.ts";
import { interruptedActions, isUnfinished, lastAnswered } from "../../../server/conversations/recovery.ts";
import type { ConversationRecord, EventDraft } from "../../../server/store/store.ts";
import {
  actionDraft,
  anyway,
  messageDraft,
  observationDraft,
  plantConversation,
  stateDraft,
  temporaryLog,
} from "../../support/event-log.ts";
import { range } from "../../support/frames.ts";
import type { Cleanup } from "../../support/start-server.ts";

const run = (source: "agent" | "user" = "agent") => actionDraft(source, "run", { command: "true" });
const think = (source: "agent" | "user" = "user") => actionDraft(source, "think", { thought: "" });
const failed = (cause: number) =>
  observationDraft(cause, { observation: "error", content: "no", extras: { error_id: "" } });

/** What came of a recall; it has the same name as the action. */
const recalled: EventDraft = {
  kind: "observation",
  type: "recall",
  source: "environment",
  hidden: false,
  body: '"cause":1',
};
/** An action that waits for the user's consent, and the same when it has it. */
const waiting = action("run", { command: "true", confirmation_state: "awaiting_confirmation" });
const held = draftAction(waiting, { source: "agent" });
const consented = draftAction(action("run", { command: "true" }), { source: "agent" });

/** A conversation with this log. */
async function logOf(t: Cleanup, drafts: readonly EventDraft[]) {
  const { store, log } = await temporaryLog(t);
  await plantConversation(store, "a");
  await log.append("a", anyway, ...drafts);
  const record = (await store.conversations.get("a")) as ConversationRecord; // just planted
  return { log, record };
}

describe("the last message that has been answered", () => {
  const cases: Record<string, { given: EventDraft[]; want: number }> = {
    "none in a log without messages": { given: [stateDraft("loading")], want: -1 },
    "none when a message waits": { given: [stateDraft("loading"), messageDraft("x")], want: -1 },
    "the one that the recall names": { given: [messageDraft("x"), recallAction("x", true, 0)], want: 0 },
    "the last of several": {
      given: [
        messageDraft("x"),
        recallAction("x", true, 0),
        messageDraft("y"),
        messageDraft("z"),
        recallAction("y", false, 2),
      ],
      want: 2,
    },
    "not what was recalled": {
      given: [messageDraft("x"), recallAction("x", true, 0), recalled],
      want: 0,
    },
  };
  for (const [name, { given, want }] of Object.entries(cases)) {
    test(name, async (t) => {
      const { log, record } = await logOf(t, given);
      assert.equal(await lastAnswered(log, record), want);
    });
  }
});

describe("what has been replayed", () => {
  test("is answered and was never under way", async (t) => {
    const { log, record } = await logOf(t, [messageDraft("x"), recallAction("x", true, 0), messageDraft("y"), run()]);
    const replayed = { ...record, replayedUntil: 3 };
    assert.equal(await lastAnswered(log, replayed), 3);
    assert.deepEqual(await interruptedActions(log, replayed, "The server was restarted"), []);
    assert.equal(await isUnfinished(log, replayed), false);
  });

  test("does not hide what has come after it", async (t) => {
    const { log, record } = await logOf(t, [messageDraft("x"), messageDraft("y"), recallAction("y", false, 1), run()]);
    const replayed = { ...record, replayedUntil: 0 };
    assert.equal(await lastAnswered(log, replayed), 1);
    assert.equal((await interruptedActions(log, replayed, "The server was restarted")).length, 1);
  });
});

describe("the actions that were interrupted", () => {
  const cases: Record<string, { given: EventDraft[]; want: number[] }> = {
    "none in an empty log": { given: [], want: [] },
    "none that has an observation": { given: [run(), observationDraft(0)], want: [] },
    "none that has an error": { given: [run(), failed(0)], want: [] },
    "one without": { given: [run()], want: [0] },
    "the user's and the agent's": { given: [run("agent"), run("user"), observationDraft(0)], want: [1] },
    "in their order": { given: [run(), think(), think(), messageDraft("x"), observationDraft(1)], want: [0, 2] },
    "no message, finish or change of state": {
      given: [
        messageDraft("x"),
        actionDraft("user", "finish"),
        actionDraft("user", "change_agent_state", { agent_state: "stopped" }),
      ],
      want: [],
    },
    "none that waits for consent, or did": {
      given: [held, consented, observationDraft(1)],
      want: [],
    },
    "one that was allowed": { given: [held, consented], want: [1] },
    "none whose observation has another name": {
      given: [
        actionDraft("user", "browse", { url: "" }),
        observationDraft(0, newObservation("browse", "", { url: "", trigger_by_action: "browse" })),
        actionDraft("user", "condensation_request"),
        observationDraft(2, newObservation("condense", "", {})),
        actionDraft("user", "call_tool_mcp", { name: "a" }),
        observationDraft(4, newObservation("mcp", "", {})),
      ],
      want: [],
    },
    "one that many messages have come after": { given: [run(), ...range(999).map(() => messageDraft("x"))], want: [0] },
    "more than a page of them": {
      given: [think(), observationDraft(0), ...range(449).map(() => think())],
      want: range(451, 2),
    },
  };
  for (const [name, { given, want }] of Object.entries(cases)) {
    test(name, async (t) => {
      const { log, record } = await logOf(t, given);
      const causes = (await interruptedActions(log, record, "The server was restarted")).map(
        ({ body }) => parsed(body).cause,
      );
      assert.deepEqual(causes, want);
    });
  }

  test("are told as errors of whoever asked for them", async (t) => {
    const { log, record } = await logOf(t, [run("user")]);
    const [draft] = await interruptedActions(log, record, "The server was restarted");
    assert.deepEqual([draft?.kind, draft?.type, draft?.source], ["observation", "error", "user"]);
    assert.match(parsed(draft?.body ?? "").content, /restarted.*not repeated/);
  });
});

describe("a conversation", () => {
  const answered = [messageDraft("x"), recallAction("x", true, 0)];
  const cases: Record<string, { given: EventDraft[]; want: boolean; status?: ConversationRecord["status"] }> = {
    "that was being made ready is unfinished": { given: [], want: true, status: "STARTING" },
    "without a word is finished": { given: [stateDraft("awaiting_user_input")], want: false },
    "whose message has been answered is finished": {
      given: [...answered, stateDraft("awaiting_user_input")],
      want: false,
    },
    "whose message waits is unfinished, although the agent was idle": {
      given: [...answered, stateDraft("awaiting_user_input"), messageDraft("y")],
      want: true,
    },
    "whose user's command was under way is unfinished, although the agent was idle": {
      given: [...answered, stateDraft("finished"), run("user")],
      want: true,
    },
    "whose user's command is over is finished": {
      given: [stateDraft("finished"), run("user"), observationDraft(1)],
      want: false,
    },
    ...Object.fromEntries(
      (["running", "loading", "paused", "rate_limited", "user_confirmed", "user_rejected"] satisfies AgentState[]).map(
        (state) => [`that was ${state} is unfinished`, { given: [...answered, stateDraft(state)], want: true }],
      ),
    ),
    "that asks the user is finished, although an older message waits": {
      given: [...answered, messageDraft("y"), stateDraft("awaiting_user_confirmation"), held],
      want: false,
    },
    "that asks the user is unfinished once the user has said something": {
      given: [...answered, stateDraft("awaiting_user_confirmation"), held, messageDraft("no")],
      want: true,
    },
    "that asks the user is unfinished once the user has decided": {
      given: [
        ...answered,
        stateDraft("awaiting_user_confirmation"),
        held,
        actionDraft("user", "change_agent_state", { agent_state: "user_confirmed" }),
      ],
      want: true,
    },
    ...Object.fromEntries(
      (["stopped", "finished", "error", "rejected"] satisfies AgentState[]).map((state) => [
        `that was ${state} is finished`,
        { given: [...answered, stateDraft(state)], want: false },
      ]),
    ),
  };
  for (const [name, { given, want, status = "RUNNING" }] of Object.entries(cases)) {
    test(name, async (t) => {
      const { log, record } = await logOf(t, given);
      assert.equal(await isUnfinished(log, { ...record, status }), want);
    });
  }
});

function parsed(body: string): { cause: number; content: string } {
  return JSON.parse(`{${body}}`) as { cause: number; content: string };
}
