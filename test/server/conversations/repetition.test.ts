// When an agent is said to repeat itself: given what it does and what comes of it, want the first of the repeats.
import assert from "node:assert/strict";
import { test } from "node:test";
import { action } from "../../../server/agent/actions.ts";
import type { Observation } from "../../../server/conversations/event-draft.ts";
import { createRepetition } from "../../../server/conversations/repetition.ts";

interface Step {
  readonly command?: string;
  readonly thought?: string;
  readonly content?: string;
  readonly pid?: number;
}

function observed({ command = "ls", content = "a\n", pid = 1 }: Step): Observation {
  const none = { username: null, hostname: null, working_dir: ".", py_interpreter_path: null, prefix: "", suffix: "" };
  const extras = { command, metadata: { exit_code: 0, pid, ...none }, hidden: false };
  return { observation: "run", content, extras, success: true };
}

/** The step, from 0, with which a loop was found, and the first of its repeats. */
function loops(steps: readonly Step[]): [number, number][] {
  const repetition = createRepetition();
  return steps.flatMap((step, index): [number, number][] => {
    const { command = "ls", thought = "" } = step;
    const first = repetition.note(100 + index, action("run", { command, thought }), observed(step));
    return first === null ? [] : [[index, first - 100]];
  });
}

const same: Step = {};
const cases: Record<string, { given: Step[]; want: [number, number][] }> = {
  "three times are none": { given: [same, same, same], want: [] },
  "four times are one": { given: [same, same, same, same], want: [[3, 0]] },
  "the count begins anew": {
    given: Array.from({ length: 9 }, () => same),
    want: [
      [3, 0],
      [7, 4],
    ],
  },
  "another command between": { given: [same, same, { command: "pwd" }, same, same, same], want: [] },
  "other results": { given: [same, same, same, { content: "b\n" }], want: [] },
  "what came before does not count": { given: [{ command: "pwd" }, same, same, same, same], want: [[4, 1]] },
  "another process with another thought is the same": {
    given: [same, { pid: 2 }, { thought: "Again?" }, { pid: 3, thought: "Again!" }],
    want: [[3, 0]],
  },
};
for (const [name, { given, want }] of Object.entries(cases)) test(name, () => assert.deepEqual(loops(given), want));

test("other thoughts are not the same", () => {
  const repetition = createRepetition();
  for (let index = 0; index < 8; index += 1) {
    const observation: Observation = { observation: "think", content: "Logged.", extras: {} };
    assert.equal(repetition.note(index, action("think", { thought: String(index) }), observation), null);
  }
});
