// What is hard to hit from outside: a user's wish that comes a moment too late.
import assert from "node:assert/strict";
import { test } from "node:test";
import { pino } from "pino";
import { testEcho } from "../../../server/agent/test-echo.ts";
import { createAgentLoop } from "../../../server/conversations/agent-loop.ts";
import { historyOf } from "../../../server/conversations/history.ts";
import type { Recall } from "../../../server/conversations/recall.ts";
import { isUnfinished } from "../../../server/conversations/recovery.ts";
import type { Workspace } from "../../../server/runtime/runtime.ts";
import { until } from "../../support/api.ts";
import { anyway, messageDraft, observationDraft, plantConversation, temporaryLog } from "../../support/event-log.ts";
import type { Cleanup } from "../../support/start-server.ts";

const recallsNothing: Recall = async (_message, _first, cause) =>
  observationDraft(cause, { observation: "null", content: "", extras: {} });

/** A loop with an agent that repeats what the user says, over a log of its own. */
async function temporaryLoop(t: Cleanup, recall: Recall = recallsNothing) {
  const { store, log } = await temporaryLog(t);
  const record = await plantConversation(store, "a");
  const loop = createAgentLoop({
    lost: () => assert.fail("the store answers"),
    conversationId: "a",
    history: historyOf(log, record, anyway),
    workspace: {} as Workspace, // which this agent leaves alone
    definition: () => Promise.resolve(testEcho),
    confirmationMode: () => Promise.resolve(false),
    logger: pino({ level: "silent" }),
    answered: -1,
    state: "awaiting_user_input",
    recall,
    held: null,
  });
  return {
    loop,
    stored: async () => (await store.conversations.get("a")) ?? record,
    isUnfinished: async () => isUnfinished(log, (await store.conversations.get("a")) ?? record),
    say: async (content: string) => {
      const [message] = await log.append("a", anyway, messageDraft(content));
      loop.said(message?.id ?? 0);
    },
    answers: async () => {
      const events = await log.find("a", { from: 0, types: ["message"], source: "agent", limit: 100 });
      return events.map(({ text }) => (JSON.parse(text) as { message: string }).message);
    },
  };
}

for (const late of ["paused", "running"] as const) {
  test(`${late}, asked for while the agent worked and carried out after it ended, changes nothing`, async (t) => {
    const { loop, say, answers } = await temporaryLoop(t);
    await say("one");
    await until(async () => (await answers()).length === 1 && loop.state === "awaiting_user_input");
    await loop.become(late);
    assert.equal(loop.state, "awaiting_user_input");
    await say("two");
    await until(async () => (await answers()).length === 2);
    await loop.close();
  });
}

test("an answer that has begun is unfinished from its first event on, whenever the process ends", async (t) => {
  const recalling = Promise.withResolvers<never>();
  const { loop, say, stored, isUnfinished: isMidway } = await temporaryLoop(t, () => recalling.promise);
  await say("one");
  await until(async () => (await stored()).lastEventId === 2); // the message, and that its answer begins
  assert.equal((await stored()).agentState, "running");
  assert.equal(await isMidway(), true);
  recalling.reject(new Error("the process has ended"));
  await loop.close();
});
