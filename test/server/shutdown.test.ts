// How a server ends that is told to.
import assert from "node:assert/strict";
import { once } from "node:events";
import { connect } from "node:net";
import { test } from "node:test";
import { sql } from "kysely";
import { allEvents, caller, createConversation, until } from "../support/api.ts";
import { act, busyConversation, say, untilEvent, untilFile } from "../support/conversation.ts";
import { eventsOf, isStatus, range } from "../support/frames.ts";
import { openSocket } from "../support/socket.ts";
import { startServer } from "../support/start-server.ts";
import { postgres } from "../support/stores.ts";

for (const signal of ["SIGTERM", "SIGINT"] as const) {
  test(`${signal}: sockets are closed with 1001 after the last event, and the exit code is 0`, async (t) => {
    const server = await startServer(t, { env: { SHUTDOWN_DRAIN_SECONDS: signal === "SIGINT" ? "1" : "0" } });
    const call = caller(server);
    const { id } = await busyConversation(call);
    const run = await act(call, id, "run", { command: untilFile("never") });
    await untilEvent(call, id, (event) => event.id === run.body.event_ids[0]);
    const sockets = [openSocket(server, id), openSocket(server, id, { batch: "true" })];
    for (const socket of sockets) await socket.next((frame) => isStatus("replay_complete")(frame));

    assert.deepEqual(await server.stop(signal), { code: 0, signal: null });
    for (const socket of sockets) {
      const { code, reason } = await socket.closed;
      assert.deepEqual(
        { code, reason },
        { code: 1001, reason: "The server is shutting down. Connect again with latest_event_id." },
      );
    }

    const again = await startServer(t, server);
    const events = await allEvents(caller(again), id);
    const said = events.findIndex(({ extras }) => extras?.reason === "The server was restarted.");
    for (const socket of sockets) assert.deepEqual(eventsOf(socket.frames), events.slice(0, said));
    const interrupted = events.filter(({ observation }) => observation === "run");
    assert.equal(interrupted.length, 2, "the agent's command and the user's end, and the log says so");
    assert.deepEqual(
      events.map((event) => event.id),
      range(events.length - 1),
    );
  });
}

test("a client that does not answer the goodbye does not keep the server", async (t) => {
  const server = await startServer(t);
  const socket = openSocket(server, await createConversation(caller(server)));
  await socket.next(isStatus("replay_complete"));
  socket.raw.pause();
  assert.deepEqual(await server.stop(), { code: 0, signal: null });
  socket.raw.terminate();
});

test("a request that never ends does not keep the server", async (t) => {
  const server = await startServer(t, { env: { SHUTDOWN_GRACE_SECONDS: "2" } });
  const { hostname, port } = new URL(server.url);
  const client = connect(Number(port), hostname).on("error", () => {});
  client.write("POST /api/login HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{");
  await until(async () => (await caller(server)("GET", "/alive")).status === 200); // so the request has come
  const closed = once(client.resume(), "close");
  assert.deepEqual(await server.stop(), { code: 0, signal: null });
  await closed;
});

test("told to end, it says 503 to readiness probes and serves on; a second signal ends it at once, with 1", async (t) => {
  const server = await startServer(t, { env: { SHUTDOWN_DRAIN_SECONDS: "3600" } });
  const call = caller(server);
  const id = await createConversation(call);
  const ended = server.stop("SIGTERM");
  await until(async () => (await call("GET", "/api/readiness")).status === 503);
  for (const path of ["/api/readiness", "/ready"]) {
    const { body, headers } = await call("GET", path);
    assert.equal(body.code, "not_ready");
    assert.match(body.error, /about to end/);
    assert.ok(headers.has("Retry-After"));
  }
  const alive = await call("GET", "/alive");
  assert.deepEqual([alive.status, alive.headers.get("Connection")], [200, "close"], "kept connections move elsewhere");
  assert.equal((await say(call, id, "think: still here")).status, 200);
  const socket = openSocket(server, id);
  await socket.next(({ action }) => action?.action === "think" && action.args.thought === "still here");

  assert.deepEqual(await server.stop("SIGTERM"), { code: 1, signal: null });
  assert.deepEqual(await ended, { code: 1, signal: null });
});

test("when the grace time is over, it exits with 1, says what it waited for, and the next one goes on", async (t) => {
  const place = await postgres.place(t);
  const env = { SHUTDOWN_GRACE_SECONDS: "1" };
  const server = await startServer(t, { place, env });
  const call = caller(server);
  const { id } = await busyConversation(call);
  const run = await act(call, id, "run", { command: untilFile("never") });
  await untilEvent(call, id, (event) => event.id === run.body.event_ids[0]);

  const locking = place.connect();
  const locked = Promise.withResolvers<void>();
  const lock = locking.db.transaction().execute(async (transaction) => {
    await sql`LOCK TABLE events IN EXCLUSIVE MODE`.execute(transaction); // readers may go on, writers wait
    locked.resolve();
    await ended.promise;
  });
  const ended = Promise.withResolvers<void>();
  await locked.promise;
  assert.deepEqual(await server.stop(), { code: 1, signal: null });
  ended.resolve();
  await lock;
  await locking.close();
  assert.match(server.output(), /"waits_for":"agents and their commands".*SHUTDOWN_GRACE_SECONDS/);

  const again = caller(await startServer(t, server));
  const outcome = await untilEvent(again, id, ({ cause }) => cause === run.body.event_ids[0]);
  assert.ok(["run", "error"].includes(outcome.observation));
});

test("what is said while the server ends is not lost once it is acknowledged", async (t) => {
  const server = await startServer(t);
  const { id } = await busyConversation(caller(server));
  const acknowledged: string[] = [];
  const socket = openSocket(server, id, { types: "null" });
  await socket.next(isStatus("replay_complete"));
  const talk = (async () => {
    for (let index = 0; socket.raw.readyState === socket.raw.OPEN; index += 1) {
      const { status } = await say(caller(server), id, `rest ${index}`).catch(() => ({ status: 0 }));
      if (status === 200) acknowledged.push(`rest ${index}`);
      socket.send({
        type: "oh_user_action",
        data: { action: "message", args: { content: `socket ${index}` } },
        request_id: `socket ${index}`,
      });
    }
  })();
  await socket.next(isStatus("ack"));
  assert.deepEqual(await server.stop(), { code: 0, signal: null });
  await talk;
  acknowledged.push(...socket.frames.filter(({ status }) => status === "ack").map(({ request_id }) => request_id));

  const again = await startServer(t, server);
  const events = await allEvents(caller(again), id);
  const stored = new Set(events.filter(({ action }) => action === "message").map(({ args }) => args.content));
  assert.deepEqual(
    acknowledged.filter((text) => !stored.has(text)),
    [],
  );
  assert.deepEqual(
    events.map((event) => event.id),
    range(events.length - 1),
  );
});
