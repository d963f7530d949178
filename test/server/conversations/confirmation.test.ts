// An agent that has to ask: what it wants to do is held back until the user says yes, and done once.
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { after, describe, test } from "node:test";
import { action } from "../../../server/agent/actions.ts";
import { decided, mustWait } from "../../../server/conversations/confirmation.ts";
import { pointer, publishedOpenApi } from "../../contract/published.ts";
import { allEvents, caller, createConversation, until } from "../../support/api.ts";
import type { Answer, Call } from "../../support/api.ts";
import { act, say, untilEvent, untilFile, untilState } from "../../support/conversation.ts";
import { actionDraft, messageDraft } from "../../support/event-log.ts";
import { startServer } from "../../support/start-server.ts";
import { openSqliteStore } from "../../../server/store/sqlite/open.ts";

const server = await startServer({ after });
const call = caller(server);
const { errorsOf } = publishedOpenApi();
await settings(call, { llm_model: "test/confirm" });

async function settings(to: Call, body: object): Promise<void> {
  assert.equal((await to("POST", "/api/settings", { body })).status, 200);
}

/** Appends to a file: how often it was done is how many lines there are. */
const appending = "```sh\necho once >> log\n```";

/** A conversation whose agent asks whether it may do what a message says. */
async function askingConversation(to: Call = call, message = appending): Promise<string> {
  const id = await createConversation(to, { initial_user_msg: message });
  await untilEvent(to, id, ({ args }) => args?.confirmation_state === "awaiting_confirmation");
  return id;
}

const decide = (id: string, state: string, to: Call = call) =>
  act(to, id, "change_agent_state", { agent_state: state });

/** How often the agent's command has run: read without the agent. */
async function timesDone(id: string, to: Call = call): Promise<number> {
  const { body } = await act(to, id, "run", { command: "cat log 2>/dev/null | wc -l" });
  const { content } = await untilEvent(to, id, ({ cause }) => cause === body.event_ids[0]);
  return Number(content);
}

/** The events in short, from the first question on. */
function short(events: readonly Answer["body"][]): string[] {
  const from = events.findIndex(({ extras }) => extras?.agent_state === "awaiting_user_confirmation");
  return events.slice(from).map(({ source, action, observation, args, extras }) => {
    const more = args?.confirmation_state ?? args?.agent_state ?? extras?.agent_state ?? extras?.error_id;
    return [source, action ?? `${observation} observation`, ...(more ? [more] : [])].join(" ");
  });
}

const asked = [
  "environment agent_state_changed observation awaiting_user_confirmation",
  "agent run awaiting_confirmation",
];
const afterYes = [
  "user change_agent_state user_confirmed",
  "agent run confirmed",
  "environment agent_state_changed observation user_confirmed",
  "agent run observation",
  "environment agent_state_changed observation running",
];
const afterNo = [
  "agent run rejected",
  "environment agent_state_changed observation user_rejected",
  "agent user_rejected observation",
  "environment agent_state_changed observation awaiting_user_input",
];

function assertContract(events: readonly Answer["body"][]): void {
  for (const event of events)
    assert.deepEqual(errorsOf(pointer("components", "schemas", "Event"), event), [], JSON.stringify(event));
}

