import type { Observation } from "../conversations/event-draft.ts";
import type { AgentDefinition } from "./agent.ts";
import { action } from "./actions.ts";
import { parseInstructions } from "./instructions.ts";

const introduction = `I am test/tools, an agent without a language model: I carry out instructions that stand in a message.

- a fenced block marked \`sh\` is run
- a fenced block marked \`write PATH\` becomes that file
- a fenced block marked \`edit PATH\` with the old text, a line \`=======\` and the new text changes that file
- a line \`read PATH\` reads that file, a line \`think: TEXT\` logs a thought

To use a language model, set \`llm_model\` with POST /api/settings, or LLM_MODEL for everybody; GET /api/options/models lists the names.`;

/** `test/tools`: does what the message spells out. For clients that want to meet actions and observations without a model. */
export const testTools: AgentDefinition = {
  model: "test/tools",
  systemPrompt: "You are test/tools, an agent without a language model: you carry out the instructions in a message.",
  async *agent({ message, first }) {
    const steps = parseInstructions(message);
    if (first || steps.length === 0)
      yield action("message", { content: introduction, wait_for_response: steps.length === 0 });
    if (steps.length === 0) return;
    let failed = 0;
    for (const step of steps) failed += wentWell(yield step) ? 0 : 1;
    yield action("finish", { final_thought: summary(steps.length, failed) });
  },
};

function wentWell(observation: Observation | undefined): boolean {
  return observation?.observation !== "error" && !(observation?.observation === "run" && !observation.success);
}

function summary(steps: number, failed: number): string {
  const done = `I carried out ${steps === 1 ? "one instruction" : `${steps} instructions`}`;
  return failed === 0 ? `${done}.` : `${done}; ${failed === 1 ? "one" : failed} failed.`;
}
