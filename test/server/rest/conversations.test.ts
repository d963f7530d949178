import assert from "node:assert/strict";
import { access, mkdir, readFile, readdir, symlink } from "node:fs/promises";
import { join } from "node:path";
import { after, test } from "node:test";
import { pathToFileURL } from "node:url";
import { allEvents, caller, createConversation, perform, until } from "../../support/api.ts";
import { isRunning } from "../../support/processes.ts";
import { assertRefused } from "../../support/refusal.ts";
import type { Place } from "../../support/refusal.ts";
import { openSocket } from "../../support/socket.ts";
import { startServer, temporaryFolder } from "../../support/start-server.ts";
import { plantRepository } from "../runtime/temporary.ts";

const server = await startServer({ after });
const call = caller(server);
const workspaces = join(server.dataDir, "workspaces");
const repositories = await temporaryFolder({ after });
const repository = pathToFileURL(join(repositories, "project")).href;
await plantRepository(join(repositories, "project"));
await mkdir(join(repositories, "no-repository"));
await symlink(workspaces, join(repositories, "link-to-workspaces"));

const create = (body: unknown) => call("POST", "/api/conversations", { body });
const get = async (id: string) => (await call("GET", `/api/conversations/${id}`)).body;
const listed = async (query = "limit=100") => (await call("GET", `/api/conversations?${query}`)).body.results;
const idsOf = (conversations: readonly { conversation_id: string }[]) =>
  conversations.map(({ conversation_id }) => conversation_id);

test("a conversation is created, starts, and is told completely", async () => {
  const { status, body } = await create({});
  const id: string = body.conversation_id;
  assert.equal(status, 200);
  assert.match(id, /^[0-9a-f]{32}$/);
  assert.deepEqual(body, {
    success: true,
    status: "ok",
    conversation_id: id,
    message: null,
    conversation_status: "STARTING",
  });
  await until(async () => (await get(id)).status === "RUNNING");
  const { created_at, last_updated_at, ...rest } = await get(id);
  assert.ok(Date.parse(created_at) <= Date.parse(last_updated_at));
  assert.deepEqual(rest, {
    conversation_id: id,
    title: `Conversation ${id.slice(0, 5)}`,
    status: "RUNNING",
    runtime_status: "STATUS$READY",
    selected_repository: null,
    selected_branch: null,
    git_provider: null,
    trigger: "openhands_api",
    num_connections: 0,
    url: `/api/conversations/${id}`,
    session_api_key: null,
    pr_number: [],
    conversation_version: "V0",
    sub_conversation_ids: [],
  });
  const { last_updated_at: _, ...inList } = (await listed()).find(
    (found: { conversation_id: string }) => found.conversation_id === id,
  );
  assert.deepEqual(inList, { ...rest, created_at }, "the agent may have said something since");
});

test("a conversation can begin with nothing but nulls", async () => {
  assert.equal((await create({ repository: null, selected_branch: null, initial_user_msg: null })).status, 200);
});

test("the first message is answered", async () => {
  const id = await createConversation(call, { initial_user_msg: "Hello, 🎉!" });
  await until(async () =>
    (await allEvents(call, id)).some(({ action, source }) => action === "message" && source === "agent"),
  );
  const said = (await allEvents(call, id)).find(({ action, source }) => action === "message" && source === "user");
  assert.equal(said.args.content, "Hello, 🎉!");
});

const badCreations: readonly { body: unknown; places: Place[] }[] = [
  { body: { repository: 1 }, places: ["body.repository"] },
  { body: { repository: "" }, places: ["body.repository"] },
  { body: { repository: `https://a/${"x".repeat(2048)}` }, places: ["body.repository"] },
  { body: { selected_branch: "" }, places: ["body.selected_branch"] },
  { body: { initial_user_msg: ["a"] }, places: ["body.initial_user_msg"] },
  { body: { initial_message: "a" }, places: ["body.initial_message"] },
];

