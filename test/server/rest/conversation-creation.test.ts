import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { readFile, readdir } from "node:fs/promises";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { after, describe, test } from "node:test";
import { pathToFileURL } from "node:url";
import { allEvents, caller, createConversation, perform, until } from "../../support/api.ts";
import type { Answer } from "../../support/api.ts";
import { addUser } from "../../support/cli.ts";
import { say, untilEvent, untilState } from "../../support/conversation.ts";
import { assertRefused } from "../../support/refusal.ts";
import type { Place } from "../../support/refusal.ts";
import { startServer, temporaryFolder } from "../../support/start-server.ts";
import { plantRepository } from "../runtime/temporary.ts";

const server = await startServer({ after });
const call = caller(server);
/** A server whose operator lets clients choose the ids of conversations. */
const open = await startServer({ after }, { env: { ALLOW_SET_CONVERSATION_ID: "1" } });
const callOpen = caller(open);
const repositories = await temporaryFolder({ after });
const repository = pathToFileURL(join(repositories, "project")).href;
await plantRepository(join(repositories, "project"));

const create = (body: unknown) => call("POST", "/api/conversations", { body });
const get = async (id: string) => (await call("GET", `/api/conversations/${id}`)).body;
const trajectoryOf = async (id: string): Promise<Answer["body"][]> =>
  (await call("GET", `/api/conversations/${id}/trajectory`)).body.trajectory;
const messages = (events: readonly Answer["body"][], source: string) =>
  events.filter((event) => event.action === "message" && event.source === source);
const firstMessage = async (id: string) => messages(await allEvents(call, id), "user")[0]?.args;

const task = {
  git_provider: "github",
  task_type: "FAILING_CHECKS",
  repo: "team/project",
  issue_number: 42,
  title: "Fix the flaky test",
};
const said = {
  id: 0,
  timestamp: "2026-11-22T10:15:30.123Z",
  source: "user",
  message: "Hello.",
  action: "message",
  args: { content: "Hello.", file_urls: null, image_urls: null, wait_for_response: false, security_risk: -1 },
};

describe("the first message", () => {
  test("has the images that come with the text", async () => {
    const image_urls = ["https://images.example/a.png", "data:image/png;base64,AAAA"];
    const id = await createConversation(call, { initial_user_msg: "Look.", image_urls });
    const { content, image_urls: sent } = await firstMessage(id);
    assert.deepEqual([content, sent], ["Look.", image_urls]);
  });

  test("is the images alone where there is no text", async () => {
    const image_urls = ["https://images.example/a.png"];
    const id = await createConversation(call, { image_urls, initial_user_msg: null });
    const { content, image_urls: sent } = await firstMessage(id);
    assert.deepEqual([content, sent], ["", image_urls]);
  });

  test("is none where there is neither text nor image", async () => {
    const { body } = await create({ image_urls: [], initial_user_msg: "" });
    const events = await untilState(call, body.conversation_id, "awaiting_user_input");
    assert.deepEqual(messages(events, "user"), []);
  });

  test("opens the log together with the conversation itself", async () => {
    const { body } = await create({ initial_user_msg: "Hello." });
    const opening = (await allEvents(call, body.conversation_id)).slice(0, 3);
    assert.deepEqual(
      opening.map(({ action, observation, source }) => [action ?? observation, source]),
      [
        ["agent_state_changed", "environment"],
        ["system", "agent"],
        ["message", "user"],
      ],
    );
  });
});

describe("a suggested task", () => {
  const prompts = new Map<string, string>();
  for (const task_type of [
    "MERGE_CONFLICTS",
    "FAILING_CHECKS",
    "UNRESOLVED_COMMENTS",
    "OPEN_ISSUE",
    "OPEN_PR",
    "CREATE_MICROAGENT",
  ]) {
    test(`becomes a prompt: ${task_type}`, async () => {
      const id = await createConversation(call, { suggested_task: { ...task, task_type }, initial_user_msg: null });
      const { content } = await firstMessage(id);
      for (const part of ["#42", "team/project", "Fix the flaky test", "github"])
        assert.ok(content.includes(part), part);
      prompts.set(task_type, content);
      assert.equal((await get(id)).trigger, "suggested_task");
    });
  }

  test("has a prompt of its own for each type", () => {
    assert.equal(new Set(prompts.values()).size, 6);
  });

  test("does not swallow what the user says", async () => {
    const id = await createConversation(call, { suggested_task: task, initial_user_msg: "Begin with the unit tests." });
    assert.match(
      (await firstMessage(id)).content,
      /^This is about #42 of team\/project.*\n\nBegin with the unit tests\.$/s,
    );
  });
});

