// Three servers on one PostgreSQL: whichever is asked, it is one service.
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { after, test } from "node:test";
import { allEvents, createConversation, perform, until } from "../../support/api.ts";
import { startCluster } from "../../support/cluster.ts";
import { act, busyConversation, say, untilEvent, untilState } from "../../support/conversation.ts";
import { eventsOf, idsOf, isStatus, range } from "../../support/frames.ts";
import { assertRefused } from "../../support/refusal.ts";
import { openSocket } from "../../support/socket.ts";
import { postgres, storeSides } from "../../support/stores.ts";

for (const side of storeSides.filter((each) => each === postgres)) {
  const place = await side.place({ after });
  const env = { MAX_RUNNING_CONVERSATIONS: "3" };
  const nodes = await startCluster({ after }, place, env);
  const [one, two, three] = nodes;

  const status = async (id: string): Promise<string> =>
    (await three.call("GET", `/api/conversations/${id}`)).body.status;

  test("sockets on every node see the same events in the same order, whoever said them where", async () => {
    const id = await createConversation(one.call);
    const sockets = nodes.map((node) => openSocket(node, id));
    await Promise.all(sockets.map((socket) => socket.next(isStatus("replay_complete"))));
    await Promise.all(
      nodes.map(async (node, name) => {
        for (const index of range(9)) assert.equal((await say(node.call, id, `think: ${name}.${index}`)).status, 200);
      }),
    );
    const events = await untilAnswered(id, 30);
    for (const socket of sockets) {
      await socket.next((frame) => frame[frame.type]?.id === events.length - 1);
      assert.deepEqual(idsOf(socket.frames), range(events.length - 1));
      assert.deepEqual(eventsOf(socket.frames), events);
      socket.close();
    }
  });

  /** Waits until the agent has taken up so many messages and rests. */
  async function untilAnswered(id: string, count: number) {
    let events: Awaited<ReturnType<typeof allEvents>> = [];
    await until(async () => {
      events = await allEvents(two.call, id);
      const taken = events.filter(({ action }) => action === "recall").length;
      return taken === count && events.at(-1).extras?.agent_state === "finished";
    });
    return events;
  }

  test("a user's command is carried out once, by whichever node it is sent", async () => {
    const id = await createConversation(one.call);
    for (const { call } of nodes) {
      const observation = await perform(call, id, { action: "run", args: { command: "echo once >> log; cat log" } });
      assert.equal(observation.observation, "run");
    }
    const observation = await perform(two.call, id, { action: "read", args: { path: "log" } });
    assert.equal(observation.content, "once\nonce\nonce\n");
  });

  test("an agent is paused, let on and stopped through other nodes, and refuses what its state forbids", async () => {
    const { id } = await busyConversation(one.call);
    const ask = (call: typeof one.call, agent_state: string) => act(call, id, "change_agent_state", { agent_state });
    assertRefused(await ask(two.call, "running"), 409, "agent_state_conflict");
    const pauses = await Promise.all([ask(two.call, "paused"), ask(three.call, "paused")]);
    assert.deepEqual(new Set(pauses.map((answer) => answer.status)), new Set([200, 409]));
    await untilState(three.call, id, "paused");
    assert.equal((await ask(three.call, "running")).status, 200);
    await untilState(two.call, id, "running");
    assert.equal((await ask(two.call, "stopped")).status, 200);
    const events = await untilState(one.call, id, "stopped");
    const run = events.find(({ action }) => action === "run");
    assert.equal(events.filter(({ cause }) => cause === run.id).length, 1);
  });

  test("consent that is given at another node lets the action go on, and only one decision counts", async () => {
    await one.call("POST", "/api/settings", { body: { llm_model: "test/confirm" } });
    const id = await createConversation(one.call, { initial_user_msg: "```sh\necho allowed\n```" });
    await untilEvent(two.call, id, ({ args }) => args?.confirmation_state === "awaiting_confirmation");
    const decide = (call: typeof one.call, agent_state: string) => act(call, id, "change_agent_state", { agent_state });
    const answers = await Promise.all([decide(two.call, "user_confirmed"), decide(three.call, "user_rejected")]);
    assert.deepEqual(new Set(answers.map((answer) => answer.status)), new Set([200, 409]));
    const allowed = answers[0].status === 200;
    const kind = allowed ? "run" : "user_rejected";
    await untilEvent(one.call, id, ({ observation }) => observation === kind);
    await one.call("POST", "/api/settings", { body: { llm_model: "test/tools" } });
  });

  test("a conversation that is stopped through another node runs nothing any more, and starts on a third", async () => {
    const id = await createConversation(one.call, { initial_user_msg: "```sh\ntouch begun; sleep 1000\n```" });
    await until(() => existsSync(join(place.dataDir, "workspaces", id, "begun")));
    const stopped = await two.call("POST", `/api/conversations/${id}/stop`);
    assert.equal(stopped.body.conversation_status, "STOPPED");
    const events = await allEvents(three.call, id);
    assert.equal(events.at(-1).extras.agent_state, "stopped");
    const run = events.find(({ action }) => action === "run");
    const [outcome, ...others] = events.filter(({ cause }) => cause === run.id);
    assert.match(outcome.content, /^The conversation was stopped while this was under way\. It may have taken effect/);
    assert.deepEqual(others, []);
    assertRefused(await say(one.call, id, "Hello."), 409, "conversation_not_running");
    assert.equal((await three.call("POST", `/api/conversations/${id}/start`)).status, 200);
    await untilState(one.call, id, "awaiting_user_input");
    assert.deepEqual(
      (await allEvents(one.call, id)).slice(0, events.length),
      events,
      "the node that lost it adds nothing",
    );
    await say(one.call, id, "think: on");
    await untilState(two.call, id, "finished");
  });

  test("sockets learn on every node of a new title and of the end of the conversation", async () => {
    const id = await createConversation(one.call);
    const sockets = nodes.map((node) => openSocket(node, id));
    await Promise.all(sockets.map((socket) => socket.next(isStatus("replay_complete"))));
    await say(two.call, id, "think: 1"); // all have been told of the old title by then
    await Promise.all(
      sockets.map((socket) => socket.next((frame) => frame.observation?.extras.agent_state === "finished")),
    );
    await two.call("PATCH", `/api/conversations/${id}`, { body: { title: "Renamed" } });
    await Promise.all(sockets.map((socket) => socket.next((frame) => frame.conversation_title === "Renamed")));
    await three.call("DELETE", `/api/conversations/${id}`);
    for (const socket of sockets) assert.equal((await socket.closed).code, 4404);
    for (const { call } of nodes)
      assertRefused(await call("GET", `/api/conversations/${id}`), 404, "conversation_not_found");
  });

  test("no more of a user's conversations run than may, through however many nodes they are begun", async () => {
    const created = await Promise.all(
      range(5).map((index) => (nodes[index % 3] ?? one).call("POST", "/api/conversations", { body: {} })),
    );
    assert.ok(created.every((answer) => answer.status === 200));
    const ids = (await one.call("GET", "/api/conversations?limit=100")).body.results.map(
      (each: { conversation_id: string }) => each.conversation_id,
    );
    const statuses = await Promise.all(ids.map(status));
    assert.equal(statuses.filter((each) => each === "RUNNING" || each === "STARTING").length, 3);
  });

  test("a user's command with a secret in it is carried out as it was sent, wherever the agent runs", async () => {
    const id = await createConversation(one.call);
    const value = crypto.randomUUID();
    await two.call("POST", "/api/secrets", { body: { name: "TOKEN", value } });
    const observation = await perform(two.call, id, { action: "run", args: { command: `echo ${value} | rev` } });
    assert.equal(observation.content.trim(), value.split("").toReversed().join(""));
    const stored = await place.contents();
    assert.ok(!stored.includes(value));
    assert.ok(!stored.includes('"sealed":'), "nothing is kept that has been carried out");
  });

  test("a secret that one node is told is hidden in what another one appends", async () => {
    const id = await createConversation(one.call);
    await perform(one.call, id, { action: "run", args: { command: "true" } }); // what is secret has been looked up
    const value = crypto.randomUUID();
    assert.equal((await two.call("POST", "/api/secrets", { body: { name: "NEW", value } })).status, 201);
    await until(async () => {
      const { content } = await perform(one.call, id, { action: "run", args: { command: `echo ${value}` } });
      return !content.includes(value);
    });
  });
}
