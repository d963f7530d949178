// What the server knows to be secret reaches no event: not the log, not the socket, not the database.
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { after, test } from "node:test";
import { allEvents, caller, createConversation, perform } from "../../support/api.ts";
import { addUser } from "../../support/cli.ts";
import { act, busyConversation, say } from "../../support/conversation.ts";
import { isStatus } from "../../support/frames.ts";
import { openSocket } from "../../support/socket.ts";
import { startServer } from "../../support/start-server.ts";

const server = await startServer({ after });
const call = caller(server);
const fresh = () => `s_${randomBytes(12).toString("hex")}`;

/** Every place where a user keeps secrets, with how one gets there. */
const places: Record<string, (value: string) => Promise<unknown>> = {
  "a secret": (value) => call("POST", "/api/secrets", { body: { name: `S_${randomBytes(4).toString("hex")}`, value } }),
  "the key of a model": (llm_api_key) => call("POST", "/api/settings", { body: { llm_api_key } }),
  "the key of a search": (search_api_key) => call("POST", "/api/settings", { body: { search_api_key } }),
  "the key of an MCP server": (api_key) =>
    call("POST", "/api/settings", {
      body: { mcp_config: { shttp_servers: [{ url: "https://mcp.example", api_key }] } },
    }),
  "the token of a git host": (token) =>
    call("POST", "/api/add-git-providers", { body: { provider_tokens: { github: { token } } } }),
};

for (const [place, store] of Object.entries(places)) {
  test(`${place} that is typed, printed and read shows in no event`, async () => {
    const { id, release } = await busyConversation(call);
    const live = openSocket(server, id);
    const value = fresh();
    await store(value);
    await say(call, id, `My key is ${value}, keep it.`);
    const printed = await perform(call, id, { action: "run", args: { command: `printf '%s\\n' ${value}` } });
    assert.deepEqual(
      [printed.content, printed.extras.command],
      ["<secret_hidden>\n", "printf '%s\\n' <secret_hidden>"],
    );
    await perform(call, id, { action: "write", args: { path: "key.txt", content: value } });
    assert.equal((await perform(call, id, { action: "read", args: { path: "key.txt" } })).content, "<secret_hidden>");
    await release();
    const events = await allEvents(call, id);
    const said = events.find(({ args }) => args?.content?.startsWith("My key"));
    assert.equal(said.message, "My key is <secret_hidden>, keep it.");
    const replay = openSocket(server, id);
    await replay.next(isStatus("replay_complete"));
    await live.next((frame) => frame.observation?.content === "<secret_hidden>");
    const everything = JSON.stringify([events, live.frames, replay.frames]) + server.output();
    assert.ok(!everything.includes(value));
    for (const file of ["openhands.sqlite", "openhands.sqlite-wal"])
      assert.ok(!(await readFile(join(server.dataDir, file))).includes(value), file);
    live.close();
    replay.close();
  });
}

test("a message that comes with the creation, or over the socket, is no exception", async () => {
  const value = fresh();
  await places["a secret"]?.(value);
  const id = await createConversation(call, { initial_user_msg: `It is ${value}.` });
  const socket = openSocket(server, id, { types: "null" });
  socket.send({ message: `And ${value} again.` });
  await socket.next(isStatus("ack"));
  socket.close();
  const events = await allEvents(call, id);
  const said = events.filter(({ action, source }) => action === "message" && source === "user");
  assert.deepEqual(
    said.map(({ args }) => args.content),
    ["It is <secret_hidden>.", "And <secret_hidden> again."],
  );
});

test("a conversation's own secrets are hidden in it from its first event on, and in no other", async () => {
  const api_key = fresh();
  const mcp_config = { sse_servers: [{ url: "https://mcp.example", api_key }] };
  const initial_user_msg = `The key is ${api_key}.`;
  const saidIn = async (body: object) =>
    (await allEvents(call, await createConversation(call, body))).find(({ source }) => source === "user").args.content;
  assert.equal(await saidIn({ initial_user_msg, mcp_config }), "The key is <secret_hidden>.");
  assert.equal(await saidIn({ initial_user_msg }), initial_user_msg);
  const own = await createConversation(call, { mcp_config });
  await say(call, own, initial_user_msg);
  const said = (await allEvents(call, own)).find(({ source }) => source === "user");
  assert.equal(said.message, "The key is <secret_hidden>.");
});

test("a new value is hidden from the next event on, a deleted one no longer", async () => {
  const { id } = await busyConversation(call);
  const [first, second] = [fresh(), fresh()];
  const thought = async (text: string) => {
    const { body } = await act(call, id, "think", { thought: text });
    return (await allEvents(call, id))[body.event_ids[0]].args.thought;
  };
  assert.equal(await thought(first), first);
  await call("POST", "/api/secrets", { body: { name: "TURN", value: first } });
  assert.equal(await thought(first), "<secret_hidden>");
  await call("POST", "/api/settings", { body: { llm_api_key: second } });
  assert.equal(await thought(second), "<secret_hidden>");
  await call("DELETE", "/api/secrets/TURN");
  assert.equal(await thought(`${first} ${second}`), `${first} <secret_hidden>`);
});

test("another user's secrets are nobody's business here", async () => {
  const value = fresh();
  const other = await addUser(server, "other");
  await call("POST", "/api/secrets", { body: { name: "THEIRS", value }, key: other });
  const { id } = await busyConversation(call);
  const { body } = await act(call, id, "think", { thought: value });
  assert.equal((await allEvents(call, id))[body.event_ids[0]].args.thought, value);
});
