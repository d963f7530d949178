import assert from "node:assert/strict";
import { test } from "node:test";
import type { TestContext } from "node:test";
import { createClient, isApiError } from "../../client/index.ts";
import { errorOf } from "./errors.ts";
import { sendError, sendJson, startHttp } from "./fake-servers.ts";
import type { Answerer } from "./fake-servers.ts";

const conversation_id = "5f0c2b7e9d1a4c3e8b6f7a2d1c0e9f84";

async function start(t: TestContext, answer: Answerer) {
  const { url, requests } = await startHttp(t, answer);
  const queries = () => requests.map((request) => new URL(request.url ?? "", url).search);
  return { client: createClient({ baseUrl: url, maxRetries: 0 }), queries };
}

/** Three pages of conversations, by page id. */
const conversations: Answerer = (response, { url = "" }) => {
  const page = Number(new URL(url, "http://server").searchParams.get("page_id") ?? 0);
  const results = [{ conversation_id: `${page}a` }, { conversation_id: `${page}b` }];
  sendJson(response, 200, { results, next_page_id: page === 2 ? null : String(page + 1) });
};

/** A log of five events, paged by their ids. */
const log: Answerer = (response, { url = "" }) => {
  const query = new URL(url, "http://server").searchParams;
  const reverse = query.get("reverse") === "true";
  const [first, last] = [Number(query.get("start_id") ?? 0), Number(query.get("end_id") ?? 4)];
  const ids = [0, 1, 2, 3, 4].filter((id) => id >= first && id <= last);
  const limit = Number(query.get("limit") ?? 2);
  const events = (reverse ? ids.toReversed() : ids).slice(0, limit).map((id) => ({ id }));
  sendJson(response, 200, { events, has_more: ids.length > events.length });
};

test("pages: `await` gives one", async (t) => {
  const { client, queries } = await start(t, conversations);
  const page = await client.conversations.list({ limit: 2 });
  assert.deepEqual([page.results.length, page.next_page_id], [2, "1"]);
  assert.deepEqual(queries(), ["?limit=2"]);
});

test("pages: `for await` gives the items of all, and asks for each page when it is needed", async (t) => {
  const { client, queries } = await start(t, conversations);
  const ids: string[] = [];
  for await (const conversation of client.conversations.list({ limit: 2 })) {
    ids.push(conversation.conversation_id);
    if (ids.length === 2) assert.equal(queries().length, 1);
  }
  assert.deepEqual(ids, ["0a", "0b", "1a", "1b", "2a", "2b"]);
  assert.deepEqual(queries(), ["?limit=2", "?limit=2&page_id=1", "?limit=2&page_id=2"]);
});

test("pages: are not asked for after the loop has been left", async (t) => {
  const { client, queries } = await start(t, conversations);
  for await (const { conversation_id: id } of client.conversations.list()) if (id === "1a") break;
  assert.deepEqual(queries(), ["", "?page_id=1"]);
});

test("pages: of events go on after the last id", async (t) => {
  const { client, queries } = await start(t, log);
  const events = await Array.fromAsync(client.events.search({ conversation_id, types: ["run"] }));
  assert.deepEqual(
    events.map(({ id }) => id),
    [0, 1, 2, 3, 4],
  );
  assert.deepEqual(queries(), ["?types=run", "?types=run&start_id=2", "?types=run&start_id=4"]);
});

test("pages: of events go backwards with `reverse`", async (t) => {
  const { client, queries } = await start(t, log);
  const events = await Array.fromAsync(client.events.search({ conversation_id, reverse: true, start_id: 1 }));
  assert.deepEqual(
    events.map(({ id }) => id),
    [4, 3, 2, 1],
  );
  const second = "?reverse=true&start_id=1&end_id=2";
  assert.deepEqual(queries(), ["?reverse=true&start_id=1", second]);
});

test("pages: of nothing end", async (t) => {
  const { client, queries } = await start(t, log);
  assert.deepEqual(await Array.fromAsync(client.events.search({ conversation_id, limit: 0 })), []);
  assert.equal(queries().length, 1);
});

test("pages: that cannot be had end the loop with the error", async (t) => {
  const { client } = await start(t, (response, request, before) =>
    before < 1 ? conversations(response, request, before) : sendError(response, 400, "validation_failed"),
  );
  const ids: string[] = [];
  const loop = async () => {
    for await (const each of client.conversations.list()) ids.push(each.conversation_id);
  };
  assert(isApiError(await errorOf(loop()), "validation_failed"));
  assert.deepEqual(ids, ["0a", "0b"]);
});

test("pages: are heard of nowhere else: other calls have no iterator", async (t) => {
  const { client } = await start(t, (response) => sendJson(response, 200, {}));
  const call = client.options.models();
  assert.equal(Symbol.asyncIterator in call, false);
  await call;
});
