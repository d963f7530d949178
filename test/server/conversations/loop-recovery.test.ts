// An agent that does the same again and again is stopped in its tracks, and the user says how to go on.
import assert from "node:assert/strict";
import { after, describe, test } from "node:test";
import { pointer, publishedOpenApi } from "../../contract/published.ts";
import { allEvents, caller, createConversation, until } from "../../support/api.ts";
import type { Answer } from "../../support/api.ts";
import { act, say, untilEvent, untilState } from "../../support/conversation.ts";
import { assertRefused } from "../../support/refusal.ts";
import { startServer } from "../../support/start-server.ts";

const server = await startServer({ after });
const call = caller(server);
const { errorsOf } = publishedOpenApi();

const same = "```sh\necho same\n```\n";

/** A conversation whose agent was found to repeat itself. The message would have it do so a fifth time, and then think. */
async function loopingConversation(): Promise<string> {
  const id = await createConversation(call, { initial_user_msg: `${same.repeat(5)}think: at last` });
  await untilState(call, id, "paused");
  return id;
}

const recover = (id: string, args: object) => act(call, id, "loop_recovery", args);
const commandsIn = (events: readonly Answer["body"][]) => events.filter(({ action }) => action === "run");

test("four times the same, with the same result, is a loop: the agent pauses and the log says why", async () => {
  const id = await loopingConversation();
  const events = await allEvents(call, id);
  const [detected, paused] = events.slice(-2);
  const commands = commandsIn(events);
  assert.equal(commands.length, 4);
  assert.deepEqual(
    [detected.observation, detected.source, detected.cause],
    ["loop_detection", "environment", commands[3].id],
  );
  assert.match(detected.content, /same 4 times in a row/);
  assert.equal(paused.extras.reason, detected.content);
  for (const event of events) assert.deepEqual(errorsOf(pointer("components", "schemas", "Event"), event), []);
});

test("the same with another result, or with something between, is none", async () => {
  const counted = "```sh\necho x >> log; wc -l < log\n```\n".repeat(5);
  const between = `${same.repeat(3)}think: a\n${same.repeat(3)}`;
  const id = await createConversation(call, { initial_user_msg: counted + between });
  const events = await untilState(call, id, "finished");
  assert.ok(!events.some(({ observation }) => observation === "loop_detection"));
});

describe("a way out", () => {
  test("1 forgets the repeats and waits for the user", async () => {
    const id = await loopingConversation();
    const [first] = commandsIn(await allEvents(call, id));
    const { status, body } = await recover(id, {});
    assert.equal(status, 200);
    const [recovery] = body.event_ids;
    const events = await untilState(call, id, "awaiting_user_input");
    const condensation = events.find(({ action }) => action === "condensation");
    assert.equal(condensation.cause, recovery);
    const { forgotten_events_start_id: from, forgotten_events_end_id: to } = condensation.args;
    assert.deepEqual([from, to], [first.id, recovery - 1]);
    assert.equal(commandsIn(events).length, 4);
    await say(call, id, "think: something else");
    await untilState(call, id, "finished");
  });

  test("2 answers the user's last message again", async () => {
    const id = await loopingConversation();
    assert.equal((await recover(id, { option: 2 })).status, 200);
    await until(async () => commandsIn(await allEvents(call, id)).length === 8);
    const events = await untilState(call, id, "paused");
    const recalls = events.filter(({ action }) => action === "recall").map(({ cause }) => cause);
    assert.deepEqual(recalls, [2, 2]);
    assert.equal(commandsIn(events).length, 8);
  });

  test("3 stops the agent", async () => {
    const id = await loopingConversation();
    assert.equal((await recover(id, { option: 3 })).status, 200);
    assert.equal(commandsIn(await untilState(call, id, "stopped")).length, 4);
  });

  test("is also to let it run on", async () => {
    const id = await loopingConversation();
    assert.equal((await act(call, id, "change_agent_state", { agent_state: "running" })).status, 200);
    const events = await untilState(call, id, "finished");
    assert.equal(commandsIn(events).length, 5);
  });

  test("is also another message, which is answered", async () => {
    const id = await loopingConversation();
    await say(call, id, "think: rather this");
    await untilEvent(call, id, ({ args }) => args?.thought === "rather this");
    const events = await untilState(call, id, "finished");
    assert.equal(commandsIn(events).length, 4);
  });

  test("is also to stop", async () => {
    const id = await loopingConversation();
    assert.equal((await act(call, id, "change_agent_state", { agent_state: "stopped" })).status, 200);
    await untilState(call, id, "stopped");
  });

  test("is refused when the agent is in no loop, or in none any more", async () => {
    const idle = await createConversation(call);
    const refused = await recover(idle, {});
    assertRefused(refused, 409, "agent_state_conflict");
    assert.match(refused.body.error, /in no loop now/);
    const id = await loopingConversation();
    const answers = await Promise.all([recover(id, { option: 3 }), recover(id, { option: 3 })]);
    assert.deepEqual(
      answers.map(({ status }) => status).toSorted((a, b) => a - b),
      [200, 409],
    );
    await untilState(call, id, "stopped");
    assertRefused(await recover(id, {}), 409, "agent_state_conflict");
  });
});
