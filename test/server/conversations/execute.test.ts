// The actions of a user that are carried out: what comes of each.
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { mkdir, readdir, symlink } from "node:fs/promises";
import { delimiter, join } from "node:path";
import { after, describe, test } from "node:test";
import { pointer, publishedOpenApi } from "../../contract/published.ts";
import { allEvents, caller, createConversation, perform } from "../../support/api.ts";
import type { Answer } from "../../support/api.ts";
import { act, say, untilEvent, untilFile, untilState } from "../../support/conversation.ts";
import { startServer, temporaryFolder } from "../../support/start-server.ts";

const server = await startServer({ after });
const call = caller(server);
const { errorsOf } = publishedOpenApi();
const id = await createConversation(call);

/** Has an action carried out. @returns its observation, as the document says */
async function observe(action: string, args: object, conversation = id): Promise<Answer["body"]> {
  const observation = await perform(call, conversation, { action, args });
  assert.deepEqual(errorsOf(pointer("components", "schemas", "Event"), observation), [], JSON.stringify(observation));
  assert.equal(observation.source, "user");
  return observation;
}

describe("run_ipython", () => {
  const cell = async (args: object) => {
    const { observation, content, success, extras } = await observe("run_ipython", args);
    return { observation, content, success, extras };
  };
  const cases: Record<string, { code: string; want: string }> = {
    "what it prints": { code: "print('milk')", want: "milk\n" },
    "the value at its end": { code: "a = 6\na * 7", want: "42\n" },
    "nothing of a value that is None": { code: "print('x', end='')\nNone", want: "x" },
    "nothing at all": { code: "", want: "" },
    "quotes, backslashes and other letters": {
      code: `print("it's", 'a "test"', '\\\\', '$HOME \`id\`', 'über')`,
      want: `it's a "test" \\ $HOME \`id\` über\n`,
    },
    "the workspace": { code: "import os; os.path.basename(os.getcwd())", want: `'${id}'\n` },
    "an input that has ended": { code: "import sys; sys.stdin.read()", want: "''\n" },
  };
  for (const [name, { code, want }] of Object.entries(cases))
    test(`shows ${name}`, async () => {
      const extras = { code, image_urls: null };
      assert.deepEqual(await cell({ code }), { observation: "run_ipython", content: want, success: true, extras });
    });

  test("runs other code before", async () => {
    assert.equal((await cell({ code: "b", kernel_init_code: "b = 'bread'" })).content, "'bread'\n");
  });
  test("runs code that no command line could hold", async () => {
    const code = `a = "${"x".repeat(300_000)}"\nlen(a)`;
    assert.equal((await cell({ code })).content, "300000\n");
  });
  test("says what went wrong", async () => {
    const { content, success } = await cell({ code: "1 / 0" });
    assert.equal(success, false);
    assert.match(content, /ZeroDivisionError/);
    assert.match((await cell({ code: "a b" })).content, /SyntaxError/);
  });
  test("can end as it likes", async () => {
    const { observation, success } = await cell({ code: "import sys; sys.exit(127)" });
    assert.deepEqual([observation, success], ["run_ipython", false]);
  });

  test("says so where there is no python3", async (t) => {
    const folder = await temporaryFolder(t);
    const env = { PATH: await pathWithout("python3", folder) };
    const other = caller(await startServer(t, { env }));
    const conversation = await createConversation(other);
    const args = { code: "1" };
    const { observation, content } = await perform(other, conversation, { action: "run_ipython", args });
    assert.equal(observation, "error", content);
    assert.match(content, /no python3 on this machine.*Install it/);
  });
});

/** A PATH with all programs of this machine but one. */
async function pathWithout(program: string, folder: string): Promise<string> {
  const bin = join(folder, "bin");
  await mkdir(bin);
  for (const directory of (process.env["PATH"] ?? "").split(delimiter).filter((path) => existsSync(path)))
    for (const name of await readdir(directory))
      if (name !== program && !existsSync(join(bin, name)))
        await symlink(join(directory, name), join(bin, name)).catch(taken);
  return bin;
}

/** A link that leads nowhere stands there already. */
function taken(error: unknown): void {
  if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
}

