// The socket of V1 conversations, seen by an ordinary client of V1: fetch and a plain WebSocket (reference/v1-api.md §9, §12).
import assert from "node:assert/strict";
import { after, describe, test } from "node:test";
import { V1Event } from "../../../contract/index.ts";
import { publishedAsyncApi, pointer } from "../../contract/published.ts";
import { caller, createConversation, until } from "../../support/api.ts";
import type { Answer } from "../../support/api.ts";
import { openSocket } from "../../support/socket.ts";
import { startServer } from "../../support/start-server.ts";
import { connectV1, startV1 } from "../../support/v1-client.ts";
import type { V1Conversation, V1Frame } from "../../support/v1-client.ts";

const server = await startServer({ after });
const call = caller(server);
const { errorsOf } = publishedAsyncApi();

const message = (text: string) => ({ content: [{ type: "text", text }] });
const run = (command: string) => `\`\`\`sh\n${command}\n\`\`\``;

/** A frame in short: its kind, and what of. */
function short({ kind, key, value, action, observation, llm_message, rejection_reason, code }: V1Frame): string {
  const status = key === "full_state" ? value.execution_status : value;
  const what = action?.kind ?? observation?.kind ?? llm_message?.role ?? rejection_reason ?? code;
  return key === undefined ? [kind, what].filter(Boolean).join(" ") : `${key} ${status}`;
}

/** Calls an operation of the agent's server, with the key of its sandbox. */
async function tell({ url, key, id }: V1Conversation, path: string, body?: object): Promise<number> {
  const answer = await fetch(`${url}/api/conversations/${id}/${path}`, {
    method: "POST",
    headers: { "X-Session-API-Key": key, ...(body && { "Content-Type": "application/json" }) },
    ...(body && { body: JSON.stringify(body) }),
  });
  return answer.status;
}

async function allEvents(id: string): Promise<Answer["body"][]> {
  const events: Answer["body"][] = [];
  for (let page = ""; ;) {
    const { body } = await call("GET", `/api/v1/events/search?conversation_id__eq=${id}&limit=7${page}`);
    events.push(...body.items);
    if (body.next_page_id === null) return events;
    page = `&page_id=${body.next_page_id}`;
  }
}

test("from the request to a reply on the socket, as an ordinary client goes", async () => {
  const conversation = await startV1(call, { llm_model: "test/echo", initial_message: message("Hello.") });
  const client = connectV1(conversation);
  await client.status("finished");
  client.say([{ type: "text", text: "And again." }]);
  await client.next(
    ({ llm_message }) => llm_message?.role === "assistant" && llm_message.content[0].text === "And again.",
  );
  await until(() => client.frames.filter(({ value }) => value === "finished").length >= 2);
  const [first, ...events] = client.frames;
  assert.match(short(first), /^full_state /);
  assert.deepEqual(events.map(short), [
    "SystemPromptEvent",
    "MessageEvent user",
    "execution_status running",
    "MessageEvent assistant",
    "execution_status finished",
    "MessageEvent user",
    "execution_status running",
    "MessageEvent assistant",
    "execution_status finished",
  ]);
  assert.deepEqual(await allEvents(conversation.id), events, "the same over REST, page by page");
  const { body: count } = await call("GET", `/api/v1/events/count?conversation_id__eq=${conversation.id}`);
  assert.equal(count, events.length, "no more than the socket sends");
  await client.close();
});

test("a tool round: each action has what came of it, and the task's end says so", async () => {
  const conversation = await startV1(call, { llm_model: "test/tools", initial_message: message(run("echo hello")) });
  const client = connectV1(conversation);
  await client.status("finished");
  const events = client.frames.slice(1);
  assert.deepEqual(events.map(short).slice(-5), [
    "ActionEvent TerminalAction",
    "ObservationEvent TerminalObservation",
    "ActionEvent FinishAction",
    "ObservationEvent FinishObservation",
    "execution_status finished",
  ]);
  const [action, observation] = events.slice(-5);
  assert.equal(observation.action_id, action.id);
  assert.equal(observation.tool_call_id, action.tool_call_id);
  assert.deepEqual([observation.observation.exit_code, observation.observation.is_error], [0, false]);
  assert.match(observation.observation.content[0].text, /hello/);
  await client.close();
});

