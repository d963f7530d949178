import assert from "node:assert/strict";
import { after, describe, test } from "node:test";
import type { Answer } from "../../support/api.ts";
import { allEvents, caller, createConversation, lastEventId, perform } from "../../support/api.ts";
import { addUser, runCli } from "../../support/cli.ts";
import { say, untilState } from "../../support/conversation.ts";
import { assertRefused } from "../../support/refusal.ts";
import type { Place } from "../../support/refusal.ts";
import { startServer } from "../../support/start-server.ts";

const server = await startServer({ after }, { env: { LLM_MODEL: "test/echo" } });
const call = caller(server);
const id = await createConversation(call);

const submit = (conversation: string, body: unknown) =>
  call("POST", `/api/conversations/${conversation}/submit-feedback`, { body });
const rate = (body: unknown, key = server.key) => call("POST", "/feedback/conversation", { key, body });
const ratings = async (conversation: string) =>
  (await call("GET", `/feedback/conversation/${conversation}/batch`)).body;

/** What the command prints, line by line. */
async function exported(...options: readonly string[]): Promise<Answer["body"][]> {
  const { code, stdout, stderr } = await runCli(["feedback", "export", ...options], {
    env: { DATA_DIR: server.dataDir },
  });
  assert.deepEqual([code, stderr], [0, ""]);
  assert.ok(stdout === "" || stdout.endsWith("\n"));
  return stdout
    .split("\n")
    .slice(0, -1)
    .map((line) => JSON.parse(line));
}
const exportedOf = async (conversation: string, ...options: readonly string[]) =>
  (await exported(...options)).filter(({ conversation_id }) => conversation_id === conversation);

describe("feedback on a conversation", () => {
  test("is acknowledged in the form that clients know", async () => {
    const { status, body } = await submit(id, { polarity: "positive", token: "x", feedback: "positive" });
    const { feedback_id } = body.body;
    assert.match(feedback_id, /^[0-9a-f]{32}$/);
    assert.deepEqual(
      [status, body],
      [
        200,
        {
          success: true,
          statusCode: 200,
          body: { message: "Thank you for your feedback.", feedback_id, password: "" },
        },
      ],
    );
  });

  const bad: readonly { body: unknown; places: Place[] }[] = [
    { body: {}, places: ["body.polarity"] },
    { body: { polarity: "mixed" }, places: ["body.polarity"] },
    { body: { polarity: "positive", permissions: "secret" }, places: ["body.permissions"] },
    { body: { polarity: "positive", email: null }, places: ["body.email"] },
    { body: { polarity: "positive", version: 1 }, places: ["body.version"] },
  ];
  for (const { body, places } of bad)
    test(`is refused: ${JSON.stringify(body)}`, async () => {
      assertRefused(await submit(id, body), 400, "validation_failed", places);
    });

  test("is exported with what was said and the conversation as it was", async () => {
    const own = await createConversation(call, { initial_user_msg: "Hello." });
    await untilState(call, own, "awaiting_user_input");
    await perform(call, own, { action: "run", args: { command: "true", hidden: true } });
    const events = await allEvents(call, own);
    const opinion = { version: "1.0", email: "ada@example.com", polarity: "negative", permissions: "public" };
    const { body } = await submit(own, opinion);
    await say(call, own, "And later?");
    await untilState(call, own, "awaiting_user_input");

    const [record, ...others] = await exportedOf(own);
    assert.deepEqual(others, []);
    const { created_at, user, ...rest } = record;
    assert.ok(Date.parse(created_at) >= Date.parse(events.at(-1).timestamp));
    assert.match(user, /\S/);
    assert.deepEqual(rest, {
      id: body.body.feedback_id,
      kind: "opinion",
      conversation_id: own,
      event_id: null,
      last_event_id: events.at(-1).id,
      ...opinion,
      experiments: null,
    });
    const [withTrajectory] = await exportedOf(own, "--trajectory");
    const { trajectory, ...same } = withTrajectory;
    assert.deepEqual(same, record);
    assert.deepEqual(
      trajectory,
      events.filter(({ args, extras }) => !(args ?? extras).hidden),
    );
  });
});