describe("an action that is held back", () => {
  test("is done once the user allows it, once", async () => {
    const id = await askingConversation();
    assert.equal(await timesDone(id), 0);
    assert.equal((await decide(id, "user_confirmed")).status, 200);
    const events = await untilState(call, id, "finished");
    const own = events.filter(({ source, cause }) => source !== "user" || cause === undefined);
    const agents = short(own).filter((line) => line !== "user run confirmed");
    assert.deepEqual(agents, [
      ...asked,
      ...afterYes,
      "agent finish",
      "environment agent_state_changed observation finished",
    ]);
    const [waiting, again] = events.filter(({ source, action }) => source === "agent" && action === "run");
    assert.deepEqual({ ...again.args, confirmation_state: "awaiting_confirmation" }, { ...waiting.args, thought: "" });
    assert.equal(again.cause, waiting.id, "what was decided upon names what waited");
    const outcomes = events.filter(({ cause, observation }) => observation && [waiting.id, again.id].includes(cause));
    assert.deepEqual(
      outcomes.map(({ cause }) => cause),
      [again.id],
    );
    assert.equal(await timesDone(id), 1);
    assertContract(events);
  });

  test("is not done when the user does not allow it, and the agent learns of it", async () => {
    const id = await askingConversation();
    assert.equal((await decide(id, "user_rejected")).status, 200);
    const events = await untilState(call, id, "awaiting_user_input");
    assert.deepEqual(short(events), [...asked, "user change_agent_state user_rejected", ...afterNo]);
    const rejected = events.find(({ args }) => args?.confirmation_state === "rejected");
    assert.equal(events.find(({ observation }) => observation === "user_rejected").cause, rejected.id);
    assert.equal(await timesDone(id), 0);
    await say(call, id, "think: something else");
    await untilState(call, id, "finished");
    const answer = await untilEvent(
      call,
      id,
      ({ source, args }) => source === "agent" && /did not allow/.test(args?.content),
    );
    assert.match(answer.args.content, /Running command: echo once >> log/);
    await say(call, id, "think: and on");
    await untilEvent(call, id, ({ args }) => args?.thought === "and on");
    const later = await untilState(call, id, "finished");
    assert.equal(later.filter(({ args }) => /did not allow/.test(args?.content)).length, 1, "it is said once");
    assertContract(events);
  });

  test("is not done when the user says something else instead, which is answered", async () => {
    const id = await askingConversation();
    const { body } = await say(call, id, "think: rather this");
    await untilEvent(call, id, ({ args }) => args?.thought === "rather this");
    const events = await untilState(call, id, "finished");
    assert.deepEqual(short(events).slice(0, 7), [...asked, "user message", ...afterNo]);
    assert.ok(events.some(({ action, cause }) => action === "recall" && cause === body.event_id));
    assert.equal(await timesDone(id), 0);
  });

  test("waits on while the user does something, and a message from before it waits as well", async () => {
    const id = await createConversation(call);
    await Promise.all([say(call, id, appending), say(call, id, appending)]);
    await untilEvent(call, id, ({ args }) => args?.confirmation_state === "awaiting_confirmation");
    assert.equal(await timesDone(id), 0);
    await decide(id, "user_confirmed");
    await until(async () => short(await allEvents(call, id)).filter((line) => line === asked[1]).length === 2);
    await decide(id, "user_confirmed");
    await untilState(call, id, "finished");
    assert.equal(await timesDone(id), 2);
  });

  for (const [name, end, state] of [
    ["stopped", (id: string) => decide(id, "stopped"), "stopped"],
    ["finished by the user", (id: string) => act(call, id, "finish", {}), "finished"],
    ["ended with its conversation", (id: string) => call("POST", `/api/conversations/${id}/stop`), "stopped"],
  ] as const)
    test(`is not done when the agent is ${name}, and the log says so`, async () => {
      const id = await askingConversation();
      assert.equal((await end(id)).status, 200);
      const events = await untilState(call, id, state);
      const error = events.find(({ observation }) => observation === "error");
      assert.equal(error.extras.error_id, "AGENT_ERROR$ERROR_ACTION_NOT_EXECUTED_STOPPED");
      assert.equal(error.cause, events.find(({ args }) => args?.confirmation_state === "awaiting_confirmation").id);
      if (name === "ended with its conversation") {
        await call("POST", `/api/conversations/${id}/start`);
        await untilState(call, id, "awaiting_user_input");
      }
      const late = await decide(id, "user_confirmed");
      assert.deepEqual([late.status, late.body.code], [409, "agent_state_conflict"]);
      assert.equal(await timesDone(id), 0);
    });

  test("may be any of those that touch something, and no other", async () => {
    const steps = {
      run: "```sh\ntrue\n```",
      run_ipython: "```ipython\n1\n```",
      write: "```write a\nA\n```",
      edit: "```edit a\nA\n=======\nB\n```",
      read: "read a",
      browse: "browse https://example.com/",
      browse_interactive: "```browser\nclick('12')\n```",
      call_tool_mcp: "```mcp search\n```",
      delegate: "```delegate\nthink: a\n```",
    };
    const message = [...Object.values(steps), "think: b", "show tasks", "condense"].join("\n");
    const id = await createConversation(call, { initial_user_msg: message });
    for (const [index, action] of Object.keys(steps).entries()) {
      const waiting = await untilEvent(
        call,
        id,
        (event) => event.action === action && event.args.confirmation_state === "awaiting_confirmation",
      );
      const { length } = (await allEvents(call, id)).filter(({ args }) => args?.confirmation_state === "confirmed");
      assert.equal(length, index, `${action} is held back`);
      assert.equal((await decide(id, "user_confirmed")).status, 200);
      await untilEvent(call, id, (event) => event.id > waiting.id && event.cause > waiting.id);
    }
    assertContract(await untilState(call, id, "finished"));
  });
});

