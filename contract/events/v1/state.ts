// The state of a conversation as V1 tells it: reference/v1-api.md §8.2 and §10.4.
import * as z from "zod";
import { exampleOf } from "../../examples.ts";

export const ConversationExecutionStatus = z
  .enum(["idle", "running", "paused", "waiting_for_confirmation", "finished", "error", "stuck"])
  .meta({
    id: "ConversationExecutionStatus",
    description:
      "What the agent is doing. `idle`: nothing yet, or nothing since the user has not allowed an action. `finished`: it has answered. `stuck`: it repeats itself.",
    examples: ["running"],
  });
export type ConversationExecutionStatus = z.infer<typeof ConversationExecutionStatus>;

const tokens = (description: string) => z.int().min(0).default(0).describe(description);

export const V1TokenUsage = z
  .object({
    model: z.string().default("").describe("The model."),
    prompt_tokens: tokens("Tokens read."),
    completion_tokens: tokens("Tokens written."),
    cache_read_tokens: tokens("Tokens read from the provider's cache."),
    cache_write_tokens: tokens("Tokens written to the provider's cache."),
    reasoning_tokens: tokens("Tokens that the model reasoned with."),
    context_window: tokens("How many tokens the model can look at; 0 when unknown."),
    per_turn_token: tokens("Tokens of the last call."),
    response_id: z.string().default("").describe("The provider's id of the answer."),
  })
  .meta({
    id: "V1TokenUsage",
    description: "The tokens that calls of a model have used.",
    examples: [{ model: "example/model", prompt_tokens: 1200, completion_tokens: 80 }],
  });

const snapshot = {
  model_name: z.string().default("default").describe("The model."),
  accumulated_cost: z.number().min(0).default(0).describe("US dollars so far."),
  max_budget_per_task: z
    .number()
    .nullable()
    .default(null)
    .describe("US dollars that the task may cost; null for no limit."),
  accumulated_token_usage: V1TokenUsage.nullable().default(null).describe("The tokens so far."),
};

export const MetricsSnapshot = z.object(snapshot).meta({
  id: "MetricsSnapshot",
  description: "What a model has used so far.",
  examples: [
    {
      model_name: "example/model",
      accumulated_cost: 0.01,
      max_budget_per_task: null,
      accumulated_token_usage: null,
    },
  ],
});

export const V1Metrics = z
  .object({
    ...snapshot,
    costs: z
      .array(
        z.object({
          model: z.string().describe("The model."),
          cost: z.number().describe("US dollars."),
          timestamp: z.number().describe("When, in seconds since 1970."),
        }),
      )
      .default([])
      .describe("The cost of each call."),
    response_latencies: z
      .array(
        z.object({
          model: z.string().describe("The model."),
          latency: z.number().describe("Seconds until the answer."),
          response_id: z.string().describe("The provider's id of the answer."),
        }),
      )
      .default([])
      .describe("The latency of each call."),
    token_usages: z.array(V1TokenUsage).default([]).describe("The tokens of each call."),
  })
  .meta({
    id: "V1Metrics",
    description: "What a model has used so far, call by call.",
    examples: [
      {
        model_name: "example/model",
        accumulated_cost: 0.01,
        max_budget_per_task: null,
        accumulated_token_usage: null,
      },
    ],
  });
export type V1Metrics = z.output<typeof V1Metrics>;

export const ConversationStats = z
  .object({
    usage_to_metrics: z
      .record(z.string(), V1Metrics)
      .default({})
      .describe("What the models have used, by what they were used for: `agent`, `condenser`."),
  })
  .meta({
    id: "ConversationStats",
    description: "What the conversation has used.",
    examples: [{ usage_to_metrics: { agent: exampleOf(V1Metrics) } }],
  });
export type ConversationStats = z.output<typeof ConversationStats>;

