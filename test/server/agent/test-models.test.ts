// What the test models promise to those who test their clients with them.
import assert from "node:assert/strict";
import { after, describe, test } from "node:test";
import { actionTypes, observationTypes } from "../../../contract/index.ts";
import { delayOf } from "../../../server/agent/test-slow.ts";
import { pointer, publishedOpenApi } from "../../contract/published.ts";
import { allEvents, caller, createConversation } from "../../support/api.ts";
import type { Answer } from "../../support/api.ts";
import { act, say, untilEvent, untilState } from "../../support/conversation.ts";
import { assertPublished, eventsOf, isStatus } from "../../support/frames.ts";
import { openSocket } from "../../support/socket.ts";
import { startServer } from "../../support/start-server.ts";
import type { Cleanup } from "../../support/start-server.ts";

const server = await startServer({ after });
const call = caller(server);
const { errorsOf } = publishedOpenApi();

/** A server whose conversations have a model. */
async function serverWith(t: Cleanup, llm_model: string) {
  const own = await startServer(t, { env: { LLM_MODEL: llm_model } });
  return { own, to: caller(own) };
}

function statesIn(events: readonly Answer["body"][]): string[] {
  return events.flatMap(({ observation, extras }) =>
    observation === "agent_state_changed" ? [extras.agent_state] : [],
  );
}

test("each is listed", async () => {
  const { body } = await call("GET", "/api/options/models");
  const tests = body.filter((name: string) => name.startsWith("test/"));
  assert.deepEqual(tests, ["test/confirm", "test/echo", "test/error", "test/slow", "test/tools"]);
});

for (const model of ["test/confirm", "test/error", "test/slow", "test/tools"])
  test(`${model} says what it is and what can be asked of it`, async (t) => {
    const { to } = await serverWith(t, model);
    const id = await createConversation(to, { initial_user_msg: "hello" });
    const { args } = await untilEvent(to, id, ({ source, action }) => source === "agent" && action === "message");
    assert.match(args.content, new RegExp(`^I am ${model}, an agent without a language model`));
    assert.equal(args.wait_for_response, true);
    await untilState(to, id, "awaiting_user_input");
  });

describe("test/tools shows every event type", () => {
  test("of the contract, on every way to a client the same", async () => {
    const id = await createConversation(call);
    const live = openSocket(server, id);
    await live.next(isStatus("replay_complete"));
    await say(call, id, "show every event type");
    const stored = await untilState(call, id, "finished");

    const actions = stored.flatMap(({ action }) => action ?? []);
    const observations = stored.flatMap(({ observation }) => observation ?? []);
    assert.deepEqual(new Set<string>(actions), new Set<string>(actionTypes));
    assert.deepEqual(new Set<string>(observations), new Set<string>(observationTypes));
    for (const event of stored) assert.deepEqual(errorsOf(pointer("components", "schemas", "Event"), event), []);

    const last = stored.at(-1).id;
    await live.next((frame) => frame.observation?.id === last);
    const replayed = openSocket(server, id);
    await replayed.next(isStatus("replay_complete"));
    assert.deepEqual(eventsOf(live.frames), stored);
    assert.deepEqual(eventsOf(replayed.frames), stored);
    assertPublished(live.frames);
    live.close();
    replayed.close();
  });

  test("of which each can be asked for alone", async () => {
    const id = await createConversation(call, { initial_user_msg: "show every event type" });
    await untilState(call, id, "finished");
    for (const type of new Set([...actionTypes, ...observationTypes])) {
      const { body } = await call("GET", `/api/conversations/${id}/events?types=${type}&limit=100`);
      assert.ok(body.events.length > 0, type);
      assert.ok(body.events.every((event: Answer["body"]) => (event.action ?? event.observation) === type));
    }
  });

  test("with what a language model's actions have besides", async () => {
    const id = await createConversation(call, { initial_user_msg: "show every event type" });
    const events = await untilState(call, id, "finished");
    const command = events.find(({ action }) => action === "run");
    assert.equal(command.tool_call_metadata.function_name, "execute_bash");
    assert.equal(command.llm_metrics.accumulated_token_usage.model, "test/tools");
    const result = events.find(({ cause }) => cause === command.id);
    assert.deepEqual(result.tool_call_metadata, command.tool_call_metadata);
    assert.ok(!("llm_metrics" in result));
  });

  test("and an agent that is asked tells its parent how it ended", async () => {
    const id = await createConversation(call, { initial_user_msg: "show every event type" });
    const events = await untilState(call, id, "finished");
    const { extras, cause } = events.find(({ observation }) => observation === "delegate");
    assert.deepEqual(extras.outputs, { reason: "nothing to do" });
    assert.equal(events[cause].action, "delegate");
  });
});

