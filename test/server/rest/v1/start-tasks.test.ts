import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { after, test } from "node:test";
import { pathToFileURL } from "node:url";
import { execa } from "execa";
import { allEvents, caller, until } from "../../../support/api.ts";
import type { Answer, Call } from "../../../support/api.ts";
import { assertRefused } from "../../../support/refusal.ts";
import { startServer, temporaryFolder } from "../../../support/start-server.ts";
import { startV1 } from "../../../support/v1-client.ts";
import { plant, plantRepository } from "../../runtime/temporary.ts";

const server = await startServer({ after });
const call = caller(server);

const sequence = [
  "WORKING",
  "WAITING_FOR_SANDBOX",
  "PREPARING_REPOSITORY",
  "RUNNING_SETUP_SCRIPT",
  "SETTING_UP_GIT_HOOKS",
  "SETTING_UP_SKILLS",
  "STARTING_CONVERSATION",
  "READY",
];

/** A repository whose main branch holds these files. @returns its URL */
async function repositoryWith(files: Record<string, string>): Promise<string> {
  const folder = join(await temporaryFolder({ after }), "project");
  await plantRepository(folder);
  await plant(folder, files);
  await execa("git", ["add", "."], { cwd: folder });
  await execa("git", ["commit", "--quiet", "-m", "More"], { cwd: folder });
  return pathToFileURL(folder).href;
}

/** Starts a conversation and waits for the end. @returns the task as it stays */
async function start(request: object, ask: Call = call): Promise<Answer["body"]> {
  const { body } = await ask("POST", "/api/v1/app-conversations/stream-start", { body: request });
  return body.at(-1);
}

test("a start is told state by state, each with what is known by then", async () => {
  const { status, headers, body } = await call("POST", "/api/v1/app-conversations/stream-start", { body: {} });
  assert.equal(status, 200);
  assert.match(headers.get("content-type") ?? "", /^application\/json/);
  assert.deepEqual(
    body.map((task: Answer["body"]) => task.status),
    sequence,
  );
  for (const [index, task] of body.entries()) {
    assert.equal(task.sandbox_id !== null, index >= 1, task.status);
    assert.equal(task.agent_server_url !== null, index >= 6, task.status);
    assert.equal(task.app_conversation_id !== null, index === 7, task.status);
    assert.equal(task.detail, null);
  }
  const [task] = (await call("GET", `/api/v1/app-conversations/start-tasks?ids=${body[0].id}`)).body;
  assert.deepEqual(task, body[7]);
  const info = await call("GET", `/api/conversations/${task.app_conversation_id}`);
  assert.deepEqual([info.status, info.body.conversation_version], [200, "V1"]);
});

test("what is said first is answered, and everything that was asked for is so", async () => {
  const model = "test/echo";
  const request = {
    initial_message: { content: [{ type: "text", text: "Say this again." }], run: false },
    ...{ llm_model: model, title: "My title", pr_number: [3], trigger: "slack", agent_type: "plan" },
    ...{ system_message_suffix: "Be brief.", processors: [{ kind: "SetTitleCallbackProcessor" }] },
    conversation_id: "6E1d2C3B-4a59-4687-8796-a5b4c3d2e1f0",
  };
  const { app_conversation_id: id, request: echo } = await start(request);
  assert.equal(id, "6e1d2c3b4a5946878796a5b4c3d2e1f0");
  assert.equal(echo.conversation_id, "6e1d2c3b-4a59-4687-8796-a5b4c3d2e1f0");
  assert.deepEqual(echo.processors, request.processors);
  const [conversation] = (await call("GET", `/api/v1/app-conversations?ids=${id}`)).body;
  const { title, llm_model, pr_number, trigger } = conversation;
  assert.deepEqual(
    { title, llm_model, pr_number, trigger },
    { title: "My title", llm_model: model, pr_number: [3], trigger: "slack" },
  );
  const said = async () =>
    (await allEvents(call, id)).filter(({ source, action }) => source === "agent" && action === "message");
  await until(async () => (await said()).length > 0);
  assert.match((await said())[0].args.content, /Say this again\./);
  const recalled = (await allEvents(call, id)).find(({ observation }) => observation === "recall");
  assert.match(recalled.extras.conversation_instructions, /PLAN\.md[^]*Be brief\./);
});

test("a repository is cloned on a branch of its own, set up, and its checks run before commits", async () => {
  const url = await repositoryWith({
    ".openhands/setup.sh": "echo ran > set-up.txt\n",
    ".openhands/pre-commit.sh": "#!/bin/sh\ntouch checked.txt\n! git diff --cached --name-only | grep -q forbidden\n",
  });
  const { sandbox_id, app_conversation_id } = await start({ selected_repository: url });
  const folder = join(server.dataDir, "workspaces", sandbox_id);
  const git = (...args: string[]) =>
    execa("git", ["-c", "user.name=T", "-c", "user.email=t@example.com", ...args], { cwd: folder, reject: false });
  assert.match((await git("branch", "--show-current")).stdout, /^openhands-workspace-/);
  assert.match((await git("status", "--short")).stdout, /set-up\.txt/);
  await plant(folder, { "allowed.txt": "", "forbidden.txt": "" });
  await git("add", "allowed.txt");
  assert.equal((await git("commit", "-m", "Allowed")).exitCode, 0);
  await git("add", "forbidden.txt");
  assert.notEqual((await git("commit", "-m", "Forbidden")).exitCode, 0);
  assert.match((await git("status", "--short")).stdout, /checked\.txt/);
  const { body } = await call("GET", `/api/conversations/${app_conversation_id}`);
  assert.deepEqual([body.selected_repository, body.selected_branch], [url, null]);
  const branched = await start({ selected_repository: url, selected_branch: "side" });
  assert.equal(branched.status, "READY");
});