describe("a rating", () => {
  test("of an event is shown, the last one of each, and the others as not there", async () => {
    const own = await createConversation(call);
    const last = await lastEventId(call, own);
    const empty = Object.fromEntries(Array.from({ length: last + 1 }, (_, event) => [event, { exists: false }]));
    assert.deepEqual(await ratings(own), empty);
    const { status, body } = await rate({ conversation_id: own, event_id: 1, rating: 2, reason: "Too slow." });
    assert.deepEqual(
      [status, body],
      [201, { success: true, status: "success", message: "The rating has been stored." }],
    );
    await rate({ conversation_id: own, event_id: 1, rating: 4, metadata: { source: "web" } });
    await rate({ conversation_id: own, event_id: 0, rating: 1, reason: null, metadata: null });
    await rate({ conversation_id: own, rating: 5 });
    assert.deepEqual(await ratings(own), {
      ...empty,
      0: { exists: true, rating: 1, reason: null, metadata: null },
      1: { exists: true, rating: 4, reason: null, metadata: { source: "web" } },
    });
    assert.deepEqual(
      (await exportedOf(own)).map(({ kind, event_id, rating }) => [kind, event_id, rating]),
      [
        ["rating", 1, 2],
        ["rating", 1, 4],
        ["rating", 0, 1],
        ["rating", null, 5],
      ],
      "everything that was said is exported, in its order",
    );
  });

  const bad: readonly { body: object; places: Place[] }[] = [
    { body: { rating: 0 }, places: ["body.rating"] },
    { body: { rating: 6 }, places: ["body.rating"] },
    { body: { rating: 2.5 }, places: ["body.rating"] },
    { body: {}, places: ["body.rating"] },
    { body: { rating: 1, event_id: -1 }, places: ["body.event_id"] },
    { body: { rating: 1, event_id: 10_000 }, places: ["body.event_id"] },
    { body: { rating: 1, reason: 1 }, places: ["body.reason"] },
    { body: { rating: 1, metadata: [] }, places: ["body.metadata"] },
    { body: { rating: 1, conversation_id: "../x" }, places: ["body.conversation_id"] },
  ];
  for (const { body, places } of bad)
    test(`is refused: ${JSON.stringify(body)}`, async () => {
      assertRefused(await rate({ conversation_id: id, ...body }), 400, "validation_failed", places);
    });

  test("needs credentials, and a conversation of the caller's own", async () => {
    const stranger = await addUser(server, "stranger");
    const before = await ratings(id);
    const body = { conversation_id: id, event_id: 0, rating: 1 };
    assertRefused(await call("POST", "/feedback/conversation", { key: null, body }), 401, "unauthenticated");
    assertRefused(await rate(body, stranger), 404, "conversation_not_found");
    assertRefused(await rate({ ...body, conversation_id: "0".repeat(32) }), 404, "conversation_not_found");
    assert.deepEqual(await ratings(id), before);
  });
});

describe("experiments", () => {
  const fix = (conversation: string, body: unknown) =>
    call("POST", `/api/conversations/${conversation}/exp-config`, { body });

  test("are fixed once, and exported with the feedback", async () => {
    const own = await createConversation(call, { conversation_instructions: "Be brief." });
    await submit(own, { polarity: "positive" });
    assert.deepEqual((await fix(own, { config: { condenser: "b" } })).body, { success: true, stored: true });
    assert.deepEqual((await fix(own, { config: { condenser: "a" } })).body, { success: true, stored: false });
    assert.deepEqual((await exportedOf(own))[0].experiments, { condenser: "b" });
  });

  test("can be none, which is fixed too; of several at once one is fixed", async () => {
    const own = await createConversation(call);
    const answers = await Promise.all([{}, { config: null }, { config: { a: "b" } }].map((body) => fix(own, body)));
    assert.equal(answers.filter(({ body }) => body.stored).length, 1);
    assert.deepEqual((await fix(own, {})).body, { success: true, stored: false });
  });

  for (const body of [{ config: [] }, { config: { a: 1 } }, { config: "a" }])
    test(`are refused: ${JSON.stringify(body)}`, async () => {
      const answer = await fix(id, body);
      assert.equal(answer.status, 400);
      assert.match(answer.body.details[0].path, /^config/);
    });
});

test("feedback goes when its conversation does, and stays when the server is killed", async (t) => {
  const first = await startServer(t);
  const other = caller(first);
  const [kept, deleted] = [await createConversation(other), await createConversation(other)];
  for (const conversation_id of [kept, deleted])
    await other("POST", "/feedback/conversation", { body: { conversation_id, rating: 3 } });
  await other("DELETE", `/api/conversations/${deleted}`);
  await first.stop("SIGKILL");
  const { code, stdout } = await runCli(["feedback", "export"], { env: { DATA_DIR: first.dataDir } });
  assert.equal(code, 0);
  assert.deepEqual(
    stdout
      .split("\n")
      .slice(0, -1)
      .map((line) => JSON.parse(line).conversation_id),
    [kept],
  );
});

test("more than a page of feedback is exported, in its order", async () => {
  const own = await createConversation(call);
  for (let count = 0; count < 105; count += 1) await rate({ conversation_id: own, rating: (count % 5) + 1 });
  assert.deepEqual(
    (await exportedOf(own)).map(({ rating }) => rating),
    Array.from({ length: 105 }, (_, count) => (count % 5) + 1),
  );
});

test("an export of what is not there says so", async () => {
  const { code, stdout, stderr } = await runCli(["feedback", "export"], { env: { DATA_DIR: "/nonexistent" } });
  assert.deepEqual([code, stdout], [1, ""]);
  assert.match(stderr, /^There is no data folder \/nonexistent\. Fix: /);
});
