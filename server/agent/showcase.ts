import { newObservation } from "../conversations/event-draft.ts";
import { action } from "./actions.ts";
import { agentNames } from "./agent.ts";
import type { Agent, AgentAction } from "./agent.ts";
import { say } from "./follow.ts";

const tasks = [
  { id: "1", title: "Show every action", status: "in_progress" as const },
  { id: "2", title: "Show every observation", status: "todo" as const, notes: "all of them" },
];

/** Whether a message asks for every type of event. */
export function asksForShowcase(message: string): boolean {
  return /^show every event type[ \t]*\r?$/im.test(message);
}

/**
 * Takes every action that an agent can take, and meets every observation: what comes of the actions, and then what this
 * server has no cause for in a single turn, as an agent tells of its own tools.
 */
export const showcase: Agent = async function* showcase() {
  yield say("I show every type of event.", false);
  yield action("think", { thought: "Where to begin?" });
  yield action("task_tracking", { command: "plan", task_list: tasks });
  yield action("write", { path: "showcase.txt", content: "milk\n" });
  yield action("edit", { path: "showcase.txt", command: "str_replace", old_str: "milk", new_str: "bread" });
  yield action("read", { path: "showcase.txt" });
  yield action("read", { path: "there is no such file.txt" });
  yield command;
  yield* python();
  yield action("browse", { url: "https://example.com/" });
  yield action("browse_interactive", { browser_actions: "click('12')" });
  yield action("call_tool_mcp", { name: "search", arguments: { query: "weather" } });
  yield action("delegate", {
    agent: agentNames[0] ?? "",
    inputs: { task: "think: for another\nreject: nothing to do" },
  });
  yield action("task_tracking", { command: "view" });
  yield action("condensation_request", {});
  yield action("loop_recovery", {});
  yield action("null", {});
  yield newObservation("null", "", {});
  yield newObservation("success", "It has worked.", {});
  yield newObservation("download", "The file is report.pdf.", { file_path: "report.pdf" });
  yield newObservation("user_rejected", "The user would not have allowed this.", {});
  yield newObservation("loop_detection", "The agent would have repeated itself.", {});
  yield action("finish", { final_thought: "That was every type of event.", outputs: { types: "all" } });
};

/** An action as an agent with a language model takes it: with the tool call that it is made of, and what that has cost. */
const command: AgentAction = {
  ...action("run", { command: "cat showcase.txt", thought: "What have I written?", security_risk: 0 }),
  tool_call_metadata: {
    function_name: "execute_bash",
    tool_call_id: "call_1",
    model_response: { id: "response_1", model: "test/tools" },
    total_calls_in_response: 1,
  },
  llm_metrics: {
    accumulated_cost: 0,
    max_budget_per_task: null,
    accumulated_token_usage: {
      model: "test/tools",
      prompt_tokens: 0,
      completion_tokens: 0,
      cache_read_tokens: 0,
      cache_write_tokens: 0,
      context_window: 0,
      per_turn_token: 0,
      response_id: "response_1",
    },
    costs: [],
    response_latencies: [],
    token_usages: [],
  },
};

/** Where there is no python3 an error comes of the code; the observation is shown all the same. */
async function* python(): ReturnType<Agent> {
  const observation = yield action("run_ipython", { code: "6 * 7" });
  if (observation?.observation === "run_ipython") return;
  const extras = { code: "6 * 7", image_urls: null };
  yield { observation: "run_ipython", content: "42\n", extras, success: true };
}
