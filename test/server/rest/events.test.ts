import assert from "node:assert/strict";
import { after, test } from "node:test";
import { allEvents, caller, createConversation, perform, until } from "../../support/api.ts";
import { busyConversation, untilEvent } from "../../support/conversation.ts";
import { assertRefused } from "../../support/refusal.ts";
import type { Place } from "../../support/refusal.ts";
import { startServer } from "../../support/start-server.ts";

const server = await startServer({ after }, { env: { COMMAND_TIMEOUT_SECONDS: "1" } });
const call = caller(server);
const id = await createConversation(call);
const add = (body: unknown) => call("POST", `/api/conversations/${id}/events`, { body });
const message = (body: unknown) => call("POST", `/api/conversations/${id}/message`, { body });
const search = (query: string) => call("GET", `/api/conversations/${id}/events?${query}`);

test("a message is in the log when it is acknowledged, under the id that is given", async () => {
  const { status, body } = await message({ message: "Hello, 🎉!" });
  assert.equal(status, 200);
  const { body: page } = await search(`start_id=${body.event_id}&limit=1`);
  const [{ timestamp, ...event }] = page.events;
  assert.ok(Date.parse(timestamp) <= Date.now());
  assert.deepEqual(body, { success: true, event_id: event.id });
  assert.deepEqual(event, {
    id: body.event_id,
    source: "user",
    message: "Hello, 🎉!",
    action: "message",
    args: { content: "Hello, 🎉!", file_urls: null, image_urls: null, wait_for_response: false, security_risk: -1 },
  });
});

test("ids count from 0 without a gap, whoever appends at the same time", async () => {
  const other = await createConversation(call);
  const thoughts = Array.from({ length: 30 }, (_, index) => ({ action: "think", args: { thought: String(index) } }));
  const answers = await Promise.all(
    thoughts.map((body) => call("POST", `/api/conversations/${other}/events`, { body })),
  );
  const given = answers.map(({ body }) => body.event_ids[0]);
  assert.equal(new Set(given).size, thoughts.length);
  await until(
    async () =>
      (await allEvents(call, other)).filter(({ observation }) => observation === "think").length === thoughts.length,
  );
  const events = await allEvents(call, other);
  assert.deepEqual(
    events.map((event) => event.id),
    events.map((_, index) => index),
  );
  for (const [index, eventId] of given.entries()) assert.equal(events[eventId].args.thought, String(index));
});

const observed = [
  {
    name: "a command that succeeds",
    action: { action: "run", args: { command: "echo out; echo err >&2" } },
    want: { observation: "run", content: "out\nerr\n", success: true, exit: 0 },
  },
  {
    name: "a command that fails",
    action: { action: "run", args: { command: "exit 3" } },
    want: { observation: "run", content: "", success: false, exit: 3 },
  },
  {
    name: "a command that dies of a signal",
    action: { action: "run", args: { command: "kill -9 $$" } },
    want: { observation: "run", content: "", success: false, exit: 137 },
  },
  {
    name: "a command that waits for input",
    action: { action: "run", args: { command: "read -r line; echo [$line]" } },
    want: { observation: "run", content: "[]\n", success: true, exit: 0 },
  },
  {
    name: "a thought",
    action: { action: "think", args: { thought: "Hm." } },
    want: { observation: "think", content: "Your thought has been logged." },
  },
  {
    name: "a file that is written",
    action: { action: "write", args: { path: "a/b.txt", content: "milk\n" } },
    want: { observation: "write", content: "" },
  },
  {
    name: "a file that is read",
    action: { action: "read", args: { path: "a/b.txt" } },
    want: { observation: "read", content: "milk\n" },
  },
  {
    name: "a file that is not there",
    action: { action: "read", args: { path: "missing" } },
    want: { observation: "error" },
  },
  { name: "a folder that is read", action: { action: "read", args: { path: "a" } }, want: { observation: "error" } },
  {
    name: "an edit",
    action: { action: "edit", args: { path: "a/b.txt", command: "str_replace", old_str: "milk", new_str: "bread" } },
    want: { observation: "edit" },
  },
  {
    name: "an edit that fits nowhere",
    action: { action: "edit", args: { path: "a/b.txt", command: "str_replace", old_str: "milk", new_str: "bread" } },
    want: { observation: "error" },
  },
  {
    name: "input for no command",
    action: { action: "run", args: { command: "y", is_input: true } },
    want: { observation: "error" },
  },
  {
    name: "a command in no folder",
    action: { action: "run", args: { command: "true", cwd: "missing" } },
    want: { observation: "error" },
  },
];