describe("an agent that was asked by another", () => {
  test("has to ask as well, and a no ends the turn of both", async () => {
    const id = await askingConversation(call, `\`\`\`\`delegate\n${appending}\n\`\`\`\``);
    await decide(id, "user_confirmed");
    await untilEvent(
      call,
      id,
      ({ action, args }) => action === "run" && args.confirmation_state === "awaiting_confirmation",
    );
    await decide(id, "user_rejected");
    const events = await untilState(call, id, "awaiting_user_input");
    const delegation = events.find(
      ({ action, args }) => action === "delegate" && args.confirmation_state === "confirmed",
    );
    const outcome = events.find(({ cause, observation }) => cause === delegation.id && observation !== undefined);
    assert.equal(outcome.observation, "error");
    assert.match(outcome.content, /did not come to an end/);
    assert.ok(!events.some(({ action }) => action === "finish"));
    assert.equal(await timesDone(id), 0);
  });
});

describe("two decisions", () => {
  test("one after the other: the second is a conflict", async () => {
    const id = await askingConversation(call, `\`\`\`sh\necho once >> log; ${untilFile("go")}\n\`\`\``);
    assert.equal((await decide(id, "user_confirmed")).status, 200);
    const { status, body } = await decide(id, "user_confirmed");
    assert.deepEqual([status, body.code], [409, "agent_state_conflict"]);
    assert.match(body.error, /cannot become user_confirmed now\. It can become .*stopped/);
    await act(call, id, "write", { path: "go", content: "" });
    await untilState(call, id, "finished");
    assert.equal(await timesDone(id), 1);
  });

  for (const states of [
    ["user_confirmed", "user_rejected"],
    ["user_rejected", "user_confirmed"],
    ["user_confirmed", "user_confirmed"],
  ])
    test(`at once, ${states.join(" and ")}: one counts, and the other is a conflict`, async () => {
      const id = await askingConversation();
      const answers = await Promise.all(states.map((state) => decide(id, state)));
      assert.deepEqual(
        answers.map(({ status }) => status).toSorted((a, b) => a - b),
        [200, 409],
      );
      const counted = states[answers.findIndex(({ status }) => status === 200)];
      const events = await untilState(call, id, counted === "user_confirmed" ? "finished" : "awaiting_user_input");
      const decisions = events.filter(({ source, action }) => source === "user" && action === "change_agent_state");
      assert.deepEqual(
        decisions.map(({ args }) => args.agent_state),
        [counted],
      );
      assert.equal(await timesDone(id), counted === "user_confirmed" ? 1 : 0);
    });
});

