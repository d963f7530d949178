// Who may connect, and what the others are told: by a close code, which is all that a browser can read.
import assert from "node:assert/strict";
import { once } from "node:events";
import { connect } from "node:net";
import { after, describe, test } from "node:test";
import { execa } from "execa";
import { caller, createConversation, until } from "../../support/api.ts";
import { openSocket } from "../../support/socket.ts";
import type { TestSocket } from "../../support/socket.ts";
import { startServer } from "../../support/start-server.ts";
import { isStatus } from "../../support/frames.ts";

const root = `${import.meta.dirname}/../../..`;
const allowed = "https://console.example";
const server = await startServer({ after }, { env: { PERMITTED_CORS_ORIGINS: allowed, MAX_SOCKETS_PER_USER: "3" } });
const call = caller(server);
const id = await createConversation(call);

async function assertWelcome(socket: TestSocket): Promise<void> {
  await socket.next(isStatus("replay_complete"));
  socket.close();
  await socket.closed;
}

async function assertRefused(socket: TestSocket, code: number, reason: RegExp): Promise<void> {
  const closed = await socket.closed;
  assert.equal(closed.code, code);
  assert.match(closed.reason, reason);
  assert.deepEqual(socket.frames, []);
}

async function login(): Promise<string> {
  const { status, headers } = await call("POST", "/api/login", { body: { api_key: server.key } });
  assert.equal(status, 200);
  return headers.getSetCookie()[0]?.split(";")[0] ?? "";
}

async function newKey(): Promise<{ id: string; key: string }> {
  const { status, body } = await call("POST", "/api/keys", { body: { name: "a test's" } });
  assert.ok(status < 300, `${status}: ${JSON.stringify(body)}`);
  return { id: body.id, key: body.key };
}

describe("credentials that let a client in", () => {
  test("an API key as bearer", () => assertWelcome(openSocket(server, id)));
  test("an API key in X-Session-API-Key", () =>
    assertWelcome(openSocket(server, id, {}, { key: null, headers: { "X-Session-API-Key": server.key } })));
  test("an API key in the query", () =>
    assertWelcome(openSocket(server, id, { session_api_key: server.key }, { key: null })));
  test("a session cookie with an allowed Origin", async () => {
    const headers = { Cookie: await login(), Origin: allowed };
    await assertWelcome(openSocket(server, id, {}, { key: null, headers }));
  });
  test("a session cookie from the server's own pages", async () => {
    const headers = { Cookie: await login(), Origin: server.url };
    await assertWelcome(openSocket(server, id, {}, { key: null, headers }));
  });
});

describe("4401", () => {
  test("no credentials", () => assertRefused(openSocket(server, id, {}, { key: null }), 4401, /no credentials/));
  test("an unknown key", () =>
    assertRefused(openSocket(server, id, {}, { key: "oh_unknown" }), 4401, /not valid|no longer/));
  test("an Authorization of another scheme", () =>
    assertRefused(openSocket(server, id, {}, { key: null, headers: { Authorization: "Basic eDp5" } }), 4401, /Bearer/));
  test("a revoked key", async () => {
    const { id: keyId, key } = await newKey();
    await assertWelcome(openSocket(server, id, {}, { key }));
    assert.equal((await call("DELETE", `/api/keys/${keyId}`)).status, 200);
    await assertRefused(openSocket(server, id, {}, { key }), 4401, /not valid|no longer/);
  });
  test("a session that has been ended", async () => {
    const headers = { Cookie: await login(), Origin: allowed };
    await call("POST", "/api/logout", { key: null, headers });
    await assertRefused(openSocket(server, id, {}, { key: null, headers }), 4401, /not valid|no longer/);
  });
  test("comes before what a stranger could learn from the other codes", () =>
    assertRefused(openSocket(server, "0".repeat(32), { latest_event_id: "x" }, { key: null }), 4401, /credentials/));
});

describe("4403", () => {
  for (const [name, origin] of Object.entries({
    "a foreign": "https://evil.example",
    "a local": "http://localhost:5173",
    no: null,
  })) {
    test(`a session cookie with ${name} Origin`, async () => {
      const headers = { Cookie: await login(), ...(origin !== null && { Origin: origin }) };
      await assertRefused(openSocket(server, id, {}, { key: null, headers }), 4403, /Origin/);
    });
  }
  test("is not for API keys, which no foreign page can send", () =>
    assertWelcome(openSocket(server, id, {}, { headers: { Origin: "https://evil.example" } })));
});

describe("4400", () => {
  const cases: [string, Record<string, string>, RegExp][] = [
    ["latest_event_id that is no integer", { latest_event_id: "1e1" }, /latest_event_id/],
    ["latest_event_id below -1", { latest_event_id: "-2" }, /latest_event_id/],
    ["latest_event_id above the last event's", { latest_event_id: "1000" }, /latest_event_id must not be above \d/],
    ["an unknown type", { types: "message,nonsense" }, /types/],
    ["batch that is no boolean", { batch: "yes" }, /batch/],
  ];
  for (const [name, query, reason] of cases) {
    test(name, () => assertRefused(openSocket(server, id, query), 4400, reason));
    test(`${name}, the key in the query`, () =>
      assertRefused(openSocket(server, id, { ...query, session_api_key: server.key }, { key: null }), 4400, reason));
  }
  test("an id that is none", () => assertRefused(openSocket(server, "nonsense"), 4400, /conversation_id/));
  test("an empty id", () => assertRefused(openSocket(server, ""), 4400, /conversation_id/));
  test("an id that cannot be decoded", () => assertRefused(openSocket(server, "%ff"), 4400, /conversation_id/));
});

