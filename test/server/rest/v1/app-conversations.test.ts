import assert from "node:assert/strict";
import { after, test } from "node:test";
import { caller, createConversation, until } from "../../../support/api.ts";
import type { Answer } from "../../../support/api.ts";
import { addUser } from "../../../support/cli.ts";
import { assertRefused } from "../../../support/refusal.ts";
import { startServer } from "../../../support/start-server.ts";
import { startV1 } from "../../../support/v1-client.ts";

const server = await startServer({ after });
const call = caller(server);
const stranger = await addUser(server, "stranger");
const theirs = await createConversation(call, {}, stranger);

const older = await createConversation(call);
const titles = ["50% done", "50 percent done", "snake_case", "snakeXcase", "ÜBERSICHT", String.raw`back\slash`];
const ids: string[] = [];
for (const title of titles) ids.push((await startV1(call, { title })).id);

const search = async (query: Record<string, string>): Promise<Answer["body"]> =>
  (await call("GET", `/api/v1/app-conversations/search?${new URLSearchParams(query)}`)).body;
const count = async (query: Record<string, string>) =>
  (await call("GET", `/api/v1/app-conversations/count?${new URLSearchParams(query)}`)).body;
const idsOf = (items: Answer["body"][]) => items.map(({ id }) => id);

test("a search finds conversations of both versions, the newest first, and a count agrees", async () => {
  const { items, next_page_id } = await search({});
  assert.deepEqual(idsOf(items), [...ids.toReversed(), older]);
  assert.equal(next_page_id, null);
  assert.equal(await count({}), 7);
});

for (const [text, found] of [
  ["50%", ["50% done"]],
  ["e_c", ["snake_case"]],
  ["SNAKE", ["snake_case", "snakeXcase"]],
  ["übers", ["ÜBERSICHT"]],
  ["\\S", [String.raw`back\slash`]],
  ["nothing of the kind", []],
] as const)
  test(`a title with ${text} is found literally, whatever the case`, async () => {
    const { items } = await search({ title__contains: text });
    assert.deepEqual(items.map(({ title }: { title: string }) => title).toSorted(), found.toSorted());
    assert.equal(await count({ title__contains: text }), found.length);
  });

test("a moment is in the one filter or in the other, in whatever zone it is said", async () => {
  const { items } = await search({});
  const { created_at, id } = items[3];
  const [from, before] = [{ created_at__gte: created_at }, { created_at__lt: created_at }];
  assert.ok(idsOf((await search(from)).items).includes(id));
  assert.ok(!idsOf((await search(before)).items).includes(id));
  assert.equal((await count(from)) + (await count(before)), 7);
  const elsewhere = new Date(Date.parse(created_at) + 2 * 3600_000).toISOString().replace("Z", "+02:00");
  for (const same of [elsewhere, created_at.replace("Z", ""), created_at.replace("Z", "000+00:00")])
    assert.equal(await count({ created_at__gte: same }), await count(from), same);
  const finer = created_at.replace("Z", "001Z");
  assert.equal(await count({ created_at__gte: finer }), (await count(from)) - 1, "a microsecond later it is over");
  await call("PATCH", `/api/conversations/${id}`, { body: { title: "Later than the others" } });
  const [changed] = (await search({ title__contains: "later than" })).items;
  assert.ok(idsOf((await search({ updated_at__gte: changed.updated_at })).items).includes(id));
  assert.ok(!idsOf((await search({ updated_at__lt: changed.updated_at })).items).includes(id));
  assertRefused(
    await call("GET", "/api/v1/app-conversations/count?created_at__lt=yesterday"),
    400,
    "validation_failed",
    ["query.created_at__lt"],
  );
});

test("pages go through all, and stay so while conversations come", async () => {
  const first = await search({ limit: "3" });
  await startV1(call);
  const rest = await search({ limit: "100", page_id: first.next_page_id });
  assert.deepEqual(idsOf([...first.items, ...rest.items]), [...ids.toReversed(), older]);
  assert.equal(rest.next_page_id, null);
  for (const [name, value] of [
    ["limit", "0"],
    ["limit", "101"],
    ["page_id", "3"],
  ] as const)
    assertRefused(await call("GET", `/api/v1/app-conversations/search?${name}=${value}`), 400, "validation_failed", [
      `query.${name}`,
    ]);
});

test("conversations are given in the order of their ids, dashes or not, null for what the caller has not", async () => {
  const dashed = ids[0]?.replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-").toUpperCase();
  const asked = [theirs, ids[1], "0".repeat(32), dashed, older];
  const { body } = await call("GET", `/api/v1/app-conversations?${asked.map((id) => `ids=${id}`).join("&")}`);
  assert.deepEqual(
    body.map((each: Answer["body"]) => each?.id ?? null),
    [null, ids[1], null, ids[0], older],
  );
  const many = (length: number) =>
    `/api/v1/app-conversations?${Array.from({ length }, () => `ids=${older}`).join("&")}`;
  assert.equal((await call("GET", many(100))).body.length, 100);
  assertRefused(await call("GET", many(101)), 400, "validation_failed", ["query.ids"]);
  assertRefused(await call("GET", "/api/v1/app-conversations"), 400, "validation_failed", ["query.ids"]);
});

test("a conversation tells where it is and with which key while it runs, in both versions", async () => {
  const { id } = await startV1(call);
  const shown = async () => (await call("GET", `/api/v1/app-conversations?ids=${id}`)).body[0];
  await until(async () => (await shown()).execution_status === "idle");
  const running = await shown();
  assert.equal(running.sandbox_status, "RUNNING");
  assert.equal(running.conversation_url, `${server.url}/api/conversations/${id}`);
  const inV0 = async () => (await call("GET", `/api/conversations/${id}`)).body;
  const v0 = await inV0();
  assert.deepEqual(
    [v0.status, v0.runtime_status, v0.url, v0.session_api_key, v0.conversation_version],
    ["RUNNING", "STATUS$READY", running.conversation_url, running.session_api_key, "V1"],
  );
  assert.deepEqual((await call("GET", `/api/conversations/${id}/config`)).body, {
    runtime_id: running.sandbox_id,
    session_id: id,
  });
  await call("POST", `/api/conversations/${id}/stop`);
  const { sandbox_status, execution_status, conversation_url, session_api_key } = await shown();
  assert.deepEqual([sandbox_status, execution_status, conversation_url, session_api_key], ["PAUSED", null, null, null]);
  const stopped = await inV0();
  assert.deepEqual(
    [stopped.status, stopped.runtime_status, stopped.url, stopped.session_api_key],
    ["STOPPED", null, null, null],
  );
});

test("a conversation of V0 is the same in V1, and its agent's status is told", async () => {
  const id = await createConversation(call, { initial_user_msg: "Hello." });
  const shown = async () => (await call("GET", `/api/v1/app-conversations?ids=${id}`)).body[0];
  await until(async () => (await shown()).execution_status === "finished");
  const { sandbox_id, session_api_key, title } = await shown();
  assert.deepEqual([sandbox_id, title], [id, `Conversation ${id.slice(0, 5)}`]);
  const socketless = await call("GET", `/api/git/changes/%2Fworkspace%2Fproject`, { key: session_api_key });
  assert.deepEqual([socketless.status, socketless.body], [200, []]);
});
