// PostgreSQL goes away while a server runs, and comes back.
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { after, test } from "node:test";
import { contract, operationsOf } from "../../../contract/index.ts";
import { allEvents, caller, createConversation, until } from "../../support/api.ts";
import { busyConversation, say, untilState } from "../../support/conversation.ts";
import { startCutOffProxy } from "../../support/cut-off-proxy.ts";
import { exampleRequest } from "../../support/example-request.ts";
import { isStatus, range } from "../../support/frames.ts";
import { assertRefused } from "../../support/refusal.ts";
import { openSocket } from "../../support/socket.ts";
import { startServer } from "../../support/start-server.ts";
import { postgres, storeSides } from "../../support/stores.ts";

for (const side of storeSides.filter((each) => each === postgres)) {
  const place = await side.place({ after });
  const url = new URL(place.env["DATABASE_URL"] ?? "");
  const proxy = await startCutOffProxy({ after }, url.host);
  url.host = proxy.host;
  url.password = randomBytes(24).toString("hex"); // which PostgreSQL does not ask for here
  const env = { DATABASE_URL: url.href, LOG_LEVEL: "trace" };
  const server = await startServer({ after }, { place: { dataDir: place.dataDir, env } });
  const call = caller(server);
  const echo = await call("POST", "/api/settings", { body: { llm_model: "test/echo" } });
  assert.equal(echo.status, 200);

  /** Works again without anybody's doing. */
  async function comesBack(): Promise<void> {
    proxy.mend();
    await until(async () => (await call("GET", "/api/readiness")).status === 200);
  }

  test("while PostgreSQL is away every request is told to try again, and the probes name what has failed", async () => {
    const id = await createConversation(call);
    const socket = openSocket(server, id);
    await socket.next(isStatus("replay_complete"));
    proxy.cut();
    for (const operation of operationsOf(contract)) {
      const { security, deprecation } = operation.operation.metadata;
      const { method, path, body } = exampleRequest(operation, { conversation_id: id });
      if (security !== "user" && operation.id !== "sessions.login") continue; // an access token proves itself first
      if (deprecation?.state === "gone" || body instanceof FormData) continue;
      const answer = await call(method, path, body === undefined ? {} : { body: JSON.parse(body) });
      assertRefused(answer, 503, "not_ready");
      assert.equal(answer.headers.get("retry-after"), "5");
    }
    for (const probe of ["/api/readiness", "/ready"]) {
      const answer = await call("GET", probe);
      assertRefused(answer, 503, "not_ready");
      assert.match(answer.body.error, /store/);
    }
    assert.equal((await call("GET", "/alive")).status, 200);
    socket.send({ type: "oh_user_action", data: { action: "message", args: { content: "Hello." } }, request_id: "1" });
    assert.equal((await socket.next(isStatus("error"))).code, "not_ready");
    assert.equal((await openSocket(server, id).closed).code, 1013);
    await comesBack();
    socket.send({ type: "oh_user_action", data: { action: "message", args: { content: "Hello." } }, request_id: "1" });
    await socket.next(isStatus("ack"));
    socket.close();
  });

  test("what is acknowledged before, while and after PostgreSQL is away, again and again, is there once", async () => {
    const id = await createConversation(call);
    const acknowledged = new Map<number, string>();
    let over = false;
    const talk = range(4).map(async (line) => {
      for (let index = 0; !over; index += 1) {
        const message = `message ${line}.${index}`;
        const answer = await say(call, id, message);
        if (answer.status === 200) acknowledged.set(answer.body.event_id, message);
        else assertRefused(answer, 503, "not_ready");
      }
    });
    for (let round = 0; round < 3; round += 1) {
      const before = acknowledged.size;
      await until(() => acknowledged.size > before + 20);
      proxy.cut();
      await until(async () => (await call("GET", "/api/readiness")).status === 503);
      await comesBack();
    }
    over = true;
    await Promise.all(talk);
    const events = await allEvents(call, id);
    assert.deepEqual(
      events.map((event) => event.id),
      range(events.length - 1),
    );
    for (const [eventId, message] of acknowledged) assert.equal(events[eventId]?.args?.content, message);
  });

  test("an agent that PostgreSQL fails in the middle of its work goes on when it is back", async () => {
    await call("POST", "/api/settings", { body: { llm_model: "test/tools" } });
    const { id } = await busyConversation(call);
    await say(call, id, "think: next");
    const before = server.output().length;
    proxy.cut();
    await writeFile(join(place.dataDir, "workspaces", id, "go"), ""); // the command ends, which nobody can say in the log
    await until(() => server.output().slice(before).includes("the agent loop failed"));
    await comesBack();
    const events = await untilState(call, id, "finished");
    const run = events.find(({ action }) => action === "run");
    const outcome = events.find(({ cause, observation }) => cause === run.id && observation === "error");
    assert.match(outcome.content, /^The store did not answer while this was under way\. /);
    assert.equal(events.filter(({ action, args }) => action === "think" && args.thought === "next").length, 1);
  });

  test("neither the log nor an answer holds the password", () => {
    assert.match(server.output(), /PostgreSQL does not answer/);
    assert.match(server.output(), new RegExp(`Database +postgresql://${proxy.host}/`));
    assert.ok(!server.output().includes(url.password));
  });
}