describe("4404", () => {
  test("an unknown conversation", () =>
    assertRefused(openSocket(server, "0".repeat(32)), 4404, /no such conversation/));
  test("another user's conversation", async () => {
    await assertRefused(openSocket(server, id, {}, { key: await otherUsersKey() }), 4404, /no such conversation/);
  });
  test("a conversation that is deleted while the client is connected", async () => {
    const doomed = await createConversation(call);
    const socket = openSocket(server, doomed);
    await socket.next(isStatus("replay_complete"));
    await call("DELETE", `/api/conversations/${doomed}`);
    const { code, reason } = await socket.closed;
    assert.deepEqual({ code, reason }, { code: 4404, reason: "The conversation has been deleted." });
    await assertRefused(openSocket(server, doomed), 4404, /no such conversation/);
  });
});

test("4429: more sockets than a user may have, until one is closed", async () => {
  const open = [openSocket(server, id), openSocket(server, id), openSocket(server, id)];
  for (const socket of open) await socket.next(isStatus("replay_complete"));
  await assertRefused(openSocket(server, id), 4429, /You have 3 sockets open\. Close one first\./);
  open[0]?.close();
  await open[0]?.closed;
  await assertWelcome(openSocket(server, id));
  for (const socket of open) socket.close();
  await Promise.all(open.map(({ closed }) => closed));
});

test("num_connections counts the sockets of a conversation", async () => {
  const [one, other] = [await createConversation(call), await createConversation(call)];
  const count = async (of: string) => (await call("GET", `/api/conversations/${of}`)).body.num_connections;
  assert.equal(await count(one), 0);
  const sockets = [openSocket(server, one), openSocket(server, one)];
  for (const socket of sockets) await socket.next(isStatus("replay_complete"));
  assert.deepEqual([await count(one), await count(other)], [2, 0]);
  sockets[0]?.close();
  await until(async () => (await count(one)) === 1);
  sockets[1]?.raw.terminate();
  await until(async () => (await count(one)) === 0);
});

describe("what is no socket of this server", () => {
  for (const path of ["/sockets/events", `/sockets/events/${id}/more`, "/sockets/other", "/socket.io/?EIO=4", "/"]) {
    test(`${path} is answered with 404 and the error that every unknown path has`, async () => {
      assert.match(await rawUpgrade(path), /^HTTP\/1\.1 404 .*"code":"route_not_found"/s);
    });
  }

  for (const path of ["//", "//[", "http://[", "/%", "*"]) {
    test(`${path} does the server no harm`, async () => {
      await rawUpgrade(path);
      assert.equal((await call("GET", "/alive")).status, 200);
    });
  }

  test("a client that is gone before it is refused does the server no harm", async () => {
    const { hostname, port } = new URL(server.url);
    for (let index = 0; index < 20; index += 1) {
      const socket = connect(Number(port), hostname);
      await once(socket, "connect");
      await new Promise<void>((resolve) => socket.write(upgradeRequest("/nowhere"), () => resolve()));
      socket.resetAndDestroy();
    }
    assert.equal((await call("GET", "/alive")).status, 200);
  });

  test("an upgrade to another protocol is declined, and the request answered", async () => {
    const answer = await rawUpgrade("/alive", "h2c");
    assert.match(answer, /^HTTP\/1\.1 200 /);
  });
});

async function otherUsersKey(): Promise<string> {
  const { stdout } = await execa(process.execPath, [`${root}/server/cli.ts`, "users", "add", "somebody"], {
    env: { DATA_DIR: server.dataDir },
  });
  const key = /oh_\S+/.exec(stdout)?.[0];
  assert.ok(key, `no key in: ${stdout}`);
  return key;
}

/** Asks for an upgrade in so many bytes. @returns how the answer begins; nothing when there is none */
async function rawUpgrade(path: string, protocol = "websocket"): Promise<string> {
  const { hostname, port } = new URL(server.url);
  const socket = connect(Number(port), hostname).on("error", () => {});
  socket.write(upgradeRequest(path, protocol));
  let answer = "";
  socket.setEncoding("utf8").on("data", (text: string) => {
    answer += text;
    socket.end();
  });
  await once(socket, "close");
  return answer;
}

function upgradeRequest(path: string, protocol = "websocket"): string {
  const lines = [
    `GET ${path} HTTP/1.1`,
    "Host: localhost",
    "Connection: Upgrade",
    `Upgrade: ${protocol}`,
    "Sec-WebSocket-Version: 13",
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
  ];
  return `${lines.join("\r\n")}\r\n\r\n`;
}
