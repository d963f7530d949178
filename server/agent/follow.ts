import type { Observation } from "../conversations/event-draft.ts";
import { describeAction } from "../conversations/describe.ts";
import { action } from "./actions.ts";
import type { Agent, AgentAction } from "./agent.ts";
import { parseInstructions } from "./instructions.ts";

/** How a message spells out what is to be done: the part of the introductions that the test models share. */
export const instructionHelp = `- a fenced block marked \`sh\` is run, one marked \`ipython\` as Python code
- a fenced block marked \`write PATH\` becomes that file
- a fenced block marked \`edit PATH\` with the old text, a line \`=======\` and the new text changes that file
- a line \`read PATH\` reads that file, a line \`browse URL\` opens that page, a block marked \`browser\` uses the browser
- a fenced block marked \`mcp NAME\` with a JSON object calls that tool
- a fenced block marked \`plan\` is a list of tasks, a line each; a line \`show tasks\` shows it
- a fenced block marked \`delegate\` is a message to an agent that does it as a part of this
- a line \`think: TEXT\` logs a thought, a line \`condense\` condenses the conversation
- a line \`reject: REASON\` gives up`;

export interface Follower {
  /** What the agent says of itself. */
  readonly introduction: string;
  /** What it does before each step. */
  readonly beforeStep?: (message: string, signal: AbortSignal) => Promise<void>;
}

/** An agent that does what a message spells out, and introduces itself when there is nothing to do. */
export function follower({ introduction, beforeStep }: Follower): Agent {
  return async function* follow({ message, first, rejected, signal }) {
    const steps = parseInstructions(message);
    if (rejected)
      yield say(`You did not allow this, so I have not done it: ${describeAction(rejected) || rejected.action}`, false);
    if (first || steps.length === 0) yield say(introduction, steps.length === 0);
    if (steps.length === 0) return;
    let failed = 0;
    for (const step of steps) {
      await beforeStep?.(message, signal);
      failed += wentWell(yield step) ? 0 : 1;
    }
    yield action("finish", { final_thought: summary(steps.length, failed) });
  };
}

/** @param waits whether the agent waits for an answer */
export function say(content: string, waits: boolean): AgentAction {
  return action("message", { content, wait_for_response: waits });
}

function wentWell(observation: Observation | undefined): boolean {
  if (observation?.observation === "run" || observation?.observation === "run_ipython") return observation.success;
  return observation?.observation !== "error";
}

function summary(steps: number, failed: number): string {
  const done = `I carried out ${steps === 1 ? "one instruction" : `${steps} instructions`}`;
  return failed === 0 ? `${done}.` : `${done}; ${failed === 1 ? "one" : failed} failed.`;
}
