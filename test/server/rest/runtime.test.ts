import assert from "node:assert/strict";
import { after, test } from "node:test";
import { act } from "../../support/conversation.ts";
import { caller, createConversation, until } from "../../support/api.ts";
import { assertRefused } from "../../support/refusal.ts";
import { startServer } from "../../support/start-server.ts";

const server = await startServer({ after });
const call = caller(server);
const hosts = async (id: string): Promise<Record<string, number>> =>
  (await call("GET", `/api/conversations/${id}/web-hosts`)).body.hosts;

/** A command that serves `text` on a port of its own until it is ended; `detached` goes out of the shell's process group. */
function serving(text: string, detached = false): string {
  const script = `require("http").createServer((q, r) => r.end("${text}")).listen(0)`;
  return `${detached ? "setsid --wait " : ""}${process.execPath} -e '${script}'`;
}

for (const [what, path, body] of [
  ["the runtime is its sandbox", "config", (id: string) => ({ runtime_id: id, session_id: id })],
  ["there is no editor", "vscode-url", () => ({ vscode_url: null })],
  ["nothing is served", "web-hosts", () => ({ hosts: {} })],
] as const) {
  test(`${what}, running or stopped`, async () => {
    const id = await createConversation(call);
    const address = `/api/conversations/${id}/${path}`;
    assert.deepEqual((await call("GET", address)).body, body(id));
    await call("POST", `/api/conversations/${id}/stop`);
    const { status, body: stopped } = await call("GET", address);
    assert.deepEqual([status, stopped], [200, body(id)]);
  });
}

for (const detached of [false, true]) {
  test(`what a command serves is listed while it runs, for its conversation alone (detached: ${detached})`, async () => {
    const id = await createConversation(call);
    const other = await createConversation(call);
    await act(call, id, "run", { command: serving("hello", detached) });
    await until(async () => Object.keys(await hosts(id)).length > 0);
    const [[url, port] = ["", 0], ...more] = Object.entries(await hosts(id));
    assert.deepEqual([url, more], [`http://localhost:${port}`, []]);
    assert.equal(await (await fetch(url)).text(), "hello");
    assert.deepEqual(await hosts(other), {});
    await call("POST", `/api/conversations/${id}/stop`);
    await until(async () => Object.keys(await hosts(id)).length === 0);
  });
}

test("several ports are listed in their order", async () => {
  const id = await createConversation(call);
  const twice = `${serving("a")} & ${serving("b")}`;
  await act(call, id, "run", { command: twice });
  await until(async () => Object.keys(await hosts(id)).length === 2);
  const ports = Object.values(await hosts(id));
  assert.deepEqual(
    ports,
    ports.toSorted((a, b) => a - b),
  );
  await call("POST", `/api/conversations/${id}/stop`);
});

test("a conversation that does not exist has none of it", async () => {
  for (const path of ["config", "vscode-url", "web-hosts"])
    assertRefused(await call("GET", `/api/conversations/${"0".repeat(32)}/${path}`), 404, "conversation_not_found");
});