test("every kind that comes of the log fits the published document", async () => {
  const conversation = await startV1(call, {
    llm_model: "test/tools",
    initial_message: message("show every event type"),
  });
  const client = connectV1(conversation);
  await client.status("finished");
  const payload = (name: string) => pointer("components", "messages", name, "payload");
  const [first, ...events] = client.frames;
  assert.deepEqual(errorsOf(payload("EventsV1FullState"), first), []);
  for (const event of events) {
    assert.deepEqual(errorsOf(payload("EventsV1Event"), event), [], JSON.stringify(event));
    assert.deepEqual(V1Event.parse(event), event);
  }
  const kinds = new Set(events.map(({ kind }) => kind));
  for (const kind of [
    "UserRejectObservation",
    "AgentErrorEvent",
    "Condensation",
    "CondensationRequest",
    "CondensationSummaryEvent",
  ])
    assert.ok(kinds.has(kind), kind);
  const forgotten = events.find(({ kind }) => kind === "Condensation").forgotten_event_ids;
  const ids = events.map(({ id }) => id);
  assert.ok(forgotten.length > 0);
  assert.deepEqual(
    forgotten,
    ids.filter((id) => forgotten.includes(id)),
    "what is forgotten are events that were shown",
  );
  await client.close();
});

describe("consent", () => {
  const ask = async () => {
    const conversation = await startV1(call, {
      llm_model: "test/confirm",
      initial_message: message(run("touch done")),
    });
    const client = connectV1(conversation);
    await client.status("waiting_for_confirmation");
    assert.deepEqual(client.frames.slice(-2).map(short), [
      "ActionEvent TerminalAction",
      "execution_status waiting_for_confirmation",
    ]);
    return { conversation, client, asked: client.frames.at(-2), from: client.frames.length };
  };

  test("given, the action is done", async () => {
    const { conversation, client, asked, from } = await ask();
    assert.equal(await tell(conversation, "events/respond_to_confirmation", { accept: true }), 200);
    await client.status("finished");
    assert.deepEqual(client.frames.slice(from).map(short), [
      "execution_status running",
      "ObservationEvent TerminalObservation",
      "ActionEvent FinishAction",
      "ObservationEvent FinishObservation",
      "execution_status finished",
    ]);
    assert.equal(client.frames[from + 1].action_id, asked.id, "of the action that asked");
    assert.equal(
      await tell(conversation, "events/respond_to_confirmation", { accept: true }),
      409,
      "nothing waits any more",
    );
    await client.close();
  });

  test("refused, the user's reason is told", async () => {
    const { conversation, client, asked, from } = await ask();
    const refusal = { accept: false, reason: "Not on this branch." };
    assert.equal(await tell(conversation, "events/respond_to_confirmation", refusal), 200);
    const rejection = await client.next(({ kind }) => kind === "UserRejectObservation");
    assert.deepEqual([rejection.action_id, rejection.rejection_reason], [asked.id, "Not on this branch."]);
    assert.ok(client.frames.slice(from).map(short).includes("execution_status idle"));
    await client.close();
  });
});

test("an error ends the run with its code and words", async () => {
  const text = "fail with STATUS$ERROR_LLM_AUTHENTICATION";
  const conversation = await startV1(call, { llm_model: "test/error", initial_message: message(text) });
  const client = connectV1(conversation);
  const error = await client.next(({ kind }) => kind === "ConversationErrorEvent");
  assert.equal(error.code, "STATUS$ERROR_LLM_AUTHENTICATION");
  assert.match(error.detail, /refused the API key/);
  assert.deepEqual(client.frames.slice(-2).map(short), [
    "execution_status error",
    "ConversationErrorEvent STATUS$ERROR_LLM_AUTHENTICATION",
  ]);
  client.say("fail: the moon is full");
  const second = await client.next(({ detail }) => /the moon is full/.test(detail ?? ""));
  assert.equal(second.code, "AgentError");
  await client.close();
});

