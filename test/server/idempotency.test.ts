// Every operation that takes an `Idempotency-Key`, as the contract says.
import assert from "node:assert/strict";
import { randomBytes, randomUUID } from "node:crypto";
import { after, describe, test } from "node:test";
import { contract, operationsOf } from "../../contract/index.ts";
import { createIdempotency } from "../../server/idempotency.ts";
import { createCipher } from "../../server/secrets/cipher.ts";
import { allEvents, caller, createConversation } from "../support/api.ts";
import type { Answer } from "../support/api.ts";
import { addUser } from "../support/cli.ts";
import { act, busyConversation, say } from "../support/conversation.ts";
import { assertRefused } from "../support/refusal.ts";
import { startServer } from "../support/start-server.ts";
import { storeSides } from "../support/stores.ts";
import type { StoreSide } from "../support/stores.ts";

const apiKey = { name: null, prefix: "", scope: "write", createdAt: "", lastUsedAt: null, expiresAt: null } as const;
const repeatable = operationsOf(contract).filter(({ operation }) => operation.metadata.idempotencyKey);

async function prepare(side: StoreSide) {
  const place = await side.place({ after });
  const server = await startServer({ after }, { place });
  const { id } = await busyConversation(caller(server));
  return { side, place, server, id, second: await addUser(server, "second") };
}

