import assert from "node:assert/strict";
import { after, test } from "node:test";
import { allEvents, caller, createConversation, perform, until } from "../../support/api.ts";
import { addUser } from "../../support/cli.ts";
import { assertPublished, isStatus, statusesOf } from "../../support/frames.ts";
import { assertRefused } from "../../support/refusal.ts";
import { openSocket } from "../../support/socket.ts";
import { startServer } from "../../support/start-server.ts";

const env = { MAX_RUNNING_CONVERSATIONS: "2", ALLOW_SET_CONVERSATION_ID: "on" };
const server = await startServer({ after }, { env });
const call = caller(server);

const statusOf = async (id: string): Promise<string> => (await call("GET", `/api/conversations/${id}`)).body.status;
const listed = async (key = server.key) => (await call("GET", "/api/conversations?limit=100", { key })).body.results;
const runningIds = async (key = server.key): Promise<string[]> =>
  (await listed(key))
    .filter(({ status }: { status: string }) => status === "RUNNING" || status === "STARTING")
    .map(({ conversation_id }: { conversation_id: string }) => conversation_id);

/** Two conversations that run, the one in which something has happened last at the end. */
async function two(): Promise<[string, string]> {
  return [await createConversation(call), await createConversation(call)];
}

test("one more than may run stops the one that has been quiet the longest", async () => {
  const [older, newer] = await two();
  await perform(call, older, { action: "write", args: { path: "a", content: "" } });
  const third = await createConversation(call);
  assert.deepEqual(new Set(await runningIds()), new Set([older, third]));
  assert.equal(await statusOf(newer), "STOPPED");
});

test("a conversation that is stopped so says why, to its sockets and in its log", async () => {
  const [first] = await two();
  const socket = openSocket(server, first);
  await socket.next(isStatus("replay_complete"));
  await createConversation(call);
  const stopped = await socket.next((frame) => frame.observation?.extras.agent_state === "stopped");
  const [status, ...others] = statusesOf(socket.frames, "error");
  assertPublished(socket.frames);
  assert.deepEqual(others, []);
  assert.deepEqual(
    [status.code, status.request_id, stopped.observation.extras.reason],
    ["AGENT_ERROR$TOO_MANY_CONVERSATIONS", null, status.message],
  );
  assert.ok(socket.frames.indexOf(status) < socket.frames.indexOf(stopped));
  assert.match(status.message, /^No more than 2 of your conversations/);
  assert.equal(socket.raw.readyState, socket.raw.OPEN);
  socket.close();
  const message = { body: { message: "Hello." } };
  assertRefused(await call("POST", `/api/conversations/${first}/message`, message), 409, "conversation_not_running");
});

test("starting a stopped conversation makes room too; starting one that runs stops nothing", async () => {
  const [first, second] = await two();
  const third = await createConversation(call);
  assert.equal((await call("POST", `/api/conversations/${third}/start`)).status, 200);
  assert.deepEqual(new Set(await runningIds()), new Set([second, third]));
  assert.equal((await call("POST", `/api/conversations/${first}/start`)).status, 200);
  assert.deepEqual(new Set(await runningIds()), new Set([first, third]));
});

test("several who start one conversation at once stop one other at the most", async () => {
  const [first, second] = await two();
  const third = await createConversation(call);
  const starts = Array.from({ length: 5 }, () => call("POST", `/api/conversations/${first}/start`));
  for (const { status } of await Promise.all(starts)) assert.equal(status, 200);
  assert.deepEqual(new Set(await runningIds()), new Set([first, third]));
  assert.equal(await statusOf(second), "STOPPED");
});

test("a conversation that is not created makes no room", async () => {
  const [first, second] = await two();
  assertRefused(
    await call("POST", "/api/conversations", { body: { repository: "file:///nonexistent" } }),
    400,
    "repository_unavailable",
  );
  assertRefused(
    await call("POST", "/api/conversations", { body: { conversation_id: first } }),
    409,
    "conversation_exists",
  );
  assert.deepEqual(new Set(await runningIds()), new Set([first, second]));
});

test("the conversations of others do not count", async () => {
  const stranger = await addUser(server, "stranger");
  const own = await two();
  const theirs = [await createConversation(call, {}, stranger), await createConversation(call, {}, stranger)];
  assert.deepEqual(new Set(await runningIds()), new Set(own));
  assert.deepEqual(new Set(await runningIds(stranger)), new Set(theirs));
});

test("however many are begun at once, no more than the limit ever run", async () => {
  const stopped = await runningIds();
  for (const id of stopped) await call("POST", `/api/conversations/${id}/stop`);
  const counts: number[] = [];
  let begun = false;
  const watch = async () => {
    while (!begun) counts.push((await runningIds()).length);
  };
  const begin = [
    ...Array.from({ length: 10 }, () => call("POST", "/api/conversations", { body: { initial_user_msg: "Hello." } })),
    ...stopped.map((id) => call("POST", `/api/conversations/${id}/start`)),
  ];
  const watching = watch();
  const answers = await Promise.all(begin);
  begun = true;
  await watching;
  assert.ok(answers.every(({ status }) => status === 200));
  assert.ok(counts.length > 0 && Math.max(...counts) <= 2, counts.join(" "));
  assert.equal((await runningIds()).length, 2);
});

test("what was stopped to make room can be deleted, and runs nothing any more", async () => {
  const [first] = await two();
  await call("POST", `/api/conversations/${first}/events`, { body: { action: "run", args: { command: "sleep 300" } } });
  await until(async () => (await allEvents(call, first)).some(({ action }) => action === "run"));
  await createConversation(call);
  await createConversation(call);
  const last = (await allEvents(call, first)).at(-1);
  assert.deepEqual([await statusOf(first), last.extras.agent_state], ["STOPPED", "stopped"]);
  assert.equal((await call("DELETE", `/api/conversations/${first}`)).status, 200);
});