describe("what a conversation is about", () => {
  test("a microagent's repository is the conversation's", async () => {
    const create_microagent = { repo: repository, git_provider: "gitlab", title: "Unused" };
    const { selected_repository, git_provider, trigger } = await get(
      await createConversation(call, { create_microagent }),
    );
    assert.deepEqual([selected_repository, git_provider, trigger], [repository, "gitlab", "microagent_management"]);
  });

  test("a repository of its own comes before a microagent's", async () => {
    const create_microagent = { repo: "file:///nonexistent", git_provider: "gitlab" };
    const id = await createConversation(call, { create_microagent, repository, git_provider: "github" });
    const { selected_repository, git_provider } = await get(id);
    assert.deepEqual([selected_repository, git_provider], [repository, "github"]);
  });

  test("a git provider is shown, in the list too", async () => {
    const id = await createConversation(call, { git_provider: "azure_devops" });
    assert.equal((await get(id)).git_provider, "azure_devops");
    const { results } = (await call("GET", "/api/conversations?limit=100")).body;
    const inList = results.find((found: Answer["body"]) => found.conversation_id === id);
    assert.equal(inList.git_provider, "azure_devops");
  });
});

describe("instructions and MCP servers", () => {
  test("instructions are recalled with the first message", async () => {
    const id = await createConversation(call, {
      conversation_instructions: "Answer in one sentence.",
      initial_user_msg: "Hello.",
    });
    const { extras } = await untilEvent(call, id, ({ observation }) => observation === "recall");
    assert.equal(extras.conversation_instructions, "Answer in one sentence.");
  });

  test("what is kept of them goes with the conversation", async () => {
    const before = await state();
    const { body } = await create({ conversation_instructions: "Answer in one sentence.", mcp_config: {} });
    assert.notDeepEqual(await state(), before);
    await call("DELETE", `/api/conversations/${body.conversation_id}`);
    assert.deepEqual(await state(), before);
  });

  test("a key of an MCP server is neither shown nor stored in clear", async () => {
    const key = randomBytes(16).toString("hex");
    const mcp_config = { shttp_servers: [{ url: "https://mcp.example/mcp", api_key: key }] };
    const id = await createConversation(call, { mcp_config, initial_user_msg: "Hello." });
    const events = await untilState(call, id, "awaiting_user_input");
    assert.ok(!JSON.stringify([await get(id), events]).includes(key));
    for (const name of await readdir(server.dataDir))
      if (name.startsWith("openhands.sqlite"))
        assert.ok(!(await readFile(join(server.dataDir, name))).includes(key), `${name} holds the key`);
    assert.ok(!server.output().includes(key));
  });
});

