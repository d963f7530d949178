// Sockets whose key or session ends while they are open, and those that may only listen.
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { DatabaseSync } from "node:sqlite";
import { join } from "node:path";
import { allEvents, caller, createConversation, until } from "../../support/api.ts";
import { addUser, runCli } from "../../support/cli.ts";
import { isStatus } from "../../support/frames.ts";
import { assertRefused } from "../../support/refusal.ts";
import { openSocket } from "../../support/socket.ts";
import type { TestSocket } from "../../support/socket.ts";
import { startServer } from "../../support/start-server.ts";

const server = await startServer({ after });
const call = caller(server);
const id = await createConversation(call);

async function newKey(body: object = {}): Promise<{ id: string; key: string }> {
  return (await call("POST", "/api/keys", { body })).body;
}

async function logIn(api_key: string, headers: Record<string, string> = {}) {
  const answer = await call("POST", "/api/login", { key: null, body: { api_key }, headers });
  return { Cookie: answer.headers.getSetCookie()[0]?.split(";")[0] ?? "", Origin: server.url };
}

async function opened(socket: TestSocket): Promise<TestSocket> {
  await socket.next(isStatus("replay_complete"));
  return socket;
}

async function assertEnded(socket: TestSocket): Promise<void> {
  await until(() => socket.raw.readyState === socket.raw.CLOSED);
  const { code, reason } = await socket.closed;
  assert.equal(code, 4401);
  assert.match(reason, /key or session has ended/);
}

test("a socket is closed when its key is revoked, and no other", async () => {
  const [one, other] = [await newKey(), await newKey()];
  const ending = [
    await opened(openSocket(server, id, {}, { key: one.key })),
    await opened(openSocket(server, id, {}, { key: null, headers: { "X-Session-API-Key": one.key } })),
    await opened(openSocket(server, id, { session_api_key: one.key }, { key: null })),
  ];
  const staying = await opened(openSocket(server, id, {}, { key: other.key }));
  await call("DELETE", `/api/keys/${one.id}`);
  for (const socket of ending) await assertEnded(socket);
  staying.send({ message: "still here" });
  await staying.next(isStatus("ack"));
  staying.close();
});

test("a socket by cookie is closed when its session ends: by logout, by the next login, or with its key", async () => {
  const { id: keyId, key } = await newKey();
  const open = async (headers: Record<string, string>) => opened(openSocket(server, id, {}, { key: null, headers }));
  const first = await logIn(key);
  const loggedOut = await open(first);
  await call("POST", "/api/logout", { key: null, headers: first });
  await assertEnded(loggedOut);

  const second = await logIn(key);
  const replaced = await open(second);
  const third = await logIn(key, { Cookie: second.Cookie });
  await assertEnded(replaced);

  const withKey = await open(third);
  await call("DELETE", `/api/keys/${keyId}`);
  await assertEnded(withKey);
});

test("a socket is closed when its key or session expires", async () => {
  const { id: keyId, key } = await newKey();
  const byKey = await opened(openSocket(server, id, {}, { key }));
  const expiring = await newKey({ expires_at: new Date(Date.now() + 2000).toISOString() });
  const byExpiringKey = openSocket(server, id, {}, { key: expiring.key });
  const byCookie = await opened(openSocket(server, id, {}, { key: null, headers: await logIn(key) }));
  const database = new DatabaseSync(join(server.dataDir, "openhands.sqlite"), { timeout: 5000 });
  const past = "2020-01-01T00:00:00.000Z";
  database.prepare("UPDATE sessions SET expires_at = ? WHERE api_key_id = ?").run(past, keyId);
  database.close();
  await assertEnded(byCookie);
  assert.equal((await byExpiringKey.closed).code, 4401);
  assert.equal(byKey.raw.readyState, byKey.raw.OPEN);
  byKey.close();
});

test("a socket is closed when another process disables its user", async () => {
  const key = await addUser(server, "Ada");
  const own = await createConversation(call, {}, key);
  const sockets = [
    await opened(openSocket(server, own, {}, { key })),
    await opened(openSocket(server, own, {}, { key: null, headers: await logIn(key) })),
  ];
  const { code } = await runCli(["users", "disable", "Ada"], { env: { DATA_DIR: server.dataDir } });
  assert.equal(code, 0);
  for (const socket of sockets) await assertEnded(socket);
  assertRefused(await call("GET", "/api/keys", { key }), 401, "invalid_credentials");
});

test("what a client sends after its key was revoked is not done, even when it does not hang up", async () => {
  const { id: keyId, key } = await newKey();
  const socket = await opened(openSocket(server, id, {}, { key }));
  socket.raw.pause(); // so that it does not see the goodbye
  await call("DELETE", `/api/keys/${keyId}`);
  socket.raw.send(JSON.stringify({ message: "from beyond" }));
  const other = await opened(openSocket(server, id));
  other.send({ message: "afterwards" });
  await other.next(isStatus("ack"));
  socket.raw.resume();
  await assertEnded(socket);
  const said = (await allEvents(call, id)).map(({ args }) => args?.content);
  assert.ok(said.includes("afterwards"));
  assert.ok(!said.includes("from beyond"));
  other.close();
});

test("a key that may read gets the events, and its messages are refused while it stays connected", async () => {
  const { key } = await newKey({ scope: "read" });
  const socket = await opened(openSocket(server, id, {}, { key }));
  const frames = [
    { message: "mine" },
    { type: "oh_user_action", data: { action: "message", args: { content: "mine" } }, request_id: "r-1" },
    { type: "oh_action", data: { action: "message", args: { content: "mine" } }, request_id: "r-2" },
  ];
  for (const frame of frames) socket.send(frame);
  const refusal = await socket.next(({ request_id }) => request_id === "r-2");
  assert.equal(refusal.code, "scope_insufficient");
  const refusals = socket.frames.filter(isStatus("error"));
  assert.deepEqual(
    refusals.map(({ code, request_id }) => [code, request_id]),
    [null, "r-1", "r-2"].map((requestId) => ["scope_insufficient", requestId]),
  );
  await call("POST", `/api/conversations/${id}/message`, { body: { message: "theirs" } });
  await socket.next(({ action }) => action?.args?.content === "theirs");
  assert.ok(!(await allEvents(call, id)).some(({ args }) => args?.content === "mine"));
  socket.close();
});

test("credentials that disagree are refused with 4400", async () => {
  const { key } = await newKey();
  const { code, reason } = await openSocket(server, id, { session_api_key: key }).closed;
  assert.equal(code, 4400);
  assert.match(reason, /different API keys/);
  (await opened(openSocket(server, id, { session_api_key: server.key }))).close();
});
