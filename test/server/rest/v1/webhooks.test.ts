import assert from "node:assert/strict";
import { randomBytes, randomUUID } from "node:crypto";
import { after, test } from "node:test";
import { SignJWT } from "jose";
import { createAccessTokens } from "../../../../server/identity/access-tokens.ts";
import { allEvents, caller, perform } from "../../../support/api.ts";
import { addUser } from "../../../support/cli.ts";
import { assertRefused } from "../../../support/refusal.ts";
import { startServer } from "../../../support/start-server.ts";
import { startV1 } from "../../../support/v1-client.ts";

const secretKey = randomBytes(32);
const server = await startServer({ after }, { env: { SECRET_KEY: secretKey.toString("hex") } });
const call = caller(server);
const stranger = await addUser(server, "stranger");
const { id: sandbox, session_api_key: key } = (await call("POST", "/api/v1/sandboxes")).body;
const report = (path: string, body: object, as = key) =>
  call("POST", `/api/v1/webhooks/${path}`, { key: null, headers: { "X-Session-API-Key": as }, body });

const told = (id: string, more: object = {}) => ({
  id,
  agent: { kind: "Agent", llm: { model: "elsewhere/model" } },
  workspace: { working_dir: "/workspace/project" },
  ...more,
});

const timestamp = "2026-11-22T10:00:00.123456";

const messageEvent = (text: string, id = randomUUID()) => ({
  id,
  timestamp,
  source: "user",
  kind: "MessageEvent",
  llm_message: { role: "user", content: [{ type: "text", text }] },
});

const commandEvent = (command: string, callId = randomUUID()) => ({
  id: randomUUID(),
  timestamp,
  source: "user",
  kind: "ActionEvent",
  thought: [],
  action: { kind: "TerminalAction", command },
  tool_name: "terminal",
  tool_call_id: callId,
  tool_call: { id: callId, name: "terminal", arguments: "{}" },
  llm_response_id: "resp_1",
});

test("a conversation elsewhere is noted, and what is new of it later", async () => {
  const id = randomUUID();
  const hex = id.replaceAll("-", "");
  const shown = async () => (await call("GET", `/api/v1/app-conversations?ids=${hex}`)).body[0];
  assert.deepEqual((await report(`${sandbox}/conversations`, told(id))).body, { success: true });
  const first = await shown();
  assert.deepEqual(
    [first.title, first.llm_model, first.sandbox_id],
    [`Conversation ${hex}`, "elsewhere/model", sandbox],
  );
  await report(`${sandbox}/conversations`, told(id, { title: "Theirs" }));
  await report(`${sandbox}/conversations`, told(id, { title: "Another" }));
  const later = await shown();
  assert.deepEqual([later.title, later.created_at], ["Theirs", first.created_at]);
  assertRefused(
    await call("POST", `/api/v1/webhooks/${sandbox}/conversations`, { key: stranger, body: told(id) }),
    404,
    "sandbox_not_found",
  );
  const own = (await call("POST", "/api/v1/sandboxes", { key: stranger })).body;
  assertRefused(await report(`${own.id}/conversations`, told(id), own.session_api_key), 404, "conversation_not_found");
});

test("events elsewhere become part of the log, in order and once each", async () => {
  const id = randomUUID();
  const hex = id.replaceAll("-", "");
  await report(`${sandbox}/conversations`, told(id));
  const events = ["one", "two", "three"].map((text) => messageEvent(text));
  const path = `${sandbox}/events/${hex}`;
  assert.deepEqual((await report(path, events.slice(0, 2))).body, { success: true });
  assert.equal((await report(path, events)).status, 200);
  await Promise.all([report(path, events), report(path, events)]);
  const said = (await allEvents(call, hex)).filter(({ action }) => action === "message");
  assert.deepEqual(
    said.map(({ args }) => args.content),
    ["one", "two", "three"],
  );
  assert.equal((await call("GET", `/api/v1/events/count?conversation_id__eq=${hex}&kind__eq=MessageEvent`)).body, 3);
});

