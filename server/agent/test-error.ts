import { setTimeout } from "node:timers/promises";
import type { RuntimeStatus } from "../../contract/index.ts";
import { errorObservation } from "../conversations/event-draft.ts";
import { action } from "./actions.ts";
import { AgentFailure } from "./agent.ts";
import type { Agent, AgentDefinition } from "./agent.ts";
import { say } from "./follow.ts";

/** The failures of a language model and its runtime, each with what a person is told. */
const failures = {
  STATUS$ERROR: "The model failed.",
  STATUS$ERROR_RUNTIME_DISCONNECTED: "The connection to the runtime was lost.",
  STATUS$ERROR_LLM_AUTHENTICATION: "The model's provider has refused the API key.",
  STATUS$ERROR_LLM_SERVICE_UNAVAILABLE: "The model's provider is not available.",
  STATUS$ERROR_LLM_INTERNAL_SERVER_ERROR: "The model's provider has failed.",
  STATUS$ERROR_LLM_OUT_OF_CREDITS: "The credits at the model's provider are used up.",
  STATUS$ERROR_LLM_CONTENT_POLICY_VIOLATION: "The model's provider has refused the content.",
  STATUS$ERROR_MEMORY: "What the agent knows could not be recalled.",
} as const satisfies Partial<Record<RuntimeStatus, string>>;

const gaveUp = "CHAT_INTERFACE$AGENT_RATE_LIMITED_STOPPED_MESSAGE" satisfies RuntimeStatus;

const introduction = `I am test/error, an agent without a language model: I fail as a message asks me to.

- a line \`fail with CODE\` ends in the state \`error\` with that reason; the codes are ${Object.keys(failures).join(", ")}
- a line \`fail: TEXT\` ends in the state \`error\` with a reason that holds the text
- a line \`bad action\` reports an action that no agent should take, and goes on
- a line \`rate limit\` waits for the model for a moment, and goes on; \`rate limit, give up\` waits in vain`;

/** How long the model makes the agent wait. */
const momentMs = 200;

/** `test/error`: fails. For clients that want to meet each failure without a model that has it. */
export const testError: AgentDefinition = {
  model: "test/error",
  systemPrompt: "You are test/error, an agent without a language model: you fail as a message asks you to.",
  confirmation: "as_set",
  async *agent(turn) {
    const lines = turn.message.split(/\r?\n/).map((line) => line.trim());
    const steps = lines.flatMap((line) => failureOf(line) ?? []);
    if (steps.length === 0) return yield* introduce();
    for (const fail of steps) yield* fail(turn);
    yield action("finish", { final_thought: "I have failed as you wished, and go on." });
  },
};

async function* introduce(): ReturnType<Agent> {
  yield say(introduction, true);
}

/** What a line asks for; undefined when it asks for nothing. */
function failureOf(line: string): Agent | undefined {
  const [, code] = /^fail with (\S+)$/i.exec(line) ?? [];
  if (code !== undefined) return () => failWith(code);
  const [, text] = /^fail:(.*)$/i.exec(line) ?? [];
  if (text !== undefined) return () => failFor(text.trim());
  const simple: Readonly<Record<string, Agent>> = {
    "bad action": takeBadAction,
    "rate limit": waitForModel,
    "rate limit, give up": waitInVain,
  };
  return simple[line.toLowerCase()];
}

// oxlint-disable-next-line eslint/require-yield -- an agent that fails does nothing
async function* failWith(code: string): ReturnType<Agent> {
  const known = Object.entries(failures).find(([name]) => name === code.toUpperCase());
  if (!known) throw new Error(`there is no code ${code}; the codes are ${Object.keys(failures).join(", ")}`);
  const [name, text] = known;
  throw new AgentFailure(name as keyof typeof failures, text); // one of its keys
}

// oxlint-disable-next-line eslint/require-yield -- an agent that fails does nothing
async function* failFor(text: string): ReturnType<Agent> {
  throw new Error(text);
}

async function* takeBadAction(): ReturnType<Agent> {
  yield errorObservation("There is no action `dance`. Take one of those that there are.", "AGENT_ERROR$BAD_ACTION");
}

async function* waitForModel({ signal }: Parameters<Agent>[0]): ReturnType<Agent> {
  yield { state: "rate_limited" };
  await setTimeout(momentMs, undefined, { signal });
  yield { state: "running" };
}

async function* waitInVain({ signal }: Parameters<Agent>[0]): ReturnType<Agent> {
  yield { state: "rate_limited" };
  await setTimeout(momentMs, undefined, { signal });
  throw new AgentFailure(gaveUp, "The model's provider has limited the rate of requests for too long.");
}