describe("browse", () => {
  const nothing = {
    screenshot: "",
    screenshot_path: null,
    set_of_marks: "",
    error: true,
    goal_image_urls: [],
    open_pages_urls: [],
    active_page_index: -1,
    dom_object: {},
    axtree_object: {},
    extra_element_properties: {},
    last_browser_action_error: "There is no browser.",
    focused_element_bid: "",
    filter_visible_only: false,
  };
  test("a page: there is no browser, and what to do instead", async () => {
    const url = "https://example.com/?a='b'";
    const { observation, content, extras } = await observe("browse", { url });
    assert.equal(observation, "browse");
    assert.match(content, /no browser.*curl -L "https:\/\/example\.com\/\?a='b'"/);
    assert.deepEqual(extras, { ...nothing, url, trigger_by_action: "browse", last_browser_action: "" });
  });
  test("interactively: the same, in the same type", async () => {
    const browser_actions = "click('12')";
    const { observation, content, extras } = await observe("browse_interactive", { browser_actions });
    assert.equal(observation, "browse");
    assert.match(content, /no browser.*curl/);
    const what = { url: "", trigger_by_action: "browse_interactive", last_browser_action: browser_actions };
    assert.deepEqual(extras, { ...nothing, ...what });
  });
});

test("call_tool_mcp: nobody offers the tool, said as MCP says it", async () => {
  const args = { name: "search", arguments: { query: "weather" } };
  const { observation, content, extras } = await observe("call_tool_mcp", args);
  assert.deepEqual([observation, extras], ["mcp", args]);
  const { isError, content: parts, ...more } = JSON.parse(content);
  assert.deepEqual([isError, parts.length, parts[0].type, more], [true, 1, "text", {}]);
  assert.match(parts[0].text, /search/);
});

describe("task_tracking", () => {
  const tasks = [
    { id: "1", title: "Buy milk", status: "done" },
    { id: "2", title: "Bake bread", status: "in_progress", notes: "rye" },
  ];
  const list = "1. [done] Buy milk\n2. [in progress] Bake bread (rye)";
  test("shows that there are none", async () => {
    const { content, extras } = await observe("task_tracking", {}, await createConversation(call));
    assert.deepEqual([content, extras], ["There are no tasks.", { command: "view", task_list: [] }]);
  });
  test("takes note of a plan, and shows the last one however long ago it was", async () => {
    await observe("task_tracking", { command: "plan", task_list: [{ id: "1", title: "Sleep", status: "todo" }] });
    const planned = await observe("task_tracking", { command: "plan", task_list: tasks });
    assert.deepEqual([planned.content, planned.extras], [list, { command: "plan", task_list: tasks }]);
    for (let view = 0; view < 60; view += 1) await act(call, id, "task_tracking", { command: "view" });
    const seen = await observe("task_tracking", { command: "view" });
    assert.deepEqual([seen.content, seen.extras], [list, { command: "view", task_list: [] }]);
  });
  test("may plan nothing", async () => {
    await observe("task_tracking", { command: "plan" });
    assert.equal((await observe("task_tracking", {})).content, "There are no tasks.");
  });
});

describe("condensation_request", () => {
  test("names all that is forgotten, and what stands in its place", async () => {
    const conversation = await createConversation(call, { initial_user_msg: "think: Hm" });
    const { length } = await untilState(call, conversation, "finished");
    const { body } = await act(call, conversation, "condensation_request", {});
    const isCondensed = (event: Answer["body"]) => event.observation === "condense";
    const { content, cause, source } = await untilEvent(call, conversation, isCondensed);
    assert.deepEqual([cause, source], [body.event_ids[0], "user"]);
    assert.match(
      content,
      new RegExp(`^${length - 2} events: 2 message actions, .*1 think action, 1 think observation`),
    );
    const condensation = await untilEvent(call, conversation, ({ action }) => action === "condensation");
    assert.deepEqual([condensation.source, condensation.cause], ["agent", length]);
    assert.deepEqual(condensation.args, {
      forgotten_event_ids: null,
      forgotten_events_start_id: 2,
      forgotten_events_end_id: length - 1,
      summary: content,
      summary_offset: 2,
    });
    assert.deepEqual(errorsOf(pointer("components", "schemas", "Event"), condensation), []);
    assert.equal((await allEvents(call, conversation)).length, length + 3, "what is forgotten stays in the log");
  });
});

