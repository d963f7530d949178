import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { after, test } from "node:test";
import { allEvents, caller, createConversation, until } from "../../../support/api.ts";
import type { Answer } from "../../../support/api.ts";
import { addUser } from "../../../support/cli.ts";
import { assertRefused } from "../../../support/refusal.ts";
import { startServer } from "../../../support/start-server.ts";
import { startV1 } from "../../../support/v1-client.ts";

const server = await startServer({ after });
const call = caller(server);
const stranger = await addUser(server, "stranger");

const get = async (id: string): Promise<Answer["body"]> => (await call("GET", `/api/v1/sandboxes?id=${id}`)).body[0];
const sandboxOf = async (id: string): Promise<string> =>
  (await call("GET", `/api/v1/app-conversations?ids=${id}`)).body[0].sandbox_id;

test("a sandbox runs from its start, is shown as it is, and its key and URL while it runs", async () => {
  const { status, body } = await call("POST", "/api/v1/sandboxes");
  assert.deepEqual([status, body.status, body.sandbox_spec_id], [200, "RUNNING", "openhands-api/local"]);
  assert.deepEqual(body.exposed_urls, [
    { name: "AGENT_SERVER", url: server.url, port: Number(new URL(server.url).port) },
  ]);
  assert.match(body.session_api_key, /^oh_/);
  assert.deepEqual(await get(body.id), body);
  for (const time of ["first", "second"])
    assert.deepEqual((await call("POST", `/api/v1/sandboxes/${body.id}/pause`)).body, { success: true }, time);
  const paused = await get(body.id);
  assert.deepEqual([paused.status, paused.session_api_key, paused.exposed_urls], ["PAUSED", null, null]);
  await call("POST", `/api/v1/sandboxes/${body.id}/resume`);
  assert.deepEqual(await get(body.id), body, "with the same key");
});

test("specs are listed, found, and refused where there is none", async () => {
  const { items, next_page_id } = (await call("GET", "/api/v1/sandbox-specs/search")).body;
  assert.deepEqual([items.length, next_page_id], [1, null]);
  const [spec] = items;
  assert.equal(spec.working_dir, "/workspace/project");
  const { body } = await call("GET", `/api/v1/sandbox-specs?id=nothing&id=${encodeURIComponent(spec.id)}`);
  assert.deepEqual(body, [null, spec]);
  assert.equal((await call("POST", `/api/v1/sandboxes?sandbox_spec_id=${encodeURIComponent(spec.id)}`)).status, 200);
  assertRefused(await call("POST", "/api/v1/sandboxes?sandbox_spec_id=nothing"), 404, "sandbox_spec_not_found");
  assertRefused(await call("GET", "/api/v1/sandbox-specs/search?page_id=1"), 400, "validation_failed", [
    "query.page_id",
  ]);
});

test("pausing stops the agents and kills what they run; resuming goes on", async () => {
  const message = "```bash\nsleep 600; echo over\n```";
  const { id } = await startV1(call, { initial_message: { content: [{ type: "text", text: message }] } });
  const sandbox = await sandboxOf(id);
  const ran = async () => (await allEvents(call, id)).some(({ action }) => action === "run");
  await until(ran);
  await call("POST", `/api/v1/sandboxes/${sandbox}/pause`);
  assert.equal((await get(sandbox)).status, "PAUSED");
  const { body: stopped } = await call("GET", `/api/conversations/${id}`);
  assert.equal(stopped.status, "STOPPED");
  assertRefused(
    await call("POST", `/api/conversations/${id}/message`, { body: { message: "Hello?" } }),
    409,
    "conversation_not_running",
  );
  await call("POST", `/api/v1/sandboxes/${sandbox}/resume`);
  await until(async () => (await get(sandbox)).status === "RUNNING");
  const { status } = await call("POST", `/api/conversations/${id}/message`, { body: { message: "Are you there?" } });
  assert.equal(status, 200);
  const answered = async () => {
    const events = await allEvents(call, id);
    const asked = events.findIndex(({ args }) => args?.content === "Are you there?");
    return events.slice(asked + 1).some(({ source, action }) => source === "agent" && action === "message");
  };
  await until(answered);
});

test("a conversation that is stopped in V0 pauses its sandbox, which resumes it", async () => {
  const id = await createConversation(call);
  await call("POST", `/api/conversations/${id}/stop`);
  assert.equal((await get(id)).status, "PAUSED");
  await call("POST", `/api/v1/sandboxes/${id}/resume`);
  await until(async () => (await call("GET", `/api/conversations/${id}`)).body.status === "RUNNING");
  assert.equal((await get(id)).status, "RUNNING");
});

test("a sandbox is deleted with its conversations and its files", async () => {
  const { id } = await startV1(call);
  const sandbox = await sandboxOf(id);
  const folder = join(server.dataDir, "workspaces", sandbox);
  assert.ok(existsSync(folder));
  assertRefused(await call("DELETE", `/api/v1/sandboxes/${sandbox}?sandbox_id=another`), 400, "validation_failed", [
    "query.sandbox_id",
  ]);
  assert.deepEqual((await call("DELETE", `/api/v1/sandboxes/${sandbox}?sandbox_id=${sandbox}`)).body, {
    success: true,
  });
  assert.ok(!existsSync(folder));
  assertRefused(await call("GET", `/api/conversations/${id}`), 404, "conversation_not_found");
  for (const what of ["pause", "resume"])
    assertRefused(await call("POST", `/api/v1/sandboxes/${sandbox}/${what}`), 404, "sandbox_not_found");
});

test("a sandbox stays until the last conversation in it is deleted", async () => {
  const first = await startV1(call);
  const sandbox_id = await sandboxOf(first.id);
  const second = await startV1(call, { sandbox_id });
  await call("DELETE", `/api/conversations/${first.id}`);
  assert.equal((await get(sandbox_id)).status, "RUNNING");
  await call("DELETE", `/api/conversations/${second.id}`);
  assert.equal(await get(sandbox_id), null);
});

test("sandboxes are listed newest first, page by page, each user's own", async () => {
  const own: string[] = [];
  for (let count = 0; count < 3; count += 1)
    own.push((await call("POST", "/api/v1/sandboxes", { key: stranger })).body.id);
  const page = async (query: string) =>
    (await call("GET", `/api/v1/sandboxes/search?${query}`, { key: stranger })).body;
  const first = await page("limit=2");
  const second = await page(`limit=2&page_id=${first.next_page_id}`);
  const ids: string[] = [...first.items, ...second.items].map(({ id }) => id);
  assert.deepEqual(ids.toSorted(), own.toSorted());
  assert.equal(second.next_page_id, null);
  assert.deepEqual((await call("GET", `/api/v1/sandboxes?id=${own[0]}`)).body, [null]);
});
