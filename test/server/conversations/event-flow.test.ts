// What the log says of a conversation, from its beginning on: reference §5.5.
import assert from "node:assert/strict";
import { after, describe, test } from "node:test";
import { Event } from "../../../contract/index.ts";
import { catalogueModels } from "../../../generated/server/models.ts";
import { pointer, publishedOpenApi } from "../../contract/published.ts";
import { allEvents, caller, createConversation, until } from "../../support/api.ts";
import type { Answer } from "../../support/api.ts";
import { act, say, untilEvent, untilFile, untilState } from "../../support/conversation.ts";
import { range } from "../../support/frames.ts";
import { startServer } from "../../support/start-server.ts";

const server = await startServer({ after });
const call = caller(server);
const { errorsOf } = publishedOpenApi();

/** An event in short: who, what, and of what it is the result. */
function short({ source, action, observation, args, extras, cause }: Answer["body"]): string {
  const state = args?.agent_state ?? extras?.agent_state ?? args?.recall_type ?? extras?.recall_type;
  const name = action ?? `${observation} observation`;
  return [source, name, ...(state === undefined ? [] : [state]), ...(cause === undefined ? [] : [`<- ${cause}`])].join(
    " ",
  );
}

/** Every event of a log is as the contract says, in Zod and in what is published. */
function assertContract(events: readonly Answer["body"][]): void {
  assert.deepEqual(
    events.map(({ id }) => id),
    range(events.length - 1),
  );
  for (const event of events) {
    assert.deepEqual(errorsOf(pointer("components", "schemas", "Event"), event), [], JSON.stringify(event));
    assert.deepEqual(Event.parse(event), event);
  }
}

async function model(llm_model: string | null): Promise<void> {
  assert.equal((await call("POST", "/api/settings", { body: { llm_model } })).status, 200);
}

describe("the first messages", () => {
  test("a conversation without one waits for it", async () => {
    const id = await createConversation(call);
    const events = await untilState(call, id, "awaiting_user_input");
    assert.deepEqual(events.map(short), [
      "environment agent_state_changed observation loading",
      "agent system",
      "environment change_agent_state awaiting_user_input",
      "environment agent_state_changed observation awaiting_user_input",
    ]);
    assertContract(events);
  });

  test("a conversation with one answers it, then a later one", async () => {
    const id = await createConversation(call, { initial_user_msg: "hello" });
    await untilState(call, id, "awaiting_user_input");
    await say(call, id, "think: Hm");
    const events = await untilState(call, id, "finished");
    assert.deepEqual(events.map(short), [
      "environment agent_state_changed observation loading",
      "agent system",
      "user message",
      "environment change_agent_state running",
      "user recall workspace_context <- 2",
      "environment agent_state_changed observation running",
      "environment recall observation workspace_context <- 4",
      "agent message",
      "environment agent_state_changed observation awaiting_user_input",
      "user message",
      "environment change_agent_state running",
      "user recall knowledge <- 9",
      "environment agent_state_changed observation running",
      "environment null observation <- 11",
      "agent think",
      "agent think observation <- 14",
      "agent finish",
      "environment agent_state_changed observation finished",
    ]);
    assertContract(events);
    assert.equal(events[4].args.query, "hello");
    assert.match(events[7].args.content, /I am test\/tools, an agent without a language model.*llm_model/s);
  });

  test("a conversation that is started again says so, and not again how the agent is set up", async () => {
    const id = await createConversation(call);
    const { length } = await untilState(call, id, "awaiting_user_input");
    await call("POST", `/api/conversations/${id}/stop`);
    await call("POST", `/api/conversations/${id}/start`);
    await untilEvent(call, id, (event) => event.id === length + 3);
    const events = await untilState(call, id, "awaiting_user_input");
    assert.deepEqual(events.slice(length).map(short), [
      "environment agent_state_changed observation stopped",
      "environment agent_state_changed observation loading",
      "environment change_agent_state awaiting_user_input",
      "environment agent_state_changed observation awaiting_user_input",
    ]);
    assertContract(events);
  });
});

describe("test/tools", () => {
  test("carries out every kind of instruction, each with what came of it", async () => {
    const message = [
      "think: Where to begin?",
      "```write notes.txt\nmilk\n```",
      "```edit notes.txt\nmilk\n=======\nbread\n```",
      "read notes.txt",
      "```sh\ncat notes.txt; echo done >&2; exit 3\n```",
      "read missing.txt",
    ].join("\n");
    const id = await createConversation(call, { initial_user_msg: message });
    const events = (await untilState(call, id, "finished")).slice(8);
    assertContract(await allEvents(call, id));
    assert.deepEqual(events.map(short), [
      "agent think",
      "agent think observation <- 8",
      "agent write",
      "agent write observation <- 10",
      "agent edit",
      "agent edit observation <- 12",
      "agent read",
      "agent read observation <- 14",
      "agent run",
      "agent run observation <- 16",
      "agent read",
      "agent error observation <- 18",
      "agent finish",
      "environment agent_state_changed observation finished",
    ]);
    const [, thought, , , , edit, , read, , run, , error, finish] = events;
    assert.equal(thought.content, "Your thought has been logged.");
    assert.deepEqual(
      [edit.extras.old_content, edit.extras.new_content, edit.extras.prev_exist],
      ["milk\n", "bread\n", true],
    );
    assert.match(edit.extras.diff, /^-milk$/m);
    assert.equal(read.content, "bread\n");
    assert.deepEqual([run.content, run.success, run.extras.metadata.exit_code], ["bread\ndone\n", false, 3]);
    assert.equal(run.extras.metadata.working_dir, ".");
    assert.match(error.content, /missing\.txt/);
    assert.equal(finish.args.final_thought, "I carried out 6 instructions; 2 failed.");
  });
});

