// The events of V1 over REST: of one conversation and of all, filtered, page by page, and by their ids.
import assert from "node:assert/strict";
import { after, describe, test } from "node:test";
import { allEvents as allV0, caller, createConversation, until } from "../../../support/api.ts";
import type { Answer } from "../../../support/api.ts";
import { say, untilState } from "../../../support/conversation.ts";
import { addUser } from "../../../support/cli.ts";
import { startServer } from "../../../support/start-server.ts";

type Event = Answer["body"];

const server = await startServer({ after });
const call = caller(server);
const first = await createConversation(call, { initial_user_msg: "```sh\necho one\n```" });
await untilState(call, first, "finished");
const second = await createConversation(call, { initial_user_msg: "think: two" });
await untilState(call, second, "finished");
await say(call, first, "think: three"); // so that the conversations overlap
await until(async () => (await allV0(call, first)).filter(({ action }) => action === "finish").length === 2);
await untilState(call, first, "finished");

async function search(query: string): Promise<Event[]> {
  const { status, body } = await call("GET", `/api/v1/events/search?${query}`);
  assert.equal(status, 200, JSON.stringify(body));
  return body.items;
}

/** All pages, a few events each. */
async function pages(query: string, limit = 4): Promise<Event[][]> {
  const all: Event[][] = [];
  for (let page = ""; ;) {
    const { body } = await call("GET", `/api/v1/events/search?${query}&limit=${limit}${page}`);
    all.push(body.items);
    if (body.next_page_id === null) return all;
    page = `&page_id=${encodeURIComponent(body.next_page_id)}`;
  }
}

async function count(query: string): Promise<number> {
  return (await call("GET", `/api/v1/events/count?${query}`)).body;
}

const ofFirst = await search(`conversation_id__eq=${first}`);
const ofSecond = await search(`conversation_id__eq=${second}`);
const ids = (events: readonly Event[]) => events.map(({ id }) => id);

describe("the events of one conversation", () => {
  test("page by page are the same as at once, forwards and backwards", async () => {
    assert.ok(ofFirst.length > 10);
    for (const limit of [1, 4, ofFirst.length]) {
      const forwards = await pages(`conversation_id__eq=${first}`, limit);
      assert.deepEqual(forwards.flat(), ofFirst);
      assert.ok(
        forwards.every((page) => page.length > 0),
        "no empty page",
      );
    }
    const backwards = await pages(`conversation_id__eq=${first}&sort_order=TIMESTAMP_DESC`);
    assert.deepEqual(backwards.flat(), ofFirst.toReversed());
  });

  test("of one kind are those, and are counted", async () => {
    for (const kind of new Set(ofFirst.map((event) => event.kind))) {
      const own = ofFirst.filter((event) => event.kind === kind);
      assert.deepEqual(await search(`conversation_id__eq=${first}&kind__eq=${kind}`), own);
      assert.equal(await count(`conversation_id__eq=${first}&kind__eq=${kind}`), own.length);
    }
    assert.deepEqual(await search(`conversation_id__eq=${first}&kind__eq=TokenEvent`), []);
    assert.equal(await count(`conversation_id__eq=${first}`), ofFirst.length);
  });

  test("between two moments, with a zone, with another, and without", async () => {
    const moment: string = ofFirst[5].timestamp;
    const from = ofFirst.filter(({ timestamp }) => timestamp >= moment);
    const before = ofFirst.filter(({ timestamp }) => timestamp < moment);
    const shifted = new Date(Date.parse(moment) + 3_600_000).toISOString().replace("Z", "+01:00");
    for (const form of [moment, shifted, moment.replace("Z", ""), moment.replace("Z", "000Z")]) {
      const text = encodeURIComponent(form);
      assert.deepEqual(await search(`conversation_id__eq=${first}&timestamp__gte=${text}`), from, form);
      assert.deepEqual(await search(`conversation_id__eq=${first}&timestamp__lt=${text}`), before, form);
    }
  });

  test("its id may be written with dashes, and of none there are none", async () => {
    const dashed = first.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
    assert.deepEqual(await search(`conversation_id__eq=${dashed}`), ofFirst);
    assert.deepEqual(await search(`conversation_id__eq=${"0".repeat(32)}`), []);
  });
});

describe("the events of all conversations", () => {
  test("are in the order of their times, whichever conversation they are of, and come page by page", async () => {
    const all = (await pages("sort_order=TIMESTAMP", 7)).flat();
    assert.deepEqual(new Set(ids(all)), new Set([...ids(ofFirst), ...ids(ofSecond)]));
    const times = all.map(({ timestamp }) => Date.parse(timestamp));
    assert.deepEqual(
      times,
      times.toSorted((one, other) => one - other),
    );
    const own = new Set(ids(ofFirst));
    assert.deepEqual(
      all.filter(({ id }) => own.has(id)),
      ofFirst,
      "each in the order of its log",
    );
    assert.deepEqual((await pages("sort_order=TIMESTAMP_DESC", 7)).flat(), all.toReversed());
    assert.equal(await count(""), all.length);
  });

  test("of another user are none of mine", async () => {
    const key = await addUser(server, "grace");
    const other = caller({ url: server.url, key });
    assert.deepEqual((await other("GET", `/api/v1/events/search?conversation_id__eq=${first}`)).body.items, []);
    assert.deepEqual((await other("GET", `/api/v1/events?id=${ofFirst[0].id}`)).body, [null]);
  });
});

describe("events by their ids", () => {
  test("come in the order of the ids, of whichever conversation, and null for an id of none", async () => {
    const wanted = [ofSecond[1], ofFirst[3], ofFirst[0]];
    const absent = ["00000000-0000-8000-8000-000000000000", "no id at all"];
    const query = [...wanted.map(({ id }) => id), ...absent].map((id) => `id=${encodeURIComponent(id)}`).join("&");
    const { status, body } = await call("GET", `/api/v1/events?${query}`);
    assert.equal(status, 200);
    assert.deepEqual(body, [...wanted, null, null]);
    const plain = await call("GET", `/api/v1/events?id=${ofFirst[2].id.replaceAll("-", "")}`);
    assert.deepEqual(plain.body, [ofFirst[2]]);
  });

  test("more than 100, or none, is 400", async () => {
    const many = Array.from({ length: 101 }, () => `id=${ofFirst[0].id}`).join("&");
    for (const query of [many, ""]) assert.equal((await call("GET", `/api/v1/events?${query}`)).status, 400);
  });
});

for (const query of [
  "kind__eq=NoSuchEvent",
  "limit=0",
  "limit=101",
  "page_id=MQ",
  "timestamp__gte=yesterday",
  "sort_order=ID",
])
  test(`${query} is 400, with what would be right`, async () => {
    const { status, body } = await call("GET", `/api/v1/events/search?${query}`);
    assert.equal(status, 400);
    assert.equal(body.details[0].path, query.split("=")[0]);
  });
