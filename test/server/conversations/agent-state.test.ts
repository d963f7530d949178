// What users make of the agent: pause it, let it go on, stop it.
import assert from "node:assert/strict";
import { after, describe, test } from "node:test";
import { allEvents, caller, createConversation, until } from "../../support/api.ts";
import type { Answer } from "../../support/api.ts";
import { act, say, untilEvent, untilFile, untilState } from "../../support/conversation.ts";
import { startServer } from "../../support/start-server.ts";

const server = await startServer({ after });
const call = caller(server);

/** An agent in the middle of the first of two commands. */
async function workingConversation(): Promise<string> {
  const message = `\`\`\`sh\n${untilFile("go")}\n\`\`\`\n\`\`\`sh\necho second\n\`\`\``;
  const id = await createConversation(call, { initial_user_msg: message });
  await untilEvent(call, id, ({ action }) => action === "run");
  return id;
}

function become(id: string, agent_state: string): Promise<Answer> {
  return act(call, id, "change_agent_state", { agent_state });
}

/** The states that the log tells, in their order. */
function statesIn(events: readonly Answer["body"][]): string[] {
  return events
    .filter(({ observation }) => observation === "agent_state_changed")
    .map(({ extras }) => extras.agent_state);
}

const isCommand = (event: Answer["body"]) => event.action === "run";

describe("paused", () => {
  test("the agent ends its command, then waits until it may run on", async () => {
    const id = await workingConversation();
    assert.equal((await become(id, "paused")).status, 200);
    await untilState(call, id, "paused");
    await act(call, id, "write", { path: "go", content: "" });
    await untilEvent(call, id, ({ observation }) => observation === "run");
    await act(call, id, "run", { command: "echo the user may" }); // time enough for an agent that does not wait
    await untilEvent(call, id, ({ content }) => content === "the user may\n");
    assert.equal((await allEvents(call, id)).filter(isCommand).length, 2, "its first and the user's");

    assert.equal((await become(id, "running")).status, 200);
    const events = await untilState(call, id, "finished");
    assert.deepEqual(statesIn(events), ["loading", "running", "paused", "running", "finished"]);
    assert.equal(events.filter(isCommand).length, 3);
  });

  test("the agent can be stopped", async () => {
    const id = await workingConversation();
    await become(id, "paused");
    await untilState(call, id, "paused");
    assert.equal((await become(id, "stopped")).status, 200);
    const events = await untilState(call, id, "stopped");
    assert.deepEqual(statesIn(events), ["loading", "running", "paused", "stopped"]);
  });
});

describe("stopped", () => {
  test("the command in hand is ended, the log says so, and the rest is not begun", async () => {
    const id = await workingConversation();
    assert.equal((await become(id, "stopped")).status, 200);
    const events = await untilState(call, id, "stopped");
    const command = events.find(isCommand);
    const observation = events.find(({ cause }) => cause === command.id);
    assert.deepEqual([observation.observation, observation.success], ["run", false]);
    assert.ok(observation.id < events.at(-1).id, "what came of the command is told before the end");
    assert.equal(events.filter(isCommand).length, 1);
    assert.ok(!events.some(({ action }) => action === "finish"));
  });

  test("the next message is answered", async () => {
    const id = await workingConversation();
    await become(id, "stopped");
    await untilState(call, id, "stopped");
    await say(call, id, "think: again");
    const events = await untilState(call, id, "finished");
    assert.deepEqual(statesIn(events), ["loading", "running", "stopped", "running", "finished"]);
  });

  test("the user's commands are ended too", async () => {
    const id = await createConversation(call);
    const { body } = await act(call, id, "run", { command: untilFile("never") });
    await become(id, "stopped");
    const observation = await untilEvent(call, id, ({ cause }) => cause === body.event_ids[0]);
    assert.equal(observation.success, false);
    await untilState(call, id, "stopped");
  });

  test("with the conversation, the agent and its command end as well", async () => {
    const id = await workingConversation();
    const stopped = await call("POST", `/api/conversations/${id}/stop`);
    assert.deepEqual([stopped.status, stopped.body.conversation_status], [200, "STOPPED"]);
    const events = await allEvents(call, id);
    assert.equal(events.at(-1).extras.agent_state, "stopped");
    assert.equal(events.filter(({ observation }) => observation === "run").length, 1);
    assert.equal((await say(call, id, "anybody there?")).body.code, "conversation_not_running");
  });
});

test("a second message while the agent works is answered after the first", async () => {
  const id = await workingConversation();
  const { body } = await say(call, id, "think: the second");
  await act(call, id, "write", { path: "go", content: "" });
  await untilEvent(call, id, ({ action, args }) => action === "think" && args.thought === "the second");
  const events = await untilState(call, id, "finished");
  const recalls = events.filter(({ action }) => action === "recall").map(({ cause }) => cause);
  assert.deepEqual(recalls, [2, body.event_id]);
  const firstEnd = events.find(({ action }) => action === "finish");
  const secondBegin = events.find(({ action, cause }) => action === "recall" && cause === body.event_id);
  assert.ok(body.event_id < firstEnd.id && firstEnd.id < secondBegin.id);
});

describe("refused", () => {
  const cases = [
    { state: "awaiting_user_input", asked: "paused" },
    { state: "awaiting_user_input", asked: "running" },
    { state: "awaiting_user_input", asked: "loading" },
    { state: "awaiting_user_input", asked: "user_confirmed" },
    { state: "finished", asked: "paused" },
  ];
  for (const { state, asked } of cases) {
    test(`${asked}, while the agent is ${state}`, async () => {
      const id = await createConversation(call, state === "finished" ? { initial_user_msg: "think: x" } : {});
      const { length } = await untilState(call, id, state);
      const { status, body } = await become(id, asked);
      assert.deepEqual([status, body.code], [409, "agent_state_conflict"]);
      assert.match(
        body.error,
        new RegExp(`The agent is ${state} and cannot become ${asked} now\\. It can become .*stopped`),
      );
      assert.equal((await allEvents(call, id)).length, length);
    });
  }
});

test("finish by the user ends the agent's turn", async () => {
  const id = await workingConversation();
  assert.equal((await act(call, id, "finish", {})).status, 200);
  const events = await untilState(call, id, "finished");
  assert.equal(events.filter(isCommand).length, 1);
});

test("what a user asks for in any order and at any moment leaves an agent that answers", async () => {
  const id = await createConversation(call);
  for (let round = 0; round < 5; round += 1) {
    const asked = ["paused", "running", "stopped", "running", "paused"].map((state) => become(id, state));
    await Promise.all([say(call, id, `think: ${round}`), ...asked, say(call, id, `\`\`\`sh\necho ${round}\n\`\`\``)]);
  }
  // However it ended: whoever finds the agent paused lets it go on.
  await become(id, "running");
  await say(call, id, "think: the last");
  await until(async () => {
    const events = await allEvents(call, id);
    const state = events.at(-1).extras?.agent_state;
    if (state === "paused") await become(id, "running");
    return state === "finished" && events.some(({ action, args }) => action === "think" && args.thought === "the last");
  });
});