describe("whether an agent has to ask", () => {
  const risks = { unknown: -1, low: 0, medium: 1, high: 2 } as const;
  const run = (security_risk: -1 | 0 | 1 | 2) => action("run", { command: "true", security_risk });
  for (const [name, risk] of Object.entries(risks)) {
    const risky = risk === -1 || risk === 2;
    test(`is up to the risk, when the user wants it: ${name}`, async () => {
      assert.equal(await mustWait(run(risk), { confirmation: "as_set" }, () => Promise.resolve(true)), risky);
      assert.equal(await mustWait(run(risk), { confirmation: "as_set" }, () => Promise.resolve(false)), false);
      assert.equal(await mustWait(run(risk), { confirmation: "always" }, () => Promise.resolve(false)), true);
    });
  }
  test("is up to the action: a delegation has no risk that is known, a thought touches nothing", async () => {
    const wanted = () => Promise.resolve(true);
    const delegation = action("delegate", { agent: "CodeActAgent", inputs: {} });
    assert.equal(await mustWait(delegation, { confirmation: "as_set" }, wanted), true);
    assert.equal(await mustWait(action("think", {}), { confirmation: "always" }, wanted), false);
  });
  test("what is decided stands there without its thought, which the question has", () => {
    const asking = action("run", { command: "true", thought: "Why not?" });
    for (const confirmation_state of ["confirmed", "rejected"] as const)
      assert.deepEqual(decided(asking, confirmation_state).args, { ...asking.args, confirmation_state, thought: "" });
  });

  const cases = [
    { confirmation_mode: true, want: true },
    { confirmation_mode: false, want: false },
    { confirmation_mode: null, want: false },
  ];
  for (const { confirmation_mode, want } of cases)
    test(`is a setting: ${confirmation_mode}`, async (t) => {
      const own = caller(await startServer(t));
      await settings(own, { confirmation_mode });
      const id = await createConversation(own, { initial_user_msg: appending });
      const { args } = await untilEvent(own, id, ({ source, action }) => source === "agent" && action === "run");
      assert.equal(args.confirmation_state, want ? "awaiting_confirmation" : "confirmed");
    });

  test("a user never has to", async (t) => {
    const own = caller(await startServer(t));
    await settings(own, { confirmation_mode: true });
    assert.equal(await timesDone(await createConversation(own), own), 0);
  });
});