for (const { body, places } of badCreations) {
  test(`a conversation is not created: ${JSON.stringify(body).slice(0, 60)}`, async () => {
    await leavesNothing(async () => assertRefused(await create(body), 400, "validation_failed", places));
  });
}

test("a repository is cloned into the workspace, at its default branch", async () => {
  const id = await createConversation(call, { repository });
  const { selected_repository, selected_branch, status } = await get(id);
  assert.deepEqual(
    { selected_repository, selected_branch, status },
    { selected_repository: repository, selected_branch: "main", status: "RUNNING" },
  );
  assert.deepEqual((await call("GET", `/api/conversations/${id}/list-files`)).body, ["README.md"]);
});

test("a repository is cloned at the branch that was asked for", async () => {
  const id = await createConversation(call, { repository, selected_branch: "side" });
  assert.equal((await get(id)).selected_branch, "side");
  assert.deepEqual((await call("GET", `/api/conversations/${id}/list-files`)).body, ["README.md", "side.txt"]);
  const { content } = await perform(call, id, { action: "run", args: { command: "git branch --show-current" } });
  assert.equal(content, "side\n");
});

const local = (...names: string[]) => pathToFileURL(join(repositories, ...names)).href;
const badRepositories = [
  { name: "an absent folder", repository: local("absent") },
  { name: "a folder that is no repository", repository: local("no-repository") },
  { name: "a file of the repository", repository: local("project", "README.md") },
  { name: "a path", repository: join(repositories, "project") },
  { name: "plain http", repository: "http://127.0.0.1:9/a.git" },
  { name: "ssh", repository: "git@host.example:team/project.git" },
  { name: "a transport that runs programs", repository: "ext::sh -c date" },
  { name: "an option", repository: "--upload-pack=date" },
  { name: "a host that refuses", repository: "https://127.0.0.1:9/a.git" },
  { name: "no URL", repository: "project" },
  { name: "an absent branch", repository, selected_branch: "absent" },
  { name: "a branch that is an option", repository, selected_branch: "--help" },
  { name: "a branch that is a pattern", repository, selected_branch: "*" },
  { name: "a tag-like reference", repository, selected_branch: "refs/heads/main" },
  { name: "a branch with a space", repository, selected_branch: "ma in" },
];

for (const { name, ...body } of badRepositories) {
  test(`a repository that cannot be cloned leaves nothing behind: ${name}`, async () => {
    await leavesNothing(async () => {
      const answer = await create(body);
      assertRefused(answer, 400, "repository_unavailable", ["body.repository"]);
      assert.ok(!answer.body.error.includes("fatal:"), "git's own text is not passed on");
    });
  });
}

test("another conversation's workspace is no repository, by no name", async () => {
  const id = await createConversation(call, { repository });
  for (const url of [pathToFileURL(join(workspaces, id)).href, local("link-to-workspaces", id)]) {
    await leavesNothing(async () => assertRefused(await create({ repository: url }), 400, "repository_unavailable"));
  }
});

async function leavesNothing(work: () => Promise<void>): Promise<void> {
  const state = async () => [
    await listed(),
    (await readdir(workspaces)).toSorted(),
    (await readdir(repositories)).toSorted(),
  ];
  const before = await state();
  await work();
  assert.deepEqual(await state(), before);
}

test("the sockets of a conversation are counted, in the list too", async () => {
  const id = await createConversation(call);
  const socket = openSocket(server, id);
  await socket.next(({ status }) => status === "replay_complete");
  const inList = async () =>
    (await listed()).find((found: { conversation_id: string }) => found.conversation_id === id).num_connections;
  assert.deepEqual([(await get(id)).num_connections, await inList()], [1, 1]);
  socket.close();
  await until(async () => (await get(id)).num_connections === 0);
  assert.equal(await inList(), 0);
});

