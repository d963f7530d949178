// The sentence that each event has for people: given the event, want the sentence.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { ActionEvent, ObservationEvent, actionTypes, observationTypes } from "../../../contract/index.ts";
import { exampleOf } from "../../../contract/examples.ts";
import { describeAction, describeObservation } from "../../../server/conversations/describe.ts";
import type { Action, Observation } from "../../../server/conversations/event-draft.ts";

const actions: Record<string, { args?: object; want: string }[]> = {
  message: [{ args: { content: "Hello." }, want: "Hello." }],
  system: [{ args: { content: "You are." }, want: "You are." }],
  run: [{ args: { command: "ls" }, want: "Running command: ls" }],
  read: [{ args: { path: "a.txt" }, want: "Reading file: a.txt" }],
  write: [{ args: { path: "a.txt", content: "" }, want: "Writing file: a.txt" }],
  edit: [{ args: { path: "a.txt" }, want: "" }],
  think: [{ args: { thought: "Hm" }, want: "I am thinking…: Hm" }],
  finish: [
    { want: "All done! What's next on the agenda?" },
    { args: { final_thought: "Both are written." }, want: "Both are written." },
    { args: { final_thought: "Both are written.", thought: "At last." }, want: "At last." },
  ],
  change_agent_state: [{ args: { agent_state: "paused" }, want: "Agent state changed to paused" }],
  recall: [
    { args: { recall_type: "workspace_context", query: "x" }, want: "Retrieving workspace context" },
    { args: { recall_type: "knowledge", query: "x".repeat(60) }, want: `Retrieving knowledge for: ${"x".repeat(50)}` },
  ],
  run_ipython: [{ args: { code: "6 * 7" }, want: "Running Python code: 6 * 7" }],
  browse: [{ args: { url: "https://example.com/" }, want: "Browsing https://example.com/" }],
  browse_interactive: [{ args: { browser_actions: "click('12')" }, want: "Using the browser: click('12')" }],
  call_tool_mcp: [{ args: { name: "search" }, want: "Calling the MCP tool search" }],
  reject: [
    { args: { outputs: {} }, want: "The task was rejected." },
    { args: { outputs: { reason: "Too big." } }, want: "The task was rejected: Too big." },
    { args: { outputs: { reason: 7 } }, want: "The task was rejected." },
  ],
  delegate: [{ args: { agent: "CodeActAgent" }, want: "Asking CodeActAgent for help with this task." }],
  condensation: [
    { args: { summary: "Much." }, want: "Summary: Much." },
    { args: { summary: null }, want: "Forgetting events" },
  ],
  condensation_request: [{ want: "Requesting a condensation of the conversation" }],
  task_tracking: [
    { args: { command: "view" }, want: "Viewing the list of tasks" },
    { args: { command: "plan", task_list: [{}] }, want: "Planning 1 task" },
    { args: { command: "plan", task_list: [{}, {}] }, want: "Planning 2 tasks" },
  ],
  loop_recovery: [{ args: { option: 1 }, want: "" }],
  null: [{ want: "No action" }],
};

const observations: Record<string, { content?: string; extras?: object; success?: boolean; want: string }[]> = {
  run: [{ extras: { command: "ls", metadata: { exit_code: 2 } }, want: "Command `ls` executed with exit code 2." }],
  read: [{ extras: { path: "a.txt" }, want: "I read the file a.txt." }],
  write: [{ extras: { path: "a.txt" }, want: "I wrote to the file a.txt." }],
  edit: [{ extras: { path: "a.txt" }, want: "I edited the file a.txt." }],
  think: [{ content: "Logged.", want: "Logged." }],
  error: [{ content: "There is no file.", want: "There is no file." }],
  agent_state_changed: [{ extras: { agent_state: "running", reason: "" }, want: "" }],
  recall: [{ content: "Added workspace context", want: "Added workspace context" }],
  run_ipython: [
    { success: true, want: "Python code executed." },
    { success: false, want: "Python code failed." },
  ],
  browse: [
    { extras: { error: false, url: "https://example.com/" }, want: "Visited https://example.com/" },
    { extras: { error: true, url: "https://example.com/" }, want: "The browser failed." },
  ],
  download: [{ extras: { file_path: "a.pdf" }, want: "Downloaded a.pdf" }],
  ...Object.fromEntries(
    ["condense", "delegate", "loop_detection", "mcp", "success", "task_tracking", "user_rejected"].map((name) => [
      name,
      [{ content: `About ${name}.`, want: `About ${name}.` }],
    ]),
  ),
  null: [{ want: "No observation" }],
};

describe("an action", () => {
  for (const [action, cases] of Object.entries(actions)) {
    for (const { args = {}, want } of cases) {
      test(`${action}: ${want}`, () => {
        const full = { action, args: { thought: "", final_thought: "", ...args } } as Action; // what its sentence is made of
        assert.equal(describeAction(full), want);
      });
    }
  }
  test("of every type has a case", () => assert.deepEqual(Object.keys(actions).toSorted(), actionTypes.toSorted()));
});

describe("an observation", () => {
  for (const [observation, cases] of Object.entries(observations)) {
    for (const { want, ...fields } of cases) {
      test(`${observation}: ${want}`, () => {
        assert.equal(describeObservation({ observation, ...fields } as Observation), want); // what its sentence is made of
      });
    }
  }
  test("of every type has a case", () =>
    assert.deepEqual(Object.keys(observations).toSorted(), observationTypes.toSorted()));
});

describe("the sentence in the contract's example is the server's", () => {
  for (const schema of ActionEvent.options) {
    const example = schema.parse(exampleOf(schema));
    test(example.action, () => assert.equal(example.message, describeAction(example)));
  }
  for (const schema of ObservationEvent.options) {
    const example = schema.parse(exampleOf(schema));
    test(`${example.observation} observation`, () => assert.equal(example.message, describeObservation(example)));
  }
});
