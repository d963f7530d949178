import { setTimeout } from "node:timers/promises";
import type { AgentDefinition } from "./agent.ts";
import { follower, instructionHelp } from "./follow.ts";

const usualMs = 1000;
const longestMs = 60_000;

/** `test/slow`: takes its time. For clients that want to pause, stop, or leave and come back in the middle of something. */
export const testSlow: AgentDefinition = {
  model: "test/slow",
  systemPrompt: "You are test/slow, an agent without a language model: you carry out a message's instructions slowly.",
  confirmation: "as_set",
  agent: follower({
    introduction: `I am test/slow, an agent without a language model. I carry out instructions that stand in a message, and wait for a second before each; a line \`delay 250ms\` or \`delay 5s\` sets another time, up to a minute.

${instructionHelp}`,
    beforeStep: (message, signal) => setTimeout(delayOf(message), undefined, { signal }),
  }),
};

/** The milliseconds that a message asks to wait before each step. */
export function delayOf(message: string): number {
  const [, amount, unit] = /^delay[ \t]+(\d{1,9})(ms|s)[ \t]*\r?$/im.exec(message) ?? [];
  if (amount === undefined) return usualMs;
  return Math.min(Number(amount) * (unit?.toLowerCase() === "s" ? 1000 : 1), longestMs);
}