test("a title is changed, without the space around it", async () => {
  const id = await createConversation(call);
  const before = await get(id);
  const { status, body } = await call("PATCH", `/api/conversations/${id}`, { body: { title: "  Fix the test 🎉 " } });
  assert.deepEqual([status, body], [200, { success: true }]);
  const renamed = await get(id);
  assert.equal(renamed.title, "Fix the test 🎉");
  assert.ok(renamed.last_updated_at >= before.last_updated_at);
});

for (const body of [{}, { title: "" }, { title: "  " }, { title: "x".repeat(201) }, { title: null }, { title: 1 }]) {
  test(`a title is refused: ${JSON.stringify(body).slice(0, 30)}`, async () => {
    const id = await createConversation(call);
    assertRefused(await call("PATCH", `/api/conversations/${id}`, { body }), 400, "validation_failed", ["body.title"]);
    assert.equal((await get(id)).title, `Conversation ${id.slice(0, 5)}`);
  });
}

test("a request to rename that holds more than a title is refused", async () => {
  const id = await createConversation(call);
  assertRefused(
    await call("PATCH", `/api/conversations/${id}`, { body: { title: "a", status: "b" } }),
    400,
    "validation_failed",
    ["body.status"],
  );
});

test("a deleted conversation is gone with its events, its workspace and its commands", async () => {
  const id = await createConversation(call, { initial_user_msg: "Hello." });
  const pid = await beginCommand(id);
  const { status, body } = await call("DELETE", `/api/conversations/${id}`);
  assert.deepEqual([status, body], [200, { success: true }]);
  assert.equal(await isRunning(pid), false);
  for (const path of ["", "/events", "/list-files"])
    assertRefused(await call("GET", `/api/conversations/${id}${path}`), 404, "conversation_not_found");
  assertRefused(await call("DELETE", `/api/conversations/${id}`), 404, "conversation_not_found");
  assert.ok(!idsOf(await listed()).includes(id));
  await assert.rejects(access(join(workspaces, id)), { code: "ENOENT" });
});

test("a stopped conversation runs nothing any more, and keeps its events and files", async () => {
  const id = await createConversation(call);
  const pid = await beginCommand(id);
  const { status, body } = await call("POST", `/api/conversations/${id}/stop`);
  assert.deepEqual(
    [status, body],
    [
      200,
      {
        success: true,
        status: "ok",
        conversation_id: id,
        message: "The conversation has been stopped.",
        conversation_status: "STOPPED",
      },
    ],
  );
  assert.equal(await isRunning(pid), false);
  const conversation = await get(id);
  assert.deepEqual(
    [conversation.status, conversation.runtime_status, conversation.url],
    ["STOPPED", "STATUS$STOPPED", null],
  );
  assert.ok((await call("GET", `/api/conversations/${id}/list-files`)).body.includes("pid"));
  const last = (await allEvents(call, id)).at(-1);
  assert.deepEqual([last.observation, last.extras.agent_state], ["agent_state_changed", "stopped"]);
});

test("a stop ends a command of the user that began before the agent's last turn", async () => {
  const id = await createConversation(call);
  const pid = await beginCommand(id);
  await call("POST", `/api/conversations/${id}/message`, { body: { message: "Hello." } });
  await until(async () =>
    (await allEvents(call, id)).some(({ action, source }) => action === "message" && source === "agent"),
  );
  assert.equal((await call("POST", `/api/conversations/${id}/stop`)).status, 200);
  assert.equal(await isRunning(pid), false);
});

test("a stopped conversation takes no messages and no actions until it is started again", async () => {
  const id = await createConversation(call);
  await call("POST", `/api/conversations/${id}/stop`);
  const events = await allEvents(call, id);
  const message = () => call("POST", `/api/conversations/${id}/message`, { body: { message: "Hello." } });
  assertRefused(await message(), 409, "conversation_not_running");
  for (const action of [
    { action: "message", args: { content: "Hello." } },
    { action: "run", args: { command: "touch never" } },
    { action: "change_agent_state", args: { agent_state: "stopped" } },
  ]) {
    assertRefused(
      await call("POST", `/api/conversations/${id}/events`, { body: action }),
      409,
      "conversation_not_running",
    );
  }
  assert.deepEqual(await allEvents(call, id), events);

  const started = await call("POST", `/api/conversations/${id}/start`, { body: { providers_set: ["github"] } });
  assert.equal(started.status, 200);
  assert.match(started.body.conversation_status, /^(STARTING|RUNNING)$/);
  await until(async () => (await get(id)).status === "RUNNING");
  assert.equal((await message()).status, 200);
  await until(async () =>
    (await allEvents(call, id)).some(({ action, source }) => action === "message" && source === "agent"),
  );
});