test("a hook that was there before still runs, and is not lost when a second conversation starts", async () => {
  const sandbox = (await call("POST", "/api/v1/sandboxes")).body;
  const folder = join(server.dataDir, "workspaces", sandbox.id);
  await plant(folder, {
    ".openhands/pre-commit.sh": "#!/bin/sh\n",
    ".git/hooks/pre-commit": "#!/bin/sh\ntouch old.txt\n",
  });
  await execa("git", ["init", "--quiet"], { cwd: folder });
  await execa("chmod", ["+x", ".git/hooks/pre-commit"], { cwd: folder });
  for (const time of ["first", "second"]) assert.equal((await start({ sandbox_id: sandbox.id })).status, "READY", time);
  await execa("git", ["-c", "user.name=T", "-c", "user.email=t@e.x", "commit", "--allow-empty", "-m", "x"], {
    cwd: folder,
  });
  assert.match((await execa("git", ["status", "--short"], { cwd: folder })).stdout, /old\.txt/);
});

test("a setup that fails ends the start with its output, without the user's secrets", async () => {
  const secret = `npm_${randomBytes(16).toString("hex")}`;
  await call("POST", "/api/secrets", { body: { name: "NPM_TOKEN", value: secret } });
  const url = await repositoryWith({ ".openhands/setup.sh": `echo cannot go on with ${secret}\nexit 7\n` });
  const task = await start({ selected_repository: url });
  assert.equal(task.status, "ERROR");
  assert.match(task.detail, /^\.openhands\/setup\.sh ended with exit code 7\.[^]*cannot go on with <secret_hidden>/);
  assert.deepEqual([task.app_conversation_id, task.agent_server_url], [null, null]);
  const [sandbox] = (await call("GET", `/api/v1/sandboxes?id=${task.sandbox_id}`)).body;
  assert.equal(sandbox.status, "RUNNING", "where the user can see what is wrong");
});

for (const [what, request, detail] of [
  ["an unknown sandbox", { sandbox_id: "nowhere" }, /^Sandbox not found: nowhere$/],
  ["a repository that cannot be read", { selected_repository: "file:///nonexistent" }, /nonexistent|repository/],
  [
    "a name without a token",
    { selected_repository: "team/project", git_provider: "gitlab" },
    /^Missing either Git token/,
  ],
  ["a name without a provider", { selected_repository: "team/project" }, /^Missing either Git token/],
] as const)
  test(`${what} ends the start with what is wrong`, async () => {
    const task = await start(request);
    assert.deepEqual([task.status, task.app_conversation_id], ["ERROR", null]);
    assert.match(task.detail, detail);
  });

test("a paused sandbox is resumed, and the conversation starts in it", async () => {
  const sandbox = (await call("POST", "/api/v1/sandboxes")).body;
  await call("POST", `/api/v1/sandboxes/${sandbox.id}/pause`);
  const task = await start({ sandbox_id: sandbox.id });
  assert.deepEqual([task.status, task.sandbox_id], ["READY", sandbox.id]);
});

test("a sub-conversation has its parent's sandbox, is hidden unless asked for, and goes with its parent", async () => {
  const parent = await start({ llm_model: "test/echo" });
  const child = await start({ parent_conversation_id: parent.app_conversation_id });
  assert.deepEqual([child.sandbox_id, child.request.llm_model], [parent.sandbox_id, "test/echo"]);
  const [parentId, childId] = [parent.app_conversation_id, child.app_conversation_id];
  const [shown] = (await call("GET", `/api/v1/app-conversations?ids=${parentId}`)).body;
  assert.deepEqual(shown.sub_conversation_ids, [childId]);
  const ids = async (query: string) =>
    (await call("GET", `/api/v1/app-conversations/search?${query}`)).body.items.map(({ id }: { id: string }) => id);
  assert.ok(!(await ids("")).includes(childId));
  assert.ok((await ids("include_sub_conversations=true")).includes(childId));
  const v0 = async (query: string) =>
    (await call("GET", `/api/conversations?limit=100&${query}`)).body.results.map(
      ({ conversation_id }: { conversation_id: string }) => conversation_id,
    );
  assert.ok(!(await v0("")).includes(childId));
  assert.ok((await v0("include_sub_conversations=true")).includes(childId));
  await call("DELETE", `/api/conversations/${parentId}`);
  for (const id of [parentId, childId])
    assertRefused(await call("GET", `/api/conversations/${id}`), 404, "conversation_not_found");
  assert.deepEqual((await call("GET", `/api/v1/sandboxes?id=${parent.sandbox_id}`)).body, [null]);
  assert.deepEqual((await call("GET", `/api/v1/app-conversations/start-tasks?ids=${parent.id}`)).body, [null]);
});