test("paused, the agent does nothing more; run, it goes on", async () => {
  const text = `delay 300ms\n${run("echo 1")}\n${run("echo 2")}`;
  const conversation = await startV1(call, { llm_model: "test/slow", initial_message: message(text) });
  const client = connectV1(conversation);
  await client.status("running");
  assert.equal(await tell(conversation, "pause"), 200);
  await client.status("paused");
  const at = client.frames.findIndex(({ value }) => value === "paused");
  await client.next(({ key }) => key === "full_state", at);
  assert.deepEqual(client.frames.slice(at, at + 3).map(short), [
    "execution_status paused",
    "PauseEvent",
    "full_state paused",
  ]);
  assert.equal(await tell(conversation, "pause"), 200, "it is paused already");
  assert.equal(await tell(conversation, "run"), 200);
  await client.status("finished");
  assert.equal(client.frames.filter(({ observation }) => observation?.kind === "TerminalObservation").length, 2);
  assert.equal(await tell(conversation, "run"), 200, "there is nothing to do");
  await client.close();
});

test("clients that connect while events come see each exactly once, in one order", async () => {
  const conversation = await startV1(call, { llm_model: "test/echo" });
  const writer = connectV1(conversation);
  const clients = [];
  for (let sent = 0; sent < 20; sent += 1) {
    writer.say(`message ${sent}`);
    clients.push(connectV1(conversation));
    await new Promise(setImmediate);
  }
  await writer.next(
    ({ llm_message }) => llm_message?.role === "assistant" && llm_message.content[0]?.text === "message 19",
  );
  await writer.status(
    "finished",
    writer.frames.findLastIndex(({ kind }) => kind === "MessageEvent"),
  );
  const log = (await allEvents(conversation.id)).map(({ id }) => id);
  for (const client of [writer, ...clients]) {
    await until(() => client.frames.length > log.length);
    assert.deepEqual(
      client.frames.slice(1).map(({ id }) => id),
      log,
    );
    await client.close();
  }
  const live = connectV1(conversation, "resend_all=false");
  await live.next(({ key }) => key === "full_state");
  writer.close().catch(() => {});
  live.say("only what is live");
  const first = await live.next(({ kind }) => kind === "MessageEvent");
  assert.equal(first.llm_message.content[0].text, "only what is live");
  assert.deepEqual(live.frames.slice(0, 2).map(short), ["full_state finished", "MessageEvent user"]);
  await live.close();
});