describe("delegate", () => {
  test("has the agent carry out the task, and tells what it says in the end", async () => {
    const conversation = await createConversation(call);
    const inputs = { task: "```sh\necho milk > list\n```" };
    const observation = await observe("delegate", { agent: "CodeActAgent", inputs }, conversation);
    assert.equal(observation.observation, "delegate");
    assert.deepEqual(observation.extras.outputs, { final_thought: "I carried out one instruction." });
    assert.equal(observation.content, "I carried out one instruction.");
    const events = await untilState(call, conversation, "awaiting_user_input");
    const work = events
      .slice(observation.cause + 1)
      .map((event) => event.action ?? event.extras.agent_state ?? event.observation);
    assert.deepEqual(work, ["running", "run", "run", "finish", "delegate", "awaiting_user_input"]);
    assert.equal((await observe("read", { path: "list" }, conversation)).content, "milk\n");
  });

  test("is stopped with the agent, and what waits for the agent is not begun", async () => {
    const conversation = await createConversation(call);
    const inputs = { task: `\`\`\`sh\n${untilFile("never")}\n\`\`\`` };
    const [first, second] = [
      await act(call, conversation, "delegate", { agent: "CodeActAgent", inputs }),
      await act(call, conversation, "delegate", { agent: "CodeActAgent", inputs: { task: "think: later" } }),
    ];
    await untilEvent(call, conversation, ({ action }) => action === "run");
    await act(call, conversation, "change_agent_state", { agent_state: "stopped" });
    const events = await untilState(call, conversation, "stopped");
    const outcome = ({ body }: Answer) => events.find(({ cause }) => cause === body.event_ids[0]);
    assert.match(outcome(first).content, /was stopped before it came to an end/);
    assert.equal(outcome(second).extras.error_id, "AGENT_ERROR$ERROR_ACTION_NOT_EXECUTED_STOPPED");
    assert.ok(!events.some(({ action }) => action === "think"));
  });

  test("waits until the agent is done with what came before, and comes before what came after", async () => {
    const message = `\`\`\`sh\n${untilFile("go")}\n\`\`\``;
    const conversation = await createConversation(call, { initial_user_msg: message });
    await untilEvent(call, conversation, ({ action }) => action === "run");
    const inputs = { task: "think: second" };
    await act(call, conversation, "delegate", { agent: "CodeActAgent", inputs });
    await say(call, conversation, "think: third");
    await act(call, conversation, "write", { path: "go", content: "" });
    await untilEvent(call, conversation, ({ args }) => args?.thought === "third");
    const events = await untilState(call, conversation, "finished");
    const done = events.flatMap(({ action, args }) =>
      action === "think" ? args.thought : action === "finish" ? action : [],
    );
    assert.deepEqual(done, ["finish", "second", "finish", "third", "finish"]);
  });

  test("goes no deeper than three", async () => {
    const fence = "`".repeat(3);
    const nested = (depth: number): string =>
      depth === 0
        ? "think: deepest"
        : `${fence}${"`".repeat(depth)}delegate\n${nested(depth - 1)}\n${fence}${"`".repeat(depth)}`;
    const conversation = await createConversation(call, { initial_user_msg: nested(4) });
    const events = await untilState(call, conversation, "finished");
    assert.ok(events.some(({ content }) => /Agents have asked one another 3 times/.test(content)));
    assert.ok(!events.some(({ args }) => args?.thought === "deepest"));
  });

  const refused: Record<string, { args: object; want: RegExp }> = {
    "an agent that is none": {
      args: { agent: "Nobody", inputs: { task: "x" } },
      want: /no agent Nobody\. Ask one of CodeActAgent/,
    },
    "no task": { args: { agent: "CodeActAgent", inputs: {} }, want: /nothing to do.*inputs\.task/ },
    "a task that is no text": {
      args: { agent: "CodeActAgent", inputs: { task: 7 } },
      want: /nothing to do.*inputs\.task/,
    },
  };
  for (const [name, { args, want }] of Object.entries(refused))
    test(`${name} is an error that says so`, async () => {
      const { observation, content, extras } = await observe("delegate", args);
      assert.deepEqual([observation, extras.error_id], ["error", "AGENT_ERROR$BAD_ACTION"]);
      assert.match(content, want);
    });
});

for (const [action, state] of [
  ["finish", "finished"],
  ["reject", "rejected"],
] as const)
  test(`${action} by the user sets the state ${state}`, async () => {
    const conversation = await createConversation(call);
    assert.equal((await act(call, conversation, action, { outputs: { reason: "enough" } })).status, 200);
    const [told, changed] = (await untilState(call, conversation, state)).slice(-2);
    assert.deepEqual([told.action, told.source, told.args.outputs], [action, "user", { reason: "enough" }]);
    assert.equal(changed.source, "environment");
  });
