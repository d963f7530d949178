import type { AgentDefinition } from "./agent.ts";
import { follower, instructionHelp } from "./follow.ts";
import { asksForShowcase, showcase } from "./showcase.ts";

const follow = follower({
  introduction: `I am test/tools, an agent without a language model: I carry out instructions that stand in a message.

${instructionHelp}
- a line \`show every event type\` makes me take every action and meet every observation there is

To use a language model, set \`llm_model\` with POST /api/settings, or LLM_MODEL for everybody; GET /api/options/models lists the names.`,
});

/** `test/tools`: does what the message spells out. For clients that want to meet actions and observations without a model. */
export const testTools: AgentDefinition = {
  model: "test/tools",
  systemPrompt: "You are test/tools, an agent without a language model: you carry out the instructions in a message.",
  confirmation: "as_set",
  agent: (turn) => (asksForShowcase(turn.message) ? showcase(turn) : follow(turn)),
};