const AgentSummary = z
  .looseObject({
    kind: z.literal("Agent").default("Agent").describe("Always `Agent`."),
    llm: z
      .looseObject({
        model: z.string().describe("The model."),
        usage_id: z.string().default("default").describe("What it is used for."),
      })
      .describe("The language model; secrets are masked."),
    tools: z
      .array(z.looseObject({ name: z.string().describe("The tool's name.") }))
      .default([])
      .describe("The tools that it may call."),
  })
  .meta({
    id: "AgentSummary",
    description: "The agent of a conversation.",
    examples: [{ kind: "Agent", llm: { model: "test/tools", usage_id: "agent" }, tools: [{ name: "terminal" }] }],
  });

export const ConfirmationPolicy = z
  .discriminatedUnion("kind", [
    z
      .object({ kind: z.literal("AlwaysConfirm").describe("Always `AlwaysConfirm`.") })
      .meta({ id: "AlwaysConfirm", description: "Every action waits.", examples: [{ kind: "AlwaysConfirm" }] }),
    z
      .object({ kind: z.literal("NeverConfirm").describe("Always `NeverConfirm`.") })
      .meta({ id: "NeverConfirm", description: "No action waits.", examples: [{ kind: "NeverConfirm" }] }),
    z
      .object({
        kind: z.literal("ConfirmRisky").describe("Always `ConfirmRisky`."),
        threshold: z.enum(["LOW", "MEDIUM", "HIGH"]).default("HIGH").describe("The least risk that waits."),
        confirm_unknown: z.boolean().default(true).describe("Whether an unknown risk waits."),
      })
      .meta({
        id: "ConfirmRisky",
        description: "What is risky waits.",
        examples: [{ kind: "ConfirmRisky", threshold: "HIGH", confirm_unknown: true }],
      }),
  ])
  .meta({
    id: "ConfirmationPolicy",
    description: "Which actions of the agent wait for the user's consent.",
    examples: [{ kind: "NeverConfirm" }],
  });
export type ConfirmationPolicy = z.output<typeof ConfirmationPolicy>;

export const ConversationState = z
  .object({
    id: z.guid().describe("The conversation: a UUID with dashes."),
    agent: AgentSummary,
    workspace: z
      .looseObject({
        working_dir: z.string().describe("Where its files are."),
        kind: z.string().default("LocalWorkspace").describe("Of which kind it is: `LocalWorkspace`."),
      })
      .describe("What the agent works on."),
    persistence_dir: z.string().nullable().optional().describe("Where it is stored; absent here."),
    max_iterations: z.int().min(1).default(500).describe("How many steps the agent may take for one message."),
    stuck_detection: z.boolean().default(true).describe("Whether it is noticed when the agent repeats itself."),
    execution_status: ConversationExecutionStatus.default("idle"),
    confirmation_policy: ConfirmationPolicy.default({ kind: "NeverConfirm" }),
    security_analyzer: z
      .looseObject({ kind: z.string().describe("Which one.") })
      .nullable()
      .optional()
      .describe("What judges the risk of actions; absent where nothing does."),
    activated_knowledge_skills: z.array(z.string()).default([]).describe("The skills that messages have triggered."),
    stats: ConversationStats.default({ usage_to_metrics: {} }),
    secret_registry: z
      .looseObject({ secret_sources: z.record(z.string(), z.unknown()).describe("Where secrets come from; masked.") })
      .default({ secret_sources: {} })
      .describe("The secrets that the agent may use; none are shown."),
  })
  .meta({
    id: "ConversationState",
    description: "The state of a conversation as a whole. What would be null is left out.",
    examples: [
      {
        id: "5f0c2b7e-9d1a-4c3e-8b6f-7a2d1c0e9f84",
        agent: exampleOf(AgentSummary),
        workspace: { working_dir: "/workspace/project", kind: "LocalWorkspace" },
        execution_status: "idle",
      },
    ],
  });
export type ConversationState = z.output<typeof ConversationState>;