test("stopping what is stopped and starting what runs changes nothing", async () => {
  const id = await createConversation(call);
  const running = await allEvents(call, id);
  assert.equal((await call("POST", `/api/conversations/${id}/start`)).body.conversation_status, "RUNNING");
  assert.deepEqual(await allEvents(call, id), running);
  await call("POST", `/api/conversations/${id}/stop`);
  const stopped = await allEvents(call, id);
  assert.equal((await call("POST", `/api/conversations/${id}/stop`)).body.conversation_status, "STOPPED");
  assert.deepEqual(await allEvents(call, id), stopped);
});

test("a conversation that is started by several at once begins once", async () => {
  const id = await createConversation(call);
  await call("POST", `/api/conversations/${id}/stop`);
  const before = (await allEvents(call, id)).length;
  await Promise.all(Array.from({ length: 5 }, () => call("POST", `/api/conversations/${id}/start`)));
  await call("POST", `/api/conversations/${id}/message`, { body: { message: "Hello." } });
  const since = async () => (await allEvents(call, id)).slice(before);
  await until(async () => (await since()).some(({ action, source }) => action === "message" && source === "agent"));
  const loading = (await since()).filter(({ extras }) => extras?.agent_state === "loading");
  const answers = (await since()).filter(({ action, source }) => action === "message" && source === "agent");
  assert.deepEqual([loading.length, answers.length], [1, 1]);
});

test("a start is refused for a git host that is none", async () => {
  const id = await createConversation(call);
  const refused = await call("POST", `/api/conversations/${id}/start`, { body: { providers_set: ["sourceforge"] } });
  assertRefused(refused, 400, "validation_failed", ["body.providers_set.0"]);
});

test("conversations are listed newest first, page by page, while others come and go", async () => {
  const ids: string[] = [];
  for (let count = 0; count < 5; count += 1) {
    ids.unshift(await createConversation(call));
  }
  const first = (await call("GET", "/api/conversations?limit=2")).body;
  assert.deepEqual(idsOf(first.results), ids.slice(0, 2));
  await createConversation(call);
  await call("DELETE", `/api/conversations/${ids[1]}`);
  const second = (await call("GET", `/api/conversations?limit=2&page_id=${first.next_page_id}`)).body;
  assert.deepEqual(idsOf(second.results), ids.slice(2, 4));
  const third = (await call("GET", `/api/conversations?limit=1&page_id=${second.next_page_id}`)).body;
  assert.deepEqual(idsOf(third.results), ids.slice(4));
});

test("the list is filtered by repository and by what began a conversation", async () => {
  const withRepository = await createConversation(call, { repository });
  const login = await call("POST", "/api/login", { key: null, body: { api_key: server.key } });
  const headers = { Cookie: login.headers.getSetCookie()[0]?.split(";")[0] ?? "", Origin: server.url };
  const byBrowser = (await call("POST", "/api/conversations", { key: null, headers, body: {} })).body.conversation_id;
  const all = await listed();
  const of = (field: string, value: string) => all.filter((found: Record<string, unknown>) => found[field] === value);
  assert.ok(idsOf(of("selected_repository", repository)).includes(withRepository));
  assert.deepEqual(idsOf(of("trigger", "gui")), [byBrowser]);
  const query = (fields: Record<string, string>) => listed(String(new URLSearchParams({ limit: "100", ...fields })));
  assert.deepEqual(
    idsOf(await query({ selected_repository: repository })),
    idsOf(of("selected_repository", repository)),
  );
  assert.deepEqual(idsOf(await query({ conversation_trigger: "gui" })), [byBrowser]);
  assert.deepEqual(await query({ conversation_trigger: "gui", selected_repository: repository }), []);
  assert.deepEqual(await query({ selected_repository: "https://git.example/other.git" }), []);
  assert.deepEqual(await query({ selected_repository: "" }), []);
  assert.deepEqual(idsOf(await query({ include_sub_conversations: "true" })), idsOf(all));
});

