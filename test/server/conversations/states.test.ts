// Which state a user may ask for in which: given where the agent is, want where it may be sent.
import assert from "node:assert/strict";
import { after, describe, test } from "node:test";
import type { AgentState } from "../../../contract/index.ts";
import { ActionEvent } from "../../../contract/index.ts";
import { assertMayBecome } from "../../../server/conversations/states.ts";
import { caller, createConversation, lastEventId } from "../../support/api.ts";
import { act } from "../../support/conversation.ts";
import { assertRefused } from "../../support/refusal.ts";
import { startServer } from "../../support/start-server.ts";

const always = ["stopped", "finished", "rejected"] as const;
const allowed: Record<AgentState, readonly AgentState[]> = {
  loading: always,
  running: [...always, "paused"],
  rate_limited: [...always, "paused"],
  user_confirmed: [...always, "paused"],
  paused: [...always, "running"],
  awaiting_user_confirmation: [...always, "user_confirmed", "user_rejected"],
  user_rejected: always,
  awaiting_user_input: always,
  stopped: always,
  finished: always,
  rejected: always,
  error: always,
};
const states = Object.keys(allowed) as AgentState[];

test("the table knows every state of the contract", () => {
  const change = ActionEvent.options.find(({ shape }) => shape.action.value === "change_agent_state");
  const known = change && "agent_state" in change.shape.args.shape ? change.shape.args.shape.agent_state.options : [];
  assert.deepEqual(states.toSorted(), [...known].toSorted());
});

for (const state of states)
  describe(`an agent that is ${state}`, () => {
    for (const next of states)
      test(`${allowed[state].includes(next) ? "can" : "cannot"} become ${next}`, () => {
        if (allowed[state].includes(next)) return assertMayBecome(next, state);
        assert.throws(
          () => assertMayBecome(next, state),
          ({ code, message }: Error & { code: string }) => {
            assert.equal(code, "agent_state_conflict");
            const [, may = ""] = /It can become (.*)\.$/.exec(message) ?? [];
            assert.deepEqual(may.split(" or ").toSorted(), [...allowed[state]].toSorted());
            return true;
          },
        );
      });
  });

test("a state that is none is malformed, and nothing is appended", async () => {
  const server = await startServer({ after });
  const call = caller(server);
  const id = await createConversation(call);
  const last = await lastEventId(call, id);
  const answer = await act(call, id, "change_agent_state", { agent_state: "sleepy" });
  assertRefused(answer, 400, "validation_failed", ["body.args.agent_state"]);
  assert.equal(await lastEventId(call, id), last);
});
