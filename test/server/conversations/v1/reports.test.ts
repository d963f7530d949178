// What an agent elsewhere reports becomes a part of the log, and V1 shows it as it was reported.
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { test } from "node:test";
import { ReportedV1Event } from "../../../../contract/index.ts";
import { createRendering } from "../../../../server/conversations/v1/rendering.ts";
import { createReports } from "../../../../server/conversations/v1/reports.ts";
import { plantConversation, temporaryLog } from "../../../support/event-log.ts";

const conversationId = "5f0c2b7e9d1a4c3e8b6f7a2d1c0e9f84";

function reported(kind: string, source: string, fields: object): ReportedV1Event {
  // As agents write it: an id of their own, and local time.
  return ReportedV1Event.parse({ id: randomUUID(), timestamp: "2026-11-22T10:15:30.123456", source, kind, ...fields });
}

const call = { tool_name: "grep", tool_call_id: "call_7" };
const action = reported("ActionEvent", "agent", {
  ...call,
  thought: [{ type: "text", text: "Where is it?" }],
  action: { kind: "GrepAction", pattern: "TODO", include: "*.ts" },
  tool_call: { id: "call_7", name: "grep", arguments: "{}" },
  llm_response_id: "resp_1",
  security_risk: "LOW",
});
const observation = reported("ObservationEvent", "environment", {
  ...call,
  observation: {
    kind: "GrepObservation",
    matches: ["a.ts"],
    pattern: "TODO",
    search_path: ".",
    include_pattern: "*.ts",
  },
  action_id: action.id,
});
const status = (value: string) =>
  reported("ConversationStateUpdateEvent", "environment", { key: "execution_status", value });

test("what is reported in one batch and what came of it in the next are shown as they were", async (t) => {
  const { store, log } = await temporaryLog(t);
  await plantConversation(store, conversationId);
  const reports = createReports(log);
  let receipts = 0;
  const receiptOf = ({ id }: ReportedV1Event) => {
    receipts += 1;
    return { userId: "user", key: id, fingerprint: "", status: 200, body: "", createdAt: "2026-11-22T10:15:30.123Z" };
  };
  const first = [status("running"), action];
  assert.equal(await reports.add(conversationId, first, receiptOf), 2);
  assert.equal(await reports.add(conversationId, first, receiptOf), 0, "a batch that is sent again is known");
  assert.equal(await reports.add(conversationId, [observation, status("finished")], receiptOf), 2);
  assert.equal(receipts, 6);

  const events = await log.find(conversationId, { from: 0, limit: 100 });
  const shown = (await createRendering(log, conversationId).render(events)).flat().map(({ text }) => JSON.parse(text));
  const [, asked, answer] = shown;
  assert.deepEqual(
    shown.map(({ kind, value, action: done, observation: come }) => value ?? done?.kind ?? come?.kind ?? kind),
    ["running", "GrepAction", "GrepObservation", "finished"],
  );
  assert.deepEqual(asked.action, (action as { action?: unknown }).action);
  assert.deepEqual(answer.observation, (observation as { observation?: unknown }).observation);
  assert.equal(answer.action_id, asked.id, "the id that the action has here");
  assert.deepEqual(
    [asked.thought[0].text, asked.security_risk, asked.llm_response_id],
    ["Where is it?", "LOW", "resp_1"],
  );
  assert.equal((await store.conversations.get(conversationId))?.agentState, null, "no agent of this server runs");
});