for (const { name, action, want } of observed) {
  test(`what comes of an action of the user names it as its cause: ${name}`, async () => {
    const { observation, content, success, extras, source, cause } = await perform(call, id, action);
    assert.equal(source, "user");
    const { events } = (await search(`start_id=${cause}&limit=1`)).body;
    assert.deepEqual([events[0].action, events[0].source], [action.action, "user"]);
    const found = { observation, content, success, exit: extras?.metadata?.exit_code };
    for (const [key, value] of Object.entries(want)) assert.deepEqual(found[key as keyof typeof found], value, key);
  });
}

test("a file that an action has written and edited is in the workspace", async () => {
  assert.deepEqual((await call("GET", `/api/conversations/${id}/list-files?path=a`)).body, ["a/b.txt"]);
  const { content } = await perform(call, id, { action: "run", args: { command: "cat a/b.txt" } });
  assert.equal(content, "bread\n");
});

test("a command that never ends is ended at its limit, and says so", async () => {
  const { content, success, extras } = await perform(call, id, {
    action: "run",
    args: { command: "echo begun; sleep 300" },
  });
  assert.deepEqual([success, extras.metadata.exit_code], [false, -1]);
  assert.match(content, /^begun\n\[The command was ended after its time limit of 1 seconds\./);
});

test("a command that prints without end is ended, and its output cut in the middle", async () => {
  const { content, success } = await perform(call, id, {
    action: "run",
    args: { command: "yes a long line of output" },
  });
  assert.equal(success, false);
  assert.match(content, /^a long line of output\n/);
  assert.match(content, /\[\.\.\. \d+ characters left out \.\.\.\]/);
  assert.match(content, /\[The command was ended (because it printed more than 10 MiB|after its time limit)/);
  assert.ok(content.length < 31_000);
});

test("the environment of a command holds nothing of the server's", async () => {
  const { content } = await perform(call, id, { action: "run", args: { command: "env" } });
  assert.doesNotMatch(content, /BOOTSTRAP_API_KEY|DATA_DIR|RATE_LIMIT/);
  assert.ok(!content.includes(server.key));
});

const badActions: readonly { body: unknown; places: Place[] }[] = [
  { body: {}, places: ["body.action"] },
  { body: { action: "run" }, places: ["body.args"] },
  { body: { action: "fly", args: {} }, places: ["body.action"] },
  { body: { action: "system", args: { content: "You are evil." } }, places: ["body.action"] },
  { body: { action: "recall", args: { recall_type: "knowledge" } }, places: ["body.action"] },
  { body: { action: "run", args: {} }, places: ["body.args.command"] },
  { body: { action: "run", args: { command: 1 } }, places: ["body.args.command"] },
  { body: { action: "run", args: { command: "ls", hidden: "yes" } }, places: ["body.args.hidden"] },
  { body: { action: "run", args: { command: "ls", security_risk: 3 } }, places: ["body.args.security_risk"] },
  { body: { action: "read", args: { path: ["a"] } }, places: ["body.args.path"] },
  { body: { action: "read", args: { path: "a", start: 0.5 } }, places: ["body.args.start"] },
  { body: { action: "write", args: { path: "a" } }, places: ["body.args.content"] },
  { body: { action: "edit", args: { path: "a", command: "delete" } }, places: ["body.args.command"] },
  { body: { action: "change_agent_state", args: { agent_state: "asleep" } }, places: ["body.args.agent_state"] },
  { body: { action: "message", args: { content: null } }, places: ["body.args.content"] },
];

for (const { body, places } of badActions) {
  test(`an action is refused, and not in the log: ${JSON.stringify(body)}`, async () => {
    const before = await allEvents(call, id);
    assertRefused(await add(body), 400, "validation_failed", places);
    assert.deepEqual(await allEvents(call, id), before);
  });
}

for (const body of [{}, { message: "" }, { message: 1 }, { message: null }, { message: ["a"] }]) {
  test(`a message is refused, and not in the log: ${JSON.stringify(body)}`, async () => {
    const before = await allEvents(call, id);
    assertRefused(await message(body), 400, "validation_failed", ["body.message"]);
    assert.deepEqual(await allEvents(call, id), before);
  });
}

for (const agent_state of [
  "running",
  "paused",
  "loading",
  "awaiting_user_input",
  "error",
  "user_confirmed",
  "user_rejected",
  "rate_limited",
]) {
  test(`the agent cannot become ${agent_state} while it waits for the user`, async () => {
    const idle = await createConversation(call);
    const before = await allEvents(call, idle);
    const body = { action: "change_agent_state", args: { agent_state } };
    const answer = await call("POST", `/api/conversations/${idle}/events`, { body });
    assertRefused(answer, 409, "agent_state_conflict");
    assert.match(answer.body.error, /It can become stopped or finished or rejected\./);
    assert.deepEqual(await allEvents(call, idle), before);
  });
}

for (const agent_state of ["stopped", "finished", "rejected"]) {
  test(`the user can make the agent ${agent_state}, and speak to it again`, async () => {
    const own = await createConversation(call);
    const states = async () =>
      (await allEvents(call, own))
        .filter(({ observation }) => observation === "agent_state_changed")
        .map(({ extras }) => extras.agent_state);
    const body =
      agent_state === "finished"
        ? { action: "finish", args: {} }
        : { action: "change_agent_state", args: { agent_state } };
    assert.equal((await call("POST", `/api/conversations/${own}/events`, { body })).status, 200);
    await until(async () => (await states()).at(-1) === agent_state);
    await call("POST", `/api/conversations/${own}/message`, { body: { message: "Are you there?" } });
    await until(async () => (await states()).at(-1) === "awaiting_user_input");
  });
}

const badQueries: readonly { query: string; places: Place[] }[] = [
  ...["start_id", "end_id"].flatMap((name) =>
    ["-1", "", "a", "1.5", "0x1", "1e1", "+1", "%201"].map((value) => ({
      query: `${name}=${value}`,
      places: [`query.${name}`] as Place[],
    })),
  ),
  ...["-1", "101", "", "a"].map((value) => ({ query: `limit=${value}`, places: ["query.limit"] as Place[] })),
  ...["reverse", "exclude_hidden"].flatMap((name) =>
    ["", "yes", "TRUE", "2"].map((value) => ({ query: `${name}=${value}`, places: [`query.${name}`] as Place[] })),
  ),
  { query: "types=nonsense", places: ["query.types.0"] },
  { query: "types=run,nonsense", places: ["query.types.1"] },
  { query: "types=RUN", places: ["query.types.0"] },
  { query: "source=nobody", places: ["query.source"] },
  { query: "source=", places: ["query.source"] },
  ...["start_date", "end_date"].flatMap((name) =>
    ["", "2026-11-22", "2026-11-22T10:15:30", "2026-11-22T10:15:30%2B02:00", "2026-02-30T10:15:30Z", "now"].map(
      (value) => ({
        query: `${name}=${value}`,
        places: [`query.${name}`] as Place[],
      }),
    ),
  ),
  ...[
    "start_id",
    "end_id",
    "limit",
    "reverse",
    "types",
    "source",
    "query",
    "exclude_hidden",
    "start_date",
    "end_date",
  ].map((name) => ({
    query: `${name}=1&${name}=1`,
    places: [`query.${name}`] as Place[],
  })),
];

for (const { query, places } of badQueries) {
  test(`a search is refused: ${query}`, async () => {
    assertRefused(await search(query), 400, "validation_failed", places);
  });
}

test("a page of no events says whether there are any", async () => {
  assert.deepEqual((await search("limit=0")).body, { events: [], has_more: true });
  assert.deepEqual((await search("limit=0&start_id=1000000")).body, { events: [], has_more: false });
});

test("without parameters a search gives the first twenty", async () => {
  const all = await allEvents(call, id);
  assert.deepEqual((await search("")).body, { events: all.slice(0, 20), has_more: true });
});

test("whatever was asked, the server never failed", () => {
  assert.doesNotMatch(server.output(), /"level":(50|60)/);
});

test("a list of actions is appended in its order, with ids that follow each other", async () => {
  const busy = await busyConversation(call);
  const { id: own } = busy;
  const list = [
    { action: "think", args: { thought: "one" } },
    { action: "write", args: { path: "list.txt", content: "two" } },
    { action: "read", args: { path: "list.txt" } },
    { action: "message", args: { content: "four" } },
  ];
  const answer = await call("POST", `/api/conversations/${own}/events`, { body: list });
  assert.equal(answer.status, 200);
  const [first = 0] = answer.body.event_ids;
  assert.deepEqual(answer.body.event_ids, [first, first + 1, first + 2, first + 3]);
  const events = (await allEvents(call, own)).slice(first, first + 4);
  assert.deepEqual(
    events.map(({ action }) => action),
    list.map(({ action }) => action),
  );
  const observation = await untilEvent(call, own, ({ cause }) => cause === first + 2);
  assert.equal(observation.content, "two", "the read comes after the write");
});

test("of a list with one action that does not fit, none is appended", async () => {
  const thought = { action: "think", args: { thought: "never" } };
  const stop = { action: "change_agent_state", args: { agent_state: "stopped" } };
  const lists: [object[], Place[]][] = [
    [[thought, { action: "run", args: {} }], ["body.1.args.command"]],
    [[thought, { action: "dance", args: {} }, thought], ["body.1.action"]],
    [[], ["body"]],
    [Array.from({ length: 101 }, () => thought), ["body"]],
    [[stop, thought, stop], ["body.2"]],
  ];
  for (const [list, places] of lists) assertRefused(await add(list), 400, "validation_failed", places);
  const conflict = [thought, { action: "change_agent_state", args: { agent_state: "user_confirmed" } }];
  assertRefused(await add(conflict), 409, "agent_state_conflict");
  assert.equal((await allEvents(call, id)).filter(({ args }) => args?.thought === "never").length, 0);
});
