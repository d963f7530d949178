import assert from "node:assert/strict";
import { request } from "node:http";
import type { IncomingMessage } from "node:http";
import { text as textOf } from "node:stream/consumers";
import { after, test } from "node:test";
import { envelopeMediaType, trimmedExtras } from "../../../contract/index.ts";
import { openSqliteStore } from "../../../server/store/sqlite/open.ts";
import type { EventDraft } from "../../../server/store/store.ts";
import { allEvents, caller, createConversation, perform, until } from "../../support/api.ts";
import { messageDraft } from "../../support/event-log.ts";
import { range } from "../../support/frames.ts";
import { startServer } from "../../support/start-server.ts";

const server = await startServer({ after });
const call = caller(server);
const moment = "2026-11-22T10:15:30.123Z";

const trajectory = async (id: string) => (await call("GET", `/api/conversations/${id}/trajectory`)).body.trajectory;

/** A stopped conversation to whose log this has been added beside the server. */
async function plant(...drafts: readonly EventDraft[]): Promise<string> {
  const id = await createConversation(call);
  await call("POST", `/api/conversations/${id}/stop`);
  const store = await openSqliteStore(server.dataDir, { now: () => moment });
  await store.events.append(id, drafts);
  await store.close();
  return id;
}

function browseDraft(extras: object): EventDraft {
  const event = { source: "agent", message: "", observation: "browse", content: "A page.", extras };
  return {
    kind: "observation",
    type: "browse",
    source: "agent",
    hidden: false,
    body: JSON.stringify(event).slice(1, -1),
  };
}

test("a trajectory is the log without hidden events, each event as it is there", async () => {
  const id = await createConversation(call);
  await perform(call, id, { action: "run", args: { command: "echo seen" } });
  await perform(call, id, { action: "run", args: { command: "echo unseen", hidden: true } });
  const events = await allEvents(call, id);
  const shown = events.filter(({ args, extras }) => !(args ?? extras).hidden);
  assert.equal(events.length - shown.length, 2);
  assert.deepEqual(await trajectory(id), shown);
});

test("what a browser looked like is left out, at any depth, and nothing else", async () => {
  const looks = Object.fromEntries(Object.keys(trimmedExtras).map((name) => [name, { large: "x".repeat(100) }]));
  const id = await plant(
    browseDraft({ url: "https://a.example/", ...looks, deep: [{ ...looks, kept: [looks, 1, null] }] }),
    browseDraft({ url: 'a text that says "screenshot": is "kept"', error: false }),
    messageDraft('"dom_object":{} "screenshot":"" in a message are words'),
  );
  const [deep, said, message] = (await trajectory(id)).slice(-3);
  assert.deepEqual(deep.extras, { url: "https://a.example/", deep: [{ kept: [{}, 1, null] }] });
  assert.deepEqual([deep.content, deep.source, deep.timestamp], ["A page.", "agent", message.timestamp]);
  assert.deepEqual(said.extras, { url: 'a text that says "screenshot": is "kept"', error: false });
  assert.equal(message.args.content, '"dom_object":{} "screenshot":"" in a message are words');
});

test("a long trajectory comes whole and in order, in an envelope where one is asked for", async () => {
  const id = await plant(...range(1999).map((number) => messageDraft(`message ${number}`)));
  const events = await trajectory(id);
  assert.deepEqual(
    events.map((event: { id: number }) => event.id),
    range(events.length - 1),
  );
  assert.equal(events.at(-1).message, "message 1999");
  const enveloped = await call("GET", `/api/conversations/${id}/trajectory`, {
    headers: { Accept: envelopeMediaType },
  });
  assert.match(enveloped.headers.get("content-type") ?? "", new RegExp(envelopeMediaType.replaceAll(/[.+]/g, "\\$&")));
  assert.deepEqual(enveloped.body, { success: true, data: { trajectory: events }, error: null });
});

test("HEAD says what GET would, without the body", async () => {
  const id = await createConversation(call);
  const answer = await fetch(`${server.url}/api/conversations/${id}/trajectory`, {
    method: "HEAD",
    headers: { Authorization: `Bearer ${server.key}` },
  });
  assert.deepEqual([answer.status, await answer.text()], [200, ""]);
  assert.equal(answer.headers.get("content-type"), "application/json; charset=utf-8");
});

test("a trajectory whose conversation is deleted while it is read breaks off, rather than to look complete", async () => {
  const large = "x".repeat(100_000);
  const id = await plant(...range(499).map(() => messageDraft(large)));
  const answer = await open(`/api/conversations/${id}/trajectory`); // nobody reads it yet
  assert.equal((await call("DELETE", `/api/conversations/${id}`)).status, 200);
  await assert.rejects(textOf(answer), { code: "ECONNRESET" });
  await until(() => server.output().includes("the answer could not be completed"));
});

test("a client that leaves in the middle disturbs nobody", async () => {
  const large = "x".repeat(100_000);
  const id = await plant(...range(499).map(() => messageDraft(large)));
  const answer = await open(`/api/conversations/${id}/trajectory`);
  answer.destroy();
  assert.equal((await call("GET", `/api/conversations/${id}`)).status, 200);
});

function open(path: string): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const headers = { Authorization: `Bearer ${server.key}` };
    request(server.url + path, { headers, agent: false }, resolve)
      .once("error", reject)
      .end();
  });
}