describe("a replay", () => {
  test("becomes the log, with ids, times and causes of its own, and nothing happens again", async () => {
    const original = await createConversation(call);
    await perform(call, original, { action: "run", args: { command: "echo hidden > hidden", hidden: true } });
    await perform(call, original, { action: "write", args: { path: "notes.txt", content: "one\n" } });
    await say(call, original, "```sh\necho shown > shown\n```");
    await untilState(call, original, "finished");
    const trajectory = await trajectoryOf(original);
    const id = await createConversation(call, { replay_json: JSON.stringify(trajectory) });
    const events = await allEvents(call, id);
    const replayed = events.slice(0, trajectory.length);
    const newIds = new Map(trajectory.map((event, index) => [event.id, index]));
    assert.deepEqual(
      replayed.map(({ timestamp: _timestamp, ...event }) => event),
      trajectory.map(({ timestamp: _timestamp, id: _id, cause, ...event }, index) => ({
        ...event,
        id: index,
        ...(newIds.has(cause) && { cause: newIds.get(cause) }),
      })),
    );
    assert.ok(replayed.every(({ timestamp }) => timestamp > trajectory.at(-1).timestamp));
    assert.deepEqual(
      events
        .slice(trajectory.length)
        .map(({ action, observation, extras, args }) => [action ?? observation, (extras ?? args).agent_state]),
      [
        ["agent_state_changed", "loading"],
        ["change_agent_state", "awaiting_user_input"],
        ["agent_state_changed", "awaiting_user_input"],
      ],
      "the agent is set up once, and waits",
    );
    assert.deepEqual((await call("GET", `/api/conversations/${id}/list-files`)).body, []);
  });

  test("goes on with the next message, and with no other", async () => {
    const trajectory = [said, { ...said, id: 7, message: "Anybody?", args: { ...said.args, content: "Anybody?" } }];
    const id = await createConversation(call, { replay_json: JSON.stringify(trajectory) });
    await say(call, id, "And now?");
    const events = await untilState(call, id, "awaiting_user_input");
    const [answered, ...others] = events.filter(({ action }) => action === "recall");
    assert.deepEqual([answered.args.query, others], ["And now?", []]);
  });

  test("is not taken up by a server that comes after one that was killed", async (t) => {
    const first = await startServer(t);
    const run = { ...said, id: 1, action: "run", message: "", args: { command: "touch never", hidden: false } };
    const body = { replay_json: JSON.stringify([said, withDefaults(run)]) };
    const id = await createConversation(caller(first), body);
    const before = await allEvents(caller(first), id);
    await first.stop("SIGKILL");
    const again = caller(await startServer(t, first));
    assert.deepEqual(await allEvents(again, id), before);
  });

  test("of nothing is an empty log", async () => {
    const id = await createConversation(call, { replay_json: "[]" });
    assert.equal((await allEvents(call, id))[0].extras.agent_state, "loading");
  });

  test("leaves out a cause that is not in it", async () => {
    const thought = { ...said, id: 3, cause: 1, action: "think", args: { thought: "x" } };
    const id = await createConversation(call, { replay_json: JSON.stringify([thought]) });
    const [replayed] = await allEvents(call, id);
    assert.deepEqual([replayed.id, "cause" in replayed, replayed.args], [0, false, { thought: "x" }]);
  });
});

function withDefaults(run: object & { args: object }): object {
  const args = {
    ...{ is_input: false, blocking: false, is_static: false, cwd: null },
    ...{ confirmation_state: "confirmed", security_risk: -1, thought: "" },
    ...run.args,
  };
  return { ...run, args };
}

const replay = (...events: readonly unknown[]) => ({ replay_json: JSON.stringify(events) });
const badCreations: readonly { name: string; body: object; places: readonly Place[] }[] = [
  { name: "an unknown git provider", body: { git_provider: "sourceforge" }, places: ["body.git_provider"] },
  { name: "an image that is no URL", body: { image_urls: ["a.png"] }, places: ["body.image_urls.0"] },
  { name: "an image behind a script", body: { image_urls: ["javascript:0"] }, places: ["body.image_urls.0"] },
  { name: "images that are no list", body: { image_urls: "https://a/b.png" }, places: ["body.image_urls"] },
  {
    name: "a task of no type",
    body: { suggested_task: { ...task, task_type: "X" } },
    places: ["body.suggested_task.task_type"],
  },
  {
    name: "a task without a number",
    body: { suggested_task: { ...task, issue_number: "4" } },
    places: ["body.suggested_task.issue_number"],
  },
  {
    name: "a microagent without a repository",
    body: { create_microagent: {} },
    places: ["body.create_microagent.repo"],
  },
  {
    name: "an MCP server that is no URL",
    body: { mcp_config: { sse_servers: [{ url: "x" }] } },
    places: ["body.mcp_config.sse_servers.0.url"],
  },
  {
    name: "unknown parts of an MCP configuration",
    body: { mcp_config: { servers: [] } },
    places: ["body.mcp_config.servers"],
  },
  {
    name: "instructions that are no text",
    body: { conversation_instructions: 1 },
    places: ["body.conversation_instructions"],
  },
  { name: "an id of its own", body: { conversation_id: "0".repeat(32) }, places: ["body.conversation_id"] },
  { name: "an id that is none", body: { conversation_id: "1" }, places: ["body.conversation_id"] },
  { name: "an id of null", body: { conversation_id: null }, places: ["body.conversation_id"] },
  { name: "a replay that is no JSON", body: { replay_json: "[" }, places: ["body.replay_json"] },
  { name: "an empty replay", body: { replay_json: "" }, places: ["body.replay_json"] },
  { name: "a replay that is no list", body: { replay_json: '{"trajectory":[]}' }, places: ["body.replay_json"] },
  {
    name: "a replay of other things",
    body: replay(1, null, []),
    places: ["body.replay_json.0", "body.replay_json.1", "body.replay_json.2"],
  },
  {
    name: "a replay with an unknown action",
    body: replay(said, { ...said, id: 1, action: "dance" }),
    places: ["body.replay_json.1.action"],
  },
  {
    name: "a replay with an unknown observation",
    body: replay({ ...said, action: undefined, observation: "dance" }),
    places: ["body.replay_json.0.observation"],
  },
  {
    name: "a replay with half an event",
    body: replay({ ...said, args: {} }),
    places: ["body.replay_json.0.args.content"],
  },
  { name: "a replay whose ids repeat", body: replay(said, said), places: ["body.replay_json.1.id"] },
  {
    name: "a replay with a message",
    body: { ...replay(said), initial_user_msg: "Hello." },
    places: ["body.replay_json"],
  },
  {
    name: "a replay with images",
    body: { ...replay(said), image_urls: ["https://a/b.png"] },
    places: ["body.replay_json"],
  },
  { name: "a replay with a task", body: { ...replay(said), suggested_task: task }, places: ["body.replay_json"] },
];