for (const { side, place, server, id, second } of await Promise.all(storeSides.map(prepare))) {
  const call = caller(server);
  describe(side.name, () => {
    const thoughts = async () => (await allEvents(call, id)).filter(({ action }) => action === "think").length;
    const think = (key: string, thought = "once") =>
      call("POST", `/api/conversations/${id}/events`, {
        body: { action: "think", args: { thought } },
        headers: { "Idempotency-Key": key },
      });

    /** The example request of an operation, on the busy conversation unless it is changed. */
    function send(
      operation: (typeof repeatable)[number]["operation"],
      key: string,
      change: object = {},
    ): Promise<Answer> {
      const { request: { body: example, query = {} } = {} } = operation.metadata.example;
      const about = "conversation_id" in Object(example) ? { conversation_id: id, event_id: 0 } : {};
      const path = operation.path.replace(":conversation_id", id);
      return call(operation.method, `${path}?${String(new URLSearchParams(query))}`, {
        ...(example !== undefined && { body: { ...example, ...about, ...change } }),
        headers: { "Idempotency-Key": key },
      });
    }

    /** What there can be one of is asked for by an id or a name of its own. */
    function own(operationId: string, key: string): object {
      if (operationId === "appConversations.start") return { conversation_id: key };
      return operationId.startsWith("secrets.") ? { name: `S_${key.slice(0, 8)}` } : {};
    }

    for (const { id: operationId, operation } of repeatable) {
      test(`${operationId}: the same request with the same key is carried out once`, async () => {
        const key = randomUUID();
        const change = own(operationId, key);
        const first = await send(operation, key, change);
        assert.ok(first.status < 300, JSON.stringify(first.body));
        assert.equal(first.headers.get("idempotency-replayed"), "false");
        const again = await send(operation, key, change);
        assert.deepEqual([again.status, again.body], [first.status, first.body]);
        assert.equal(again.headers.get("idempotency-replayed"), "true");
      });

      test(`${operationId}: ten at once are carried out once`, async () => {
        const key = randomUUID();
        const change = own(operationId, key);
        const answers = await Promise.all(Array.from({ length: 10 }, () => send(operation, key, change)));
        for (const answer of answers)
          assert.deepEqual([answer.status, answer.body], [answers[0]?.status, answers[0]?.body], "all get one answer");
        assert.equal(answers.filter(({ headers }) => headers.get("idempotency-replayed") === "false").length, 1);
      });
    }

    test("scripts of other origins may send a key, and read whether an answer is a repeated one", async () => {
      const headers = { Origin: "http://localhost:5173" };
      const preflight = await call("OPTIONS", "/api/keys", {
        headers: {
          ...headers,
          "Access-Control-Request-Method": "POST",
          "Access-Control-Request-Headers": "idempotency-key",
        },
      });
      assert.match(preflight.headers.get("access-control-allow-headers") ?? "", /Idempotency-Key/);
      const answer = await call("POST", "/api/keys", { body: {}, headers });
      assert.match(answer.headers.get("access-control-expose-headers") ?? "", /Idempotency-Replayed/);
    });

    test("of ten requests at once with one key, nine leave nothing behind", async () => {
      const count = async () => {
        const { results } = (await call("GET", "/api/conversations?limit=100")).body;
        return results.filter((one: Answer["body"]) => one.conversation_version === "V0").length; // V1's may still be starting
      };
      const before = await count();
      const headers = { "Idempotency-Key": randomUUID() };
      await Promise.all(Array.from({ length: 10 }, () => call("POST", "/api/conversations", { body: {}, headers })));
      assert.equal(await count(), before + 1);
    });

    test("a key that has been used for another request is refused, and nothing is done", async () => {
      const key = randomUUID();
      assert.equal((await think(key)).status, 200);
      const before = await thoughts();
      assertRefused(await think(key, "something else"), 409, "idempotency_key_reused");
      assertRefused(
        await call("POST", "/api/keys", { body: {}, headers: { "Idempotency-Key": key } }),
        409,
        "idempotency_key_reused",
      );
      const other = await createConversation(call);
      const elsewhere = await call("POST", `/api/conversations/${other}/events`, {
        body: { action: "think", args: { thought: "once" } },
        headers: { "Idempotency-Key": key },
      });
      assertRefused(elsewhere, 409, "idempotency_key_reused");
      assert.equal(await thoughts(), before);
    });

    test("each user has keys of their own", async () => {
      const key = randomUUID();
      const create = (as: string) =>
        call("POST", "/api/keys", { body: { name: "CI" }, key: as, headers: { "Idempotency-Key": key } });
      const [mine, theirs] = [await create(server.key), await create(second)];
      assert.notEqual(mine.body.key, theirs.body.key);
      assert.equal(theirs.headers.get("idempotency-replayed"), "false");
    });

    test("a request that failed may be repeated with its key", async () => {
      const key = randomUUID();
      const stopped = await createConversation(call);
      await call("POST", `/api/conversations/${stopped}/stop`);
      const message = () =>
        call("POST", `/api/conversations/${stopped}/message`, {
          body: { message: "Hello." },
          headers: { "Idempotency-Key": key },
        });
      assertRefused(await message(), 409, "conversation_not_running");
      await call("POST", `/api/conversations/${stopped}/start`);
      assert.equal((await message()).headers.get("idempotency-replayed"), "false");
      assert.equal((await message()).headers.get("idempotency-replayed"), "true");
    });

    test("a key that is no key is refused", async () => {
      for (const key of ["x".repeat(256), "two words"])
        assertRefused(await think(key), 400, "validation_failed", ["header.Idempotency-Key"]);
      assert.equal((await think("x".repeat(255))).status, 200);
    });

    test("an operation that does not take a key ignores it", async () => {
      const key = randomUUID();
      const save = (language: string) =>
        call("POST", "/api/settings", { body: { language }, headers: { "Idempotency-Key": key } });
      assert.equal((await save("en")).status, 200);
      const answer = await save("de");
      assert.deepEqual([answer.status, answer.headers.has("idempotency-replayed")], [200, false]);
    });

    test("a new API key can be had again with its key, and lies in the database encrypted", async () => {
      const key = randomUUID();
      const create = () => call("POST", "/api/keys", { body: { name: "CI" }, headers: { "Idempotency-Key": key } });
      const first = await create();
      assert.equal((await create()).body.key, first.body.key);
      assert.ok(!(await place.contents()).includes(first.body.key));
      assert.ok(!server.output().includes(first.body.key));
    });

    test("the first answer survives a restart, with what it was the answer to", async () => {
      const own = await startServer({ after }, { place: await side.place({ after }) });
      const callOwn = caller(own);
      const conversation = await busyConversation(callOwn);
      const key = randomUUID();
      const path = `/api/conversations/${conversation.id}/message`;
      const headers = { "Idempotency-Key": key };
      const first = await callOwn("POST", path, { body: { message: "Once." }, headers });
      await own.stop("SIGKILL");
      const next = await startServer({ after }, own);
      const callNext = caller(next);
      const again = await callNext("POST", path, { body: { message: "Once." }, headers });
      assert.deepEqual(again.body, first.body);
      const said = (await allEvents(callNext, conversation.id)).filter(({ args }) => args?.content === "Once.");
      assert.equal(said.length, 1);
    });

    test("what is sent in an envelope is replayed in one", async () => {
      const headers = { "Idempotency-Key": randomUUID(), Accept: "application/vnd.openhands.envelope+json" };
      const create = () => call("POST", "/api/keys", { body: {}, headers });
      const first = await create();
      assert.equal(first.body.success, true);
      assert.deepEqual((await create()).body, first.body);
    });

    test("after a day, a key is new again", async () => {
      const store = await (await side.place({ after })).open();
      const userId = "user";
      await store.users.insert({ id: userId, name: "user", createdAt: "" });
      let now = Date.parse("2026-11-22T10:00:00Z");
      const idempotency = createIdempotency({
        store: store.receipts,
        cipher: createCipher(randomBytes(32)),
        clock: { now: () => new Date(now) },
      });
      let done = 0;
      const create = () =>
        idempotency.once({ userId, operation: "keys.create", key: "k", content: {} }, async (receiptOf) => {
          const answer = { status: 200, body: { done: (done += 1) } };
          const key = { ...apiKey, id: String(done), hash: String(done), userId };
          await store.apiKeys.insert(key, receiptOf(answer));
          return answer;
        });
      assert.equal((await create()).replayed, false);
      now += 23 * 60 * 60 * 1000;
      assert.equal((await create()).replayed, true);
      now += 2 * 60 * 60 * 1000;
      assert.equal((await create()).replayed, false);
      assert.equal(done, 2);
      await store.close();
    });

    test("without a key, the same message twice is two messages", async () => {
      const before = (await allEvents(call, id)).length;
      await say(call, id, "Again.");
      await say(call, id, "Again.");
      await act(call, id, "think", { thought: "and again" });
      const after = (await allEvents(call, id)).slice(before).filter(({ args }) => args?.content === "Again.");
      assert.equal(after.length, 2);
    });
  });
}

test("an operation that leaves no receipt is a fault of the server's", async () => {
  const store = { find: () => Promise.resolve(null), deleteBefore: () => Promise.resolve() };
  const cipher = createCipher(randomBytes(32));
  const idempotency = createIdempotency({ store, cipher, clock: { now: () => new Date() } });
  const request = { userId: "user", operation: "keys.create", key: "k", content: {} };
  await assert.rejects(
    idempotency.once(request, () => Promise.resolve({ status: 200, body: {} })),
    /keys.create takes an Idempotency-Key and has left no receipt/,
  );
});