describe("test/error", () => {
  const codes = [
    "STATUS$ERROR",
    "STATUS$ERROR_RUNTIME_DISCONNECTED",
    "STATUS$ERROR_LLM_AUTHENTICATION",
    "STATUS$ERROR_LLM_SERVICE_UNAVAILABLE",
    "STATUS$ERROR_LLM_INTERNAL_SERVER_ERROR",
    "STATUS$ERROR_LLM_OUT_OF_CREDITS",
    "STATUS$ERROR_LLM_CONTENT_POLICY_VIOLATION",
    "STATUS$ERROR_MEMORY",
  ];
  test("fails with each code, told to programs and to people, and goes on with the next message", async (t) => {
    const { to } = await serverWith(t, "test/error");
    const id = await createConversation(to);
    for (const code of codes) {
      await say(to, id, `fail with ${code}`);
      await untilEvent(to, id, ({ extras }) => extras?.error_id === code);
      const events = await untilState(to, id, "error");
      const [error, state] = events.slice(-2);
      assert.deepEqual([error.observation, error.extras.error_id, state.extras.reason], ["error", code, code]);
      assert.match(error.content, /^(The|What) .*\.$/);
      for (const event of events) assert.deepEqual(errorsOf(pointer("components", "schemas", "Event"), event), []);
    }
  });

  test("fails for another reason, and names the codes when it is asked for one that is none", async (t) => {
    const { to } = await serverWith(t, "test/error");
    const id = await createConversation(to, { initial_user_msg: "fail: out of milk" });
    assert.match(
      (await untilState(to, id, "error")).at(-1).extras.reason,
      /The agent failed: out of milk\. Send another/,
    );
    await say(to, id, "fail with STATUS$READY");
    await untilEvent(to, id, ({ extras }) =>
      /no code STATUS\$READY; the codes are STATUS\$ERROR,/.test(extras?.reason),
    );
  });

  test("takes a bad action, which is an error that the agent goes on after", async (t) => {
    const { to } = await serverWith(t, "test/error");
    const id = await createConversation(to, { initial_user_msg: "bad action" });
    const events = await untilState(to, id, "finished");
    assert.equal(events.find(({ observation }) => observation === "error").extras.error_id, "AGENT_ERROR$BAD_ACTION");
  });

  test("is rate limited for a moment", async (t) => {
    const { to } = await serverWith(t, "test/error");
    const id = await createConversation(to, { initial_user_msg: "rate limit" });
    const events = await untilState(to, id, "finished");
    assert.deepEqual(statesIn(events), ["loading", "running", "rate_limited", "running", "finished"]);
  });

  test("is rate limited until it gives up", async (t) => {
    const { to } = await serverWith(t, "test/error");
    const id = await createConversation(to, { initial_user_msg: "rate limit, give up" });
    const events = await untilState(to, id, "error");
    assert.deepEqual(statesIn(events), ["loading", "running", "rate_limited", "error"]);
    assert.equal(events.at(-1).extras.reason, "CHAT_INTERFACE$AGENT_RATE_LIMITED_STOPPED_MESSAGE");
  });
});

describe("test/slow", () => {
  const cases: Record<string, number> = {
    "": 1000,
    "think: a\ndelay 250ms\nthink: b": 250,
    "Delay 5s": 5000,
    "delay 0ms": 0,
    "delay 61s": 60_000,
    "delay 999999999s": 60_000,
    "delay soon": 1000,
    "a delay 5s": 1000,
  };
  for (const [message, want] of Object.entries(cases))
    test(`waits ${want} ms when asked ${JSON.stringify(message)}`, () => assert.equal(delayOf(message), want));

  test("can be paused, run on, and stopped while it waits", async (t) => {
    const { to } = await serverWith(t, "test/slow");
    const id = await createConversation(to, { initial_user_msg: "delay 300ms\nthink: a\nthink: b" });
    await untilEvent(to, id, ({ extras }) => extras?.agent_state === "running");
    await act(to, id, "change_agent_state", { agent_state: "paused" });
    const { length } = await untilState(to, id, "paused");
    await new Promise((resolve) => setTimeout(resolve, 1000)); // time enough for an agent that does not wait
    assert.equal((await allEvents(to, id)).length, length);
    await act(to, id, "change_agent_state", { agent_state: "running" });
    await untilState(to, id, "finished");
    await say(to, id, "delay 60s\nthink: never");
    await untilEvent(to, id, (event) => event.extras?.agent_state === "running" && event.id > length + 5);
    await act(to, id, "change_agent_state", { agent_state: "stopped" });
    const events = await untilState(to, id, "stopped");
    assert.ok(!events.some(({ args }) => args?.thought === "never"));
  });

  test("that is paused runs on when the user says something", async (t) => {
    const { to } = await serverWith(t, "test/slow");
    const id = await createConversation(to, { initial_user_msg: "delay 300ms\nthink: a" });
    await untilEvent(to, id, ({ extras }) => extras?.agent_state === "running");
    await act(to, id, "change_agent_state", { agent_state: "paused" });
    await untilState(to, id, "paused");
    await say(to, id, "delay 0ms\nthink: b");
    await untilEvent(to, id, ({ args }) => args?.thought === "b");
    const thoughts = (await untilState(to, id, "finished")).flatMap(({ action, args }) =>
      action === "think" ? args.thought : [],
    );
    assert.deepEqual(thoughts, ["a", "b"]);
  });
});
