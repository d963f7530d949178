import type { AgentDefinition } from "./agent.ts";
import { follower, instructionHelp } from "./follow.ts";

/** `test/confirm`: asks before it does anything. For clients that want to meet an agent that waits for the user's consent. */
export const testConfirm: AgentDefinition = {
  model: "test/confirm",
  systemPrompt: "You are test/confirm, an agent without a language model: you ask before each step of a message.",
  confirmation: "always",
  agent: follower({
    introduction: `I am test/confirm, an agent without a language model. I carry out instructions that stand in a message, and ask before each that touches anything: answer with a change_agent_state to \`user_confirmed\` or \`user_rejected\`. Another message is a no.

${instructionHelp}`,
  }),
};