describe("a server that is killed", () => {
  const restart = async (
    t: Parameters<typeof startServer>[0],
    signal: NodeJS.Signals,
    meanwhile?: (to: Call, id: string) => Promise<unknown>,
  ) => {
    const first = await startServer(t);
    await settings(caller(first), { llm_model: "test/confirm" });
    const id = await askingConversation(caller(first));
    const before = await allEvents(caller(first), id);
    await meanwhile?.(caller(first), id);
    await first.stop(signal);
    return { to: caller(await startServer(t, first)), id, before };
  };

  for (const signal of ["SIGKILL", "SIGTERM"] as const) {
    test(`while it waits (${signal}) waits on, and does it once when it is allowed then`, async (t) => {
      const { to, id, before } = await restart(t, signal);
      assert.deepEqual(await allEvents(to, id), before);
      assert.equal(await timesDone(id, to), 0);
      assert.equal((await decide(id, "user_confirmed", to)).status, 200);
      const events = await untilState(to, id, "awaiting_user_input");
      const own = short(events).filter((line) => !["user run confirmed", "user run observation"].includes(line));
      assert.deepEqual(own, [...asked, ...afterYes, "environment agent_state_changed observation awaiting_user_input"]);
      assert.equal((await decide(id, "user_confirmed", to)).status, 409);
      assert.equal(await timesDone(id, to), 1);
      await say(to, id, "think: on");
      await untilState(to, id, "finished");
    });
  }

  test("while it waits does nothing that a secret is missing from, which no log keeps", async (t) => {
    const first = await startServer(t);
    const secret = randomBytes(12).toString("hex");
    await settings(caller(first), { llm_model: "test/confirm", search_api_key: secret });
    const message = `\`\`\`sh\necho ${secret} >> log\n\`\`\``;
    const id = await askingConversation(caller(first), message);
    await first.stop("SIGKILL");
    const to = caller(await startServer(t, first));
    assert.equal((await decide(id, "user_confirmed", to)).status, 200);
    const events = await untilState(to, id, "awaiting_user_input");
    const lost = events.find(({ observation }) => observation === "error");
    assert.match(lost.content, /holds a secret, which the log does not keep/);
    assert.equal(events[lost.cause].args.confirmation_state, "confirmed");
    assert.equal(await timesDone(id, to), 0);
  });

  test("while it waits does not do it when it is not allowed then", async (t) => {
    const { to, id } = await restart(t, "SIGKILL");
    assert.equal((await decide(id, "user_rejected", to)).status, 200);
    const events = await untilState(to, id, "awaiting_user_input");
    assert.deepEqual(short(events), [...asked, "user change_agent_state user_rejected", ...afterNo]);
    assert.equal(await timesDone(id, to), 0);
  });

  test("while it waits can be stopped then", async (t) => {
    const { to, id } = await restart(t, "SIGKILL");
    assert.equal((await decide(id, "stopped", to)).status, 200);
    const events = await untilState(to, id, "stopped");
    assert.equal(events.at(-2).extras.error_id, "AGENT_ERROR$ERROR_ACTION_NOT_EXECUTED_STOPPED");
    assert.equal((await decide(id, "user_confirmed", to)).status, 409);
  });

  test("while it waits takes another message for a no", async (t) => {
    const { to, id } = await restart(t, "SIGKILL");
    await say(to, id, "think: rather this");
    await untilEvent(to, id, ({ args }) => args?.thought === "rather this");
    await untilState(to, id, "finished");
    assert.equal(await timesDone(id, to), 0);
  });

  test("while a user's command runs beside the question says so, and waits on", async (t) => {
    const { to, id } = await restart(t, "SIGKILL", (before, asking) =>
      act(before, asking, "run", { command: untilFile("never") }),
    );
    await untilEvent(to, id, ({ observation, source }) => observation === "error" && source === "user");
    assert.equal((await decide(id, "user_confirmed", to)).status, 200);
    await untilState(to, id, "awaiting_user_input");
    assert.equal(await timesDone(id, to), 1);
  });

  for (const [name, draft, state, times] of [
    ["a yes", actionDraft("user", "change_agent_state", { agent_state: "user_confirmed" }), "awaiting_user_input", 1],
    ["a no", actionDraft("user", "change_agent_state", { agent_state: "user_rejected" }), "awaiting_user_input", 0],
    ["a stop", actionDraft("user", "change_agent_state", { agent_state: "stopped" }), "stopped", 0],
    ["another message", messageDraft("think: rather this"), "finished", 0],
  ] as const)
    test(`after it has taken ${name} and before it has done anything about it, does so then`, async (t) => {
      const first = await startServer(t);
      await settings(caller(first), { llm_model: "test/confirm" });
      const id = await askingConversation(caller(first));
      await first.stop("SIGKILL");
      const store = await openSqliteStore(first.dataDir, { now: () => new Date().toISOString() });
      await store.events.append(id, [draft]);
      await store.close();
      const to = caller(await startServer(t, first));
      await untilState(to, id, state);
      assert.equal(await timesDone(id, to), times);
    });

  test("in the middle of what was allowed does not do it again", async (t) => {
    const first = await startServer(t);
    const to = caller(first);
    await settings(to, { llm_model: "test/confirm" });
    const id = await askingConversation(to, `\`\`\`sh\necho once >> log; ${untilFile("never")}\n\`\`\``);
    await decide(id, "user_confirmed", to);
    await until(async () => (await timesDone(id, to)) === 1);
    await first.stop("SIGKILL");
    const again = caller(await startServer(t, first));
    const events = await untilState(again, id, "awaiting_user_input");
    const errors = events.filter(({ observation }) => observation === "error");
    const confirmed = events.find(({ source, args }) => source === "agent" && args?.confirmation_state === "confirmed");
    assert.deepEqual(
      errors.map(({ cause }) => cause),
      [confirmed.id],
    );
    assert.equal(await timesDone(id, again), 1);
  });
});