for (const { name, body, places } of badCreations) {
  test(`nothing is created of ${name}`, async () => {
    await leavesNothing(async () => assertRefused(await create(body), 400, "validation_failed", places));
  });
}

test("of a long list of mistakes in a replay, the first twenty are told", async () => {
  const answer = await create(replay(...Array.from({ length: 100 }, () => 1)));
  assert.equal(answer.status, 400);
  assert.equal(answer.body.details.length, 20);
});

test("nothing is created of a microagent's repository that cannot be read", async () => {
  const create_microagent = { repo: "file:///nonexistent" };
  await leavesNothing(async () =>
    assertRefused(await create({ create_microagent }), 400, "repository_unavailable", ["body.repository"]),
  );
});

describe("where clients may choose ids", () => {
  const newId = () => randomBytes(16).toString("hex");

  test("a conversation has the id that was chosen", async () => {
    const conversation_id = newId();
    assert.equal(await createConversation(callOpen, { conversation_id }), conversation_id);
  });

  test("an id is taken once, whoever has it, and what is there stays as it is", async () => {
    const conversation_id = await createConversation(callOpen, { conversation_id: newId(), initial_user_msg: "Mine." });
    const before = await untilState(callOpen, conversation_id, "awaiting_user_input");
    const stranger = await addUser(open, "stranger");
    for (const key of [open.key, stranger])
      assertRefused(
        await callOpen("POST", "/api/conversations", { key, body: { conversation_id, initial_user_msg: "Theirs." } }),
        409,
        "conversation_exists",
      );
    assert.deepEqual(await allEvents(callOpen, conversation_id), before);
    assert.deepEqual((await callOpen("GET", "/api/conversations", { key: stranger })).body.results, []);
  });

  test("of several who choose one id at once, one gets it", async () => {
    const conversation_id = newId();
    const answers = await Promise.all(
      Array.from({ length: 5 }, () => callOpen("POST", "/api/conversations", { body: { conversation_id } })),
    );
    const statuses = answers.map(({ status }) => status);
    assert.deepEqual(
      statuses.toSorted((a, b) => a - b),
      [200, 409, 409, 409, 409],
    );
  });

  test("an id can be chosen again once its conversation is deleted", async () => {
    const conversation_id = await createConversation(callOpen, { conversation_id: newId() });
    const deleting = callOpen("DELETE", `/api/conversations/${conversation_id}`);
    await until(
      async () => (await callOpen("POST", "/api/conversations", { body: { conversation_id } })).status === 200,
    );
    assert.equal((await deleting).status, 200);
    await until(async () => (await callOpen("GET", `/api/conversations/${conversation_id}`)).body.status === "RUNNING");
    assert.equal(
      (await perform(callOpen, conversation_id, { action: "write", args: { path: "a", content: "" } })).observation,
      "write",
    );
  });
});

/** Neither a row nor a folder, whatever was asked. */
async function leavesNothing(work: () => Promise<void>): Promise<void> {
  const before = await state();
  await work();
  assert.deepEqual(await state(), before);
}

async function state(): Promise<unknown> {
  const sqlite = new DatabaseSync(join(server.dataDir, "openhands.sqlite"), { readOnly: true });
  const counts = ["conversations", "conversation_setups"].map(
    (table) => sqlite.prepare(`SELECT count(*) AS rows FROM ${table}`).get()?.["rows"],
  );
  sqlite.close();
  return [counts, (await readdir(join(server.dataDir, "workspaces"))).toSorted()];
}