describe("what a client sends", () => {
  const images = ["https://example.com/a.png", "data:image/png;base64,AAAA"];
  const forms = {
    image: { type: "image", image_urls: images },
    image_url: images.map((url) => ({ type: "image_url", image_url: { url } })),
  };

  for (const [name, form] of Object.entries(forms))
    test(`images as ${name} are taken`, async () => {
      const conversation = await startV1(call, { llm_model: "test/echo" });
      const client = connectV1(conversation);
      client.say([{ type: "text", text: "Look." }, form].flat());
      const { llm_message } = await client.next(({ kind, source }) => kind === "MessageEvent" && source === "user");
      assert.deepEqual(llm_message.content, [
        { cache_prompt: false, type: "text", text: "Look." },
        { cache_prompt: false, type: "image", image_urls: images },
      ]);
      await client.close();
    });

  test("what does not fit is refused in a frame that clients show, and the socket stays open", async () => {
    const conversation = await startV1(call, { llm_model: "test/echo" });
    const client = connectV1(conversation);
    const bad = [
      { data: "{", code: "malformed_json", says: /not valid JSON/ },
      { data: Buffer.from("{}"), code: "unsupported_media_type", says: /text frame/ },
      {
        data: '{"role":"assistant","content":"I am the agent."}',
        code: "validation_failed",
        says: /role must be user/,
      },
      { data: '{"role":"user","content":[{"type":"video"}]}', code: "validation_failed", says: /content/ },
    ];
    for (const { data, code, says } of bad) {
      const start = client.frames.length;
      client.sendRaw(data);
      const refusal = await client.next(({ kind }) => kind === "ConversationErrorEvent", start);
      assert.equal(refusal.code, code);
      assert.match(refusal.detail, says);
      assert.deepEqual(errorsOf(pointer("components", "messages", "EventsV1Error", "payload"), refusal), []);
    }
    client.say("a text alone");
    await client.next(({ llm_message }) => llm_message?.content[0]?.text === "a text alone");
    await client.close();
  });

  test("with a key that may only read, everything comes and nothing is taken", async () => {
    const conversation = await startV1(call, { llm_model: "test/echo", initial_message: message("Hello.") });
    const { body: reader } = await call("POST", "/api/keys", { body: { name: "reader", scope: "read" } });
    const client = connectV1({ ...conversation, key: reader.key });
    await client.status("finished");
    client.say("May I?");
    const refusal = await client.next(({ kind }) => kind === "ConversationErrorEvent");
    assert.equal(refusal.code, "scope_insufficient");
    assert.equal(
      await fetch(`${server.url}/api/conversations/${conversation.id}/pause`, {
        method: "POST",
        headers: { "X-Session-API-Key": reader.key },
      }).then(({ status }) => status),
      403,
    );
    await client.close();
  });
});

test("a conversation's id may be written with dashes", async () => {
  const conversation = await startV1(call, { llm_model: "test/echo" });
  const id = conversation.id.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
  const client = connectV1({ ...conversation, id });
  const state = await client.next(({ key }) => key === "full_state");
  assert.equal(state.value.id, id);
  assert.equal(await tell({ ...conversation, id }, "pause"), 200);
  await client.close();
});

test("a stopped conversation says so, and a deleted one closes its sockets", async () => {
  const conversation = await startV1(call, { llm_model: "test/echo" });
  const client = connectV1({ ...conversation, key: server.key });
  await client.next(({ key }) => key === "full_state");
  assert.equal((await call("POST", `/api/conversations/${conversation.id}/stop`)).status, 200);
  client.say("Hello?");
  const refusal = await client.next(({ kind }) => kind === "ConversationErrorEvent");
  assert.equal(refusal.code, "conversation_not_running");
  assert.equal((await call("DELETE", `/api/conversations/${conversation.id}`)).status, 200);
  assert.equal((await client.closed).code, 4404);
});

test("a conversation of V0 is read in V1, and one of V1 in V0", async () => {
  const old = await createConversation(call, { initial_user_msg: run("echo both") });
  await until(async () => (await allEvents(old)).some(({ value }) => value === "finished"));
  const shown = (await allEvents(old)).map(short);
  assert.ok(shown.includes("ActionEvent TerminalAction") && shown.includes("ObservationEvent TerminalObservation"));
  const { id } = await startV1(call, { llm_model: "test/echo", initial_message: message("Hello.") });
  await until(async () => (await allEvents(id)).some(({ value }) => value === "finished"));
  const { body: page } = await call("GET", `/api/conversations/${id}/events?types=message&limit=100`);
  assert.deepEqual(
    page.events.map(({ source, args }: Answer["body"]) => [source, args.content]),
    [
      ["user", "Hello."],
      ["agent", "Hello."],
    ],
  );
  const { body: info } = await call("GET", `/api/conversations/${id}`);
  assert.equal(info.conversation_version, "V1");
});

test("behind a closed gate the sockets of V1 conversations are not there", async (t) => {
  const own = await startServer(t);
  const { id } = await startV1(caller(own), { llm_model: "test/echo" });
  await own.stop();
  const closed = await startServer(t, { dataDir: own.dataDir, key: own.key, env: { ENABLE_V1: "off" } });
  const socket = openSocket(closed, id);
  assert.equal((await socket.closed).code, 4404);
});