describe("an action of the user", () => {
  test("is carried out beside what the agent does", async () => {
    const id = await createConversation(call, { initial_user_msg: `\`\`\`sh\n${untilFile("go")}\n\`\`\`` });
    await untilEvent(call, id, ({ action }) => action === "run");
    const { body } = await act(call, id, "run", { command: "echo $((6*7))" });
    const observation = await untilEvent(call, id, ({ cause }) => cause === body.event_ids[0]);
    await act(call, id, "write", { path: "go", content: "" });
    const events = await untilState(call, id, "finished");
    assert.equal(short(observation), `user run observation <- ${body.event_ids[0]}`);
    assert.equal(observation.content, "42\n");
    assertContract(events);
  });

  test("comes after those before it", async () => {
    const id = await createConversation(call);
    const said = await Promise.all(range(4).map((index) => act(call, id, "run", { command: `echo ${index} >> log` })));
    const ids: number[] = said.map(({ body }) => body.event_ids[0]);
    await act(call, id, "read", { path: "log" });
    const { content } = await untilEvent(call, id, ({ observation }) => observation === "read");
    const order = ids.map((_, index) => index).toSorted((a, b) => (ids[a] ?? 0) - (ids[b] ?? 0));
    assert.equal(content, order.map((index) => `${index}\n`).join(""));
  });

  test("that cannot be carried out gives an error that says why", async () => {
    const id = await createConversation(call);
    await act(call, id, "read", { path: "../../../etc/passwd" });
    await act(call, id, "run", { command: "y", is_input: true });
    await act(call, id, "edit", { path: "x.txt", command: "str_replace", old_str: "a", new_str: "b" });
    await act(call, id, "run", { command: "true", cwd: "nowhere" });
    await untilEvent(call, id, (event) => event.observation === "error" && /nowhere/.test(event.content));
    const events = await allEvents(call, id);
    const errors = events.filter(({ observation }) => observation === "error");
    assert.equal(errors.length, 4);
    assert.match(errors[0].content, /leads out of the workspace/);
    assert.match(errors[1].content, /No command is waiting for input/);
    assert.ok(errors.every(({ source }) => source === "user"));
    assertContract(events);
  });

  test("that is hidden is in the log, hidden with what came of it", async () => {
    const id = await createConversation(call);
    await act(call, id, "run", { command: "echo secret", hidden: true });
    await untilEvent(call, id, ({ observation }) => observation === "run");
    const { body } = await call("GET", `/api/conversations/${id}/events?exclude_hidden=true&query=secret`);
    assert.deepEqual(body.events, []);
    assertContract(await allEvents(call, id));
  });

  test("may be a thought, which changes nothing", async () => {
    const id = await createConversation(call);
    await act(call, id, "think", { thought: "Hm" });
    const observation = await untilEvent(call, id, (event) => event.observation === "think");
    assert.equal(observation.source, "user");
  });
});

test("messages are answered one after the other, whenever they come", async () => {
  await model("test/echo");
  const id = await createConversation(call);
  const texts = range(11).map((index) => `message ${index}`);
  await Promise.all(texts.map((text) => say(call, id, text)));
  const answers = (events: Answer["body"][]) =>
    events.filter(({ source, action }) => source === "agent" && action === "message");
  await until(async () => answers(await allEvents(call, id)).length === texts.length);
  const events = await untilState(call, id, "awaiting_user_input");
  const questions = events.filter(({ source, action }) => source === "user" && action === "message");
  assert.deepEqual(
    answers(events).map(({ args }) => args.content),
    questions.map(({ args }) => args.content),
  );
  assertContract(events);
  await model(null);
});

describe("the model", () => {
  test("is the one that the user's settings name at the moment", async () => {
    const id = await createConversation(call, { initial_user_msg: "hello" });
    await untilState(call, id, "awaiting_user_input");
    await model("test/echo");
    await say(call, id, "hello again");
    const answer = await untilEvent(
      call,
      id,
      ({ source, args }) => source === "agent" && args?.content === "hello again",
    );
    assert.equal(answer.args.wait_for_response, true);
    await model(null);
  });

  for (const [what, name] of [
    ["exists nowhere", "test/nonsense"],
    ["is in the catalogue only", catalogueModels[0] ?? ""],
  ] as const)
    test(`that ${what} is said to be the reason of the error, with the models that run instead`, async () => {
      await model(name);
      const id = await createConversation(call, { initial_user_msg: "hello" });
      const { extras } = (await untilState(call, id, "error")).at(-1);
      assert.match(
        extras.reason,
        new RegExp(
          `${RegExp.escape(name)} does not run on this server\\. Set llm_model to one that does: (test/\\w+, )*test/\\w+\\.`,
        ),
      );
      await model(null);
    });

  test("that does not run can be mended for the next message", async () => {
    await model("test/nonsense");
    const id = await createConversation(call, { initial_user_msg: "hello" });
    await untilState(call, id, "error");
    await model("test/echo");
    await say(call, id, "hello again");
    const events = await untilState(call, id, "awaiting_user_input");
    assert.ok(events.some(({ source, args }) => source === "agent" && args?.content === "hello again"));
    assertContract(events);
    await model(null);
  });
});