test("what cannot be started is refused at once", async () => {
  const post = (body: object) => call("POST", "/api/v1/app-conversations", { body });
  const taken = (await startV1(call)).id;
  assertRefused(await post({ conversation_id: taken }), 409, "conversation_exists");
  assertRefused(await post({ parent_conversation_id: "0".repeat(32) }), 404, "conversation_not_found");
  assertRefused(await post({ initial_message: { role: "system", content: "x" } }), 400, "validation_failed", [
    "body.initial_message.role",
  ]);
  assertRefused(await post({ conversation_id: "nothing" }), 400, "validation_failed", ["body.conversation_id"]);
});

test("the same request with the same key starts one conversation", async () => {
  const headers = { "Idempotency-Key": randomBytes(8).toString("hex") };
  const before = (await call("GET", "/api/v1/app-conversations/start-tasks/count")).body;
  const answers = await Promise.all([1, 2].map(() => call("POST", "/api/v1/app-conversations", { headers, body: {} })));
  assert.deepEqual(answers[0]?.body, answers[1]?.body);
  assert.equal((await call("GET", "/api/v1/app-conversations/start-tasks/count")).body, before + 1);
});

test("a token in a repository's URL is shown nowhere and stored nowhere in the clear", async () => {
  const token = randomBytes(12).toString("hex");
  const task = await start({ selected_repository: `https://user:${token}@127.0.0.1:1/team/project.git` });
  assert.equal(task.status, "ERROR");
  assert.equal(task.request.selected_repository, "https://127.0.0.1:1/team/project.git");
  assert.ok(!JSON.stringify(task).includes(token));
  const { stdout } = await execa("grep", ["-rlF", token, server.dataDir], { reject: false });
  assert.equal(stdout, "");
  assert.ok(!server.output().includes(token));
});

test("tasks are found by what they have started and when, in every order, page by page", async () => {
  const search = async (query: string) =>
    (await call("GET", `/api/v1/app-conversations/start-tasks/search?${query}`)).body;
  const all = (await search("limit=100")).items;
  for (const [order, field, sign] of [
    ["CREATED_AT", "created_at", 1],
    ["CREATED_AT_DESC", "created_at", -1],
    ["UPDATED_AT", "updated_at", 1],
    ["UPDATED_AT_DESC", "updated_at", -1],
  ] as const) {
    const ids: string[] = [];
    const times: string[] = [];
    for (let next: string | null = ""; next !== null;) {
      const page: Answer["body"] = await search(`sort_order=${order}&limit=3${next && `&page_id=${next}`}`);
      for (const item of page.items) {
        ids.push(item.id);
        times.push(item[field]);
      }
      next = page.next_page_id;
    }
    assert.deepEqual(ids.toSorted(), all.map(({ id }: { id: string }) => id).toSorted(), order);
    assert.deepEqual(
      times,
      times.toSorted((a, b) => sign * a.localeCompare(b)),
      order,
    );
  }
  const [one] = all.filter(({ status }: { status: string }) => status === "READY");
  const found = await search(`conversation_id__eq=${one.app_conversation_id}`);
  assert.deepEqual(
    found.items.map(({ id }: { id: string }) => id),
    [one.id],
  );
  const from = all[1].created_at;
  const later = (await search(`created_at__gte=${from}`)).items;
  assert.ok(later.length >= 2 && later.every(({ created_at }: { created_at: string }) => created_at >= from));
  assert.equal(
    (await call("GET", `/api/v1/app-conversations/start-tasks/count?created_at__gte=${from}`)).body,
    later.length,
  );
  assertRefused(await call("GET", "/api/v1/app-conversations/start-tasks/search?page_id=5"), 400, "validation_failed", [
    "query.page_id",
  ]);
});

test("a start that the end of the server interrupts fails for good, and says so", async (t) => {
  const first = await startServer(t);
  const ask = caller(first);
  const marker = join(await temporaryFolder(t), "begun");
  const url = await repositoryWith({ ".openhands/setup.sh": `touch ${marker}\nsleep 600\n` });
  const { body } = await ask("POST", "/api/v1/app-conversations", { body: { selected_repository: url } });
  const taskOf = async (each: Call) =>
    (await each("GET", `/api/v1/app-conversations/start-tasks?ids=${body.id}`)).body[0];
  await until(async () => (await taskOf(ask)).status === "RUNNING_SETUP_SCRIPT");
  await first.stop("SIGKILL");
  const again = await startServer(t, { dataDir: first.dataDir, key: first.key });
  const task = await taskOf(caller(again));
  assert.equal(task.status, "ERROR");
  assert.match(task.detail, /server was restarted/);
});