test("what a user has had done elsewhere is not done again by an agent here", async () => {
  const { id, key: ofSandbox } = await startV1(call);
  const path = `/api/v1/app-conversations?ids=${id}`;
  const within = (await call("GET", path)).body[0].sandbox_id;
  await perform(call, id, { action: "run", args: { command: "echo begun" } }); // the agent here is at work
  const elsewhere = ["touch ", "echo "].map((command) => commandEvent(`${command}reported`));
  const asked = { id: randomUUID(), timestamp, source: "environment", kind: "CondensationRequest" };
  assert.equal((await report(`${within}/events/${id}`, [...elsewhere, asked], ofSandbox)).status, 200);
  const { content } = await perform(call, id, { action: "run", args: { command: "ls" } }); // after all before it
  assert.doesNotMatch(content, /reported/);
  const events = await allEvents(call, id);
  const told = events.filter(({ args }) => args?.command?.endsWith("reported"));
  assert.deepEqual(
    told.map(({ source }) => source),
    ["user", "user"],
  );
  const request = events.find(({ action }) => action === "condensation_request");
  const done = new Set([...told, request].map((event) => event.id));
  assert.deepEqual(
    events.filter(({ cause }) => done.has(cause)),
    [],
  );
});

test("what is no event, or of no conversation of the sandbox, is refused whole", async () => {
  const { id } = await startV1(call);
  const path = `${sandbox}/events/${id}`;
  assertRefused(await report(path, [messageEvent("x")]), 404, "conversation_not_found");
  assertRefused(await report(`${sandbox}/events/${"0".repeat(32)}`, []), 404, "conversation_not_found");
  assertRefused(await report(path, [{ kind: "Nothing" }]), 400, "validation_failed");
  assertRefused(await report(path, []), 404, "conversation_not_found");
  assertRefused(await report(`${"0".repeat(32)}/events/${id}`, []), 404, "sandbox_not_found");
  assertRefused(
    await report(path, [], `oh_${randomBytes(32).toString("base64url")}.${sandbox}`),
    401,
    "invalid_credentials",
  );
});

test("a token of a git provider is given for an access token that is made out for it, and for no other", async () => {
  const { body: me } = await call("GET", "/api/v1/users/me");
  const token = `glpat-${randomBytes(12).toString("hex")}`;
  await call("POST", "/api/add-git-providers", { body: { provider_tokens: { gitlab: { token } } } });
  const tokens = createAccessTokens(secretKey);
  const ask = async (sent: string | null) => {
    const answer = await fetch(`${server.url}/api/v1/webhooks/secrets`, {
      headers: sent === null ? {} : { "X-Access-Token": sent },
    });
    const text = await answer.text();
    return { status: answer.status, headers: answer.headers, text, body: answer.ok ? undefined : JSON.parse(text) };
  };
  const good = await ask(await tokens.issue({ userId: me.id, provider: "gitlab" }));
  assert.deepEqual([good.status, good.headers.get("content-type"), good.text], [200, "text/plain", token]);
  assertRefused(await ask(await tokens.issue({ userId: me.id, provider: "github" })), 404, "provider_token_not_found");
  assertRefused(await ask(null), 401, "unauthenticated");
  const forged = createAccessTokens(randomBytes(32)).issue({ userId: me.id, provider: "gitlab" });
  const unsigned = [
    Buffer.from('{"alg":"none"}').toString("base64url"),
    Buffer.from("{}").toString("base64url"),
    "",
  ].join(".");
  const strange = new SignJWT({ user_id: me.id }).setProtectedHeader({ alg: "HS256" }).sign(secretKey);
  const absent = tokens.issue({ userId: "nobody", provider: "gitlab" });
  for (const bad of ["nonsense", unsigned, await forged, await strange, await absent, server.key])
    assertRefused(await ask(bad), 401, "invalid_credentials");
});
