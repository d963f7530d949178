import * as z from "zod";

const count = (described: string) => z.int().min(0).describe(described);

const V1TokenUsage = z
  .object({
    model: z.string().describe("The model; empty where several add up."),
    prompt_tokens: count("Tokens that were sent."),
    completion_tokens: count("Tokens that came back."),
    cache_read_tokens: count("Of those sent, the ones read from the provider's cache."),
    cache_write_tokens: count("Of those sent, the ones written to the provider's cache."),
    reasoning_tokens: count("Of those that came back, the ones spent on reasoning."),
    context_window: count("How many tokens the model takes; 0 where that is not known."),
    per_turn_token: count("Tokens of the last turn."),
    response_id: z.string().describe("The provider's id of the answer; empty where several add up."),
  })
  .meta({
    id: "V1TokenUsage",
    description: "How many tokens a model has used.",
    examples: [
      {
        model: "",
        prompt_tokens: 0,
        completion_tokens: 0,
        cache_read_tokens: 0,
        cache_write_tokens: 0,
        reasoning_tokens: 0,
        context_window: 0,
        per_turn_token: 0,
        response_id: "",
      },
    ],
  });

export const MetricsSnapshot = z
  .object({
    model_name: z.string().describe("The model; `default` where several add up."),
    accumulated_cost: z.number().min(0).describe("What it has cost, in US dollars."),
    max_budget_per_task: z.number().nullable().describe("What a task may cost, in US dollars; null for no limit."),
    accumulated_token_usage: V1TokenUsage.nullable().describe("What all calls of models add up to."),
  })
  .meta({
    id: "MetricsSnapshot",
    description: "What a conversation has used.",
    examples: [
      { model_name: "default", accumulated_cost: 0, max_budget_per_task: null, accumulated_token_usage: null },
    ],
  });
export type MetricsSnapshot = z.infer<typeof MetricsSnapshot>;