const badQueries: readonly { query: string; places: Place[] }[] = [
  { query: "limit=0", places: ["query.limit"] },
  { query: "limit=101", places: ["query.limit"] },
  { query: "limit=-1", places: ["query.limit"] },
  { query: "limit=", places: ["query.limit"] },
  { query: "limit=ten", places: ["query.limit"] },
  { query: "limit=1.5", places: ["query.limit"] },
  { query: "limit=0x10", places: ["query.limit"] },
  { query: "limit=1e1", places: ["query.limit"] },
  { query: "limit=+1", places: ["query.limit"] },
  { query: "limit=%201", places: ["query.limit"] },
  { query: "limit=99999999999999999999", places: ["query.limit", "query.limit"] },
  { query: "limit=1&limit=2", places: ["query.limit"] },
  { query: "page_id=", places: ["query.page_id"] },
  { query: "page_id=nonsense", places: ["query.page_id"] },
  { query: `page_id=${"x".repeat(513)}`, places: ["query.page_id"] },
  { query: "page_id=a&page_id=b", places: ["query.page_id"] },
  { query: `page_id=${pageId("2026-01-01T00:00:00.000Z", "x")}`, places: ["query.page_id"] },
  { query: `page_id=${pageId("yesterdayZ", "0".repeat(32))}`, places: ["query.page_id"] },
  { query: `page_id=${pageId("2026-01-01T00:00:00.000Z", "0".repeat(32))}!`, places: ["query.page_id"] },
  { query: "conversation_trigger=nobody", places: ["query.conversation_trigger"] },
  { query: "conversation_trigger=", places: ["query.conversation_trigger"] },
  { query: "selected_repository=a&selected_repository=b", places: ["query.selected_repository"] },
  { query: "include_sub_conversations=yes", places: ["query.include_sub_conversations"] },
  { query: "include_sub_conversations=", places: ["query.include_sub_conversations"] },
  { query: "include_sub_conversations=TRUE", places: ["query.include_sub_conversations"] },
  { query: "limit=a&page_id=", places: ["query.page_id", "query.limit"] },
];

for (const { query, places } of badQueries) {
  test(`a list is refused: ${query.slice(0, 60)}`, async () => {
    assertRefused(await call("GET", `/api/conversations?${query}`), 400, "validation_failed", places);
  });
}

test("parameters that are not of the operation are ignored", async () => {
  assert.equal((await call("GET", "/api/conversations?nonsense=1&nonsense=2&limit=1")).status, 200);
});

test("whatever was asked, the server never failed", () => {
  assert.doesNotMatch(server.output(), /"level":(50|60)/);
});

function pageId(createdAt: string, id: string): string {
  return Buffer.from(`${createdAt} ${id}`).toString("base64url");
}

/** Begins a command that would take long. @returns the process id of something that it has started */
async function beginCommand(id: string): Promise<number> {
  const command = "trap '' TERM; sleep 300 & echo $! > pid.part && mv pid.part pid; wait";
  await call("POST", `/api/conversations/${id}/events`, { body: { action: "run", args: { command } } });
  const file = join(workspaces, id, "pid");
  await until(() =>
    access(file).then(
      () => true,
      () => false,
    ),
  );
  const pid = Number(await readFile(file, "utf8"));
  assert.equal(await isRunning(pid), true);
  return pid;
}
