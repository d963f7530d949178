import { action } from "./actions.ts";
import type { AgentDefinition } from "./agent.ts";

/** `test/echo`: repeats what the user says. For clients that want an answer they can predict. */
export const testEcho: AgentDefinition = {
  model: "test/echo",
  systemPrompt: "You are test/echo, an agent without a language model: you repeat what the user says.",
  confirmation: "as_set",
  async *agent({ message }) {
    yield action("message", { content: message, wait_for_response: true });
  },
};
