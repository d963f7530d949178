import * as z from "zod";
import { exampleOf } from "../examples.ts";

/** Which tool call of a model's answer an event belongs to. */
export const ToolCallMetadata = z
  .object({
    function_name: z.string().describe("The function that the model called."),
    tool_call_id: z.string().describe("The model's id of the call."),
    model_response: z.record(z.string(), z.unknown()).describe("The model's answer as it came."),
    total_calls_in_response: z.int().min(0).describe("How many calls the answer holds."),
  })
  .meta({
    id: "ToolCallMetadata",
    description: "The tool call of a model that an action is made of, on the action and on what came of it.",
    examples: [
      {
        function_name: "execute_bash",
        tool_call_id: "call_1",
        model_response: { id: "1" },
        total_calls_in_response: 1,
      },
    ],
  });
export type ToolCallMetadata = z.output<typeof ToolCallMetadata>;

const tokens = z.int().min(0);

const TokenUsage = z
  .object({
    model: z.string().describe("The model."),
    prompt_tokens: tokens.describe("Tokens read."),
    completion_tokens: tokens.describe("Tokens written."),
    cache_read_tokens: tokens.describe("Tokens read from the provider's cache."),
    cache_write_tokens: tokens.describe("Tokens written to the provider's cache."),
    context_window: tokens.describe("How many tokens the model can look at; 0 when unknown."),
    per_turn_token: tokens.describe("Tokens of the last call."),
    response_id: z.string().describe("The provider's id of the answer."),
  })
  .meta({
    id: "TokenUsage",
    description: "The tokens that calls of a model have used.",
    examples: [
      {
        model: "example/model",
        prompt_tokens: 1200,
        completion_tokens: 80,
        cache_read_tokens: 0,
        cache_write_tokens: 0,
        context_window: 200_000,
        per_turn_token: 1280,
        response_id: "",
      },
    ],
  });

const Cost = z
  .object({
    model: z.string().describe("The model."),
    cost: z.number().describe("US dollars."),
    timestamp: z.number().describe("When, in seconds since 1970."),
  })
  .meta({
    id: "ModelCallCost",
    description: "What one call of a model has cost.",
    examples: [{ model: "example/model", cost: 0.01, timestamp: 1_795_342_530.5 }],
  });

const ResponseLatency = z
  .object({
    model: z.string().describe("The model."),
    latency: z.number().describe("Seconds until the answer."),
    response_id: z.string().describe("The provider's id of the answer."),
  })
  .meta({
    id: "ModelCallLatency",
    description: "How long one call of a model has taken.",
    examples: [{ model: "example/model", latency: 1.5, response_id: "1" }],
  });

/** What the model has used up to an action. */
export const LlmMetrics = z
  .object({
    accumulated_cost: z.number().describe("US dollars so far."),
    max_budget_per_task: z.number().nullable().describe("US dollars that the task may cost; null for no limit."),
    accumulated_token_usage: TokenUsage,
    costs: z.array(Cost).describe("The cost of each call; empty on events."),
    response_latencies: z.array(ResponseLatency).describe("The latency of each call; empty on events."),
    token_usages: z.array(TokenUsage).describe("The tokens of each call; empty on events."),
  })
  .meta({
    id: "LlmMetrics",
    description: "What the agent's model has used up to this action. Only actions of an agent with a model have it.",
    examples: [
      {
        accumulated_cost: 0.01,
        max_budget_per_task: null,
        accumulated_token_usage: exampleOf(TokenUsage),
        costs: [],
        response_latencies: [],
        token_usages: [],
      },
    ],
  });
export type LlmMetrics = z.output<typeof LlmMetrics>;
